"""Text GANs: exact numbers of a language that can be counted, soft words, samples."""
