"""Syntax and meaning: what one sentence says, built as another is."""
