"""Latent semantic analysis over the tokens of a tokenizer of the hub, as a latent space."""

from sklearn.decomposition import TruncatedSVD
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.metrics import pairwise_distances_argmin
from sklearn.pipeline import make_pipeline
from tokenizers import Tokenizer, models, trainers

WHO, DOES = ["A cat", "My dog", "The old man", "Our teacher"], ["sees", "likes", "hears"]
WHAT = ["the sea", "a bird", "loud music", "the moon", "good bread", "an empty street"]


class SemanticAnalysis:
    title, modality, latent_dim = "LSA of sentences", "text", 11
    items = tuple(f"{who} {does} {what}." for who in WHO for does in DOES for what in WHAT)

    def __init__(self):
        tokenizer = Tokenizer(models.Unigram())  # or Tokenizer.from_pretrained("gpt2"), trained
        tokenizer.train_from_iterator(self.items, trainers.UnigramTrainer(show_progress=False))
        counts = CountVectorizer(analyzer=lambda text: tokenizer.encode(text).tokens)
        self.model = make_pipeline(counts, TruncatedSVD(self.latent_dim, random_state=0))
        self.codes = self.model.fit_transform(self.items)

    def encode(self, sentences):
        return self.model.transform(sentences)

    def decode(self, z):  # the sentence whose code is nearest
        return [self.items[row] for row in pairwise_distances_argmin(z, self.codes)]
