"""Markov chains over sentences: kernels, proposals, targets, and the procedures built on them."""
