"""Latent semantic analysis over the tokens of a tokenizer of the hub, as a latent space."""

import numpy as np
from sklearn.decomposition import TruncatedSVD
from tokenizers import Tokenizer, models, pre_tokenizers, trainers

WHO, DOES = ["A cat", "My dog", "The old man", "Our teacher"], ["sees", "likes", "hears"]
WHAT = ["the sea", "a bird", "loud music", "the moon", "good bread", "an empty street"]


class SemanticAnalysis:
    title, modality, latent_dim = "LSA of sentences", "text", 11

    def __init__(self):
        self.items = [f"{a} {b} {c}." for a in WHO for b in DOES for c in WHAT]
        # One of the hub: self.tokenizer = Tokenizer.from_pretrained("bert-base-uncased")
        self.tokenizer = Tokenizer(models.BPE(unk_token="?"))
        self.tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
        trainer = trainers.BpeTrainer(vocab_size=200, special_tokens=["?"], show_progress=False)
        self.tokenizer.train_from_iterator(self.items, trainer)
        self.svd = TruncatedSVD(self.latent_dim, random_state=0).fit(self.counts(self.items))
        self.codes = self.encode(self.items)

    def counts(self, sentences):
        size = self.tokenizer.get_vocab_size()
        ids = [encoding.ids for encoding in self.tokenizer.encode_batch(list(sentences))]
        return np.stack([np.bincount(row, minlength=size) for row in ids]).astype(float)

    def encode(self, sentences):
        return self.svd.transform(self.counts(sentences))

    def decode(self, z):  # the sentence whose code is nearest
        away = np.linalg.norm(z[:, None] - self.codes, axis=-1)
        return [self.items[row] for row in away.argmin(1)]
