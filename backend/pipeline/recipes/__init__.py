"""Recipes of the checkpoints that ship, beside those that they are compared with."""
