"""Principal components of handwritten digits, by scikit-learn, as a latent space."""

import numpy as np
from sklearn.datasets import load_digits
from sklearn.decomposition import PCA


class DigitsPCA:
    title = "PCA of digits"
    modality = "image"
    latent_dim = 8

    def __init__(self):
        digits = load_digits()  # 1,797 pictures of 8 x 8 pixels; comes with scikit-learn
        pixels = digits.images / 16  # from 0 to 1
        self.pca = PCA(self.latent_dim, whiten=True, random_state=0)
        self.pca.fit(pixels[:1000].reshape(-1, 64))
        self.items, self.labels = pixels[1000:], digits.target[1000:]

    def encode(self, pictures):
        return self.pca.transform(pictures.reshape(-1, 64) / 255)

    def decode(self, z):
        return np.clip(self.pca.inverse_transform(z), 0, 1).reshape(-1, 8, 8)
