"""The ablation of the α-GAN: all of its terms, and each of them left out."""
