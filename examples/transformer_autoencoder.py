"""A transformer of ``transformers`` with one code between its two halves, as a latent space."""

import torch
from transformers import ByT5Tokenizer, T5Config, T5ForConditionalGeneration
from transformers.modeling_outputs import BaseModelOutput as Output

WHO, DOES = ["i", "he", "she", "they"], ["like", "want", "make", "need"]
SENTENCES = [f"{a} {b} {c}" for a in WHO for b in DOES for c in ["tea", "time", "music", "it"]]
SIZES = dict(vocab_size=384, d_model=32, d_kv=4, d_ff=64, num_layers=1, decoder_start_token_id=0)


class TransformerAutoencoder:
    modality, latent_dim, items, tokenizer = "text", 32, SENTENCES, ByT5Tokenizer()

    def __init__(self):
        torch.manual_seed(0)
        self.ids = lambda texts: self.tokenizer(texts, padding=True, return_tensors="pt").input_ids
        self.t5, x = T5ForConditionalGeneration(T5Config(**SIZES)).eval(), self.ids(self.items)
        optimiser = torch.optim.Adam(self.t5.parameters(), lr=1e-2)
        for _ in range(200):  # leave this out where you have weights
            loss = self.t5(encoder_outputs=Output(self.encode(self.items)[:, None]), labels=x).loss
            optimiser.zero_grad(), loss.backward(), optimiser.step()

    def encode(self, sentences):  # the state of the first token
        return self.t5.encoder(self.ids(sentences)).last_hidden_state[:, 0]

    def decode(self, z):
        ids = self.t5.generate(encoder_outputs=Output(torch.as_tensor(z)[:, None]), max_length=24)
        return self.tokenizer.batch_decode(ids, skip_special_tokens=True)
