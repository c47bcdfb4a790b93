"""Senses of a word: where each is used, how wide it is, and what training moved."""
