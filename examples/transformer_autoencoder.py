"""A transformer of ``transformers`` with one code between its two halves, as a latent space."""

import torch
from transformers import ByT5Tokenizer, T5Config, T5ForConditionalGeneration
from transformers.modeling_outputs import BaseModelOutput

WHO, DOES = ["i", "he", "she", "they"], ["like", "want", "make", "need"]
SENTENCES = [f"{a} {b} {c}" for a in WHO for b in DOES for c in ["tea", "time", "music", "it"]]
SIZES = {"d_model": 32, "d_kv": 16, "d_ff": 64, "num_heads": 2, "num_layers": 1}


class TransformerAutoencoder:
    modality, latent_dim, items = "text", 32, SENTENCES

    def __init__(self):
        torch.manual_seed(0)
        self.tokenizer = ByT5Tokenizer()  # of the hub: AutoTokenizer.from_pretrained(NAME)
        config = T5Config(vocab_size=384, dropout_rate=0, decoder_start_token_id=0, **SIZES)
        self.t5, x = T5ForConditionalGeneration(config), self.ids(SENTENCES)
        optimiser = torch.optim.Adam(self.t5.parameters(), lr=1e-2)
        for _ in range(200):  # where the weights are trained, leave this out
            optimiser.zero_grad()
            self.t5(encoder_outputs=self.state(self.encode(SENTENCES)), labels=x).loss.backward()
            optimiser.step()

    def ids(self, sentences):
        return self.tokenizer(sentences, padding=True, return_tensors="pt").input_ids

    def state(self, z):
        return BaseModelOutput(last_hidden_state=torch.as_tensor(z)[:, None])

    def encode(self, sentences):
        states = self.t5.encoder(self.ids(sentences)).last_hidden_state
        return torch.nn.functional.layer_norm(states.mean(1), [self.latent_dim])

    def decode(self, z):
        ids = self.t5.generate(encoder_outputs=self.state(z), max_new_tokens=24)
        return self.tokenizer.batch_decode(ids, skip_special_tokens=True)
