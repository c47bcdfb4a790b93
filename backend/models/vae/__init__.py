"""Variational auto-encoders."""
