"""Sentences: samplers, decoding, next words, edits, attacks, and models from elsewhere."""
