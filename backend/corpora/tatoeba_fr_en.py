"""Tatoeba: about 170,000 short French sentences with their English (CC BY 2.0, tatoeba.org)."""

from backend.corpora.translations import tatoeba

CORPUS = tatoeba("French", "tatoeba/eng-fra.tsv.gz")
