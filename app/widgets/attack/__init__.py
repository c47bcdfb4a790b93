"""Attacks on a sentence classifier side by side, watched as they run."""
