"""A plain torch module, with its state dict in safetensors beside this file, as a latent space."""

from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from sklearn.datasets import load_digits
from torch.nn import Linear, Module, Sequential, Sigmoid, Tanh

WEIGHTS = Path(__file__).with_suffix(".safetensors")


class Autoencoder(Module):
    modality, latent_dim = "image", 2

    def __init__(self):
        super().__init__()
        self.encoder = Sequential(Linear(64, 64), Tanh(), Linear(64, 2))
        self.decoder = Sequential(Linear(2, 64), Tanh(), Linear(64, 64), Sigmoid())
        pixels = torch.tensor(load_digits().images / 16).float()
        self.items, self.labels = pixels[1000:], load_digits().target[1000:]
        if not WEIGHTS.exists():  # leave this out where you have weights
            optimiser = torch.optim.Adam(self.parameters(), lr=1e-2)
            for _ in range(500):
                x = pixels[torch.randint(1000, (100,))]
                loss = (self.decode(self.encode(x * 255)) - x).square().sum()
                optimiser.zero_grad(), loss.backward(), optimiser.step()
            save_file(self.state_dict(), WEIGHTS)
        self.load_state_dict(load_file(WEIGHTS))

    def encode(self, pictures):
        return self.encoder(torch.as_tensor(pictures).flatten(1) / 255)

    def decode(self, z):
        return self.decoder(torch.as_tensor(z)).reshape(-1, 8, 8)
