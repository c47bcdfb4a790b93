"""The latent pad: a plane, or one unit, of a latent space, decoded wherever the pointer goes."""
