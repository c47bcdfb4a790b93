"""The latent map: held-out codes in two dimensions, decoded wherever one clicks."""
