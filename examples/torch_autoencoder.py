"""A plain torch module, its state dict in safetensors beside this file, as a latent space."""

from pathlib import Path

import torch
from safetensors.torch import load_file
from sklearn.datasets import load_digits
from torch.nn import Linear, Module, Sequential, Sigmoid, Tanh

WEIGHTS = Path(__file__).with_suffix(".safetensors")  # 500 steps of Adam on the squared error


class Autoencoder(Module):
    modality, latent_dim = "image", 2

    def __init__(self):
        super().__init__()
        self.encoder = Sequential(Linear(64, 64), Tanh(), Linear(64, 2))
        self.decoder = Sequential(Linear(2, 64), Tanh(), Linear(64, 64), Sigmoid())
        self.load_state_dict(load_file(WEIGHTS))
        digits = load_digits()  # the first 1,000 were trained on
        self.items, self.labels = digits.images[1000:] / 16, digits.target[1000:]

    def encode(self, pictures):
        return self.encoder(torch.as_tensor(pictures).flatten(1) / 255)

    def decode(self, z):
        return self.decoder(torch.as_tensor(z)).reshape(-1, 8, 8)
