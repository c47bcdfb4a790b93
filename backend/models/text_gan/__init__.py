"""Text GANs."""
