"""Tatoeba: about 170,000 short German sentences with their English (CC BY 2.0, tatoeba.org)."""

from backend.corpora.translations import tatoeba

CORPUS = tatoeba("German", "tatoeba/eng-deu.tsv.gz")
