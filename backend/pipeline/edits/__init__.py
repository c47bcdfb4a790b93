"""Chains of edits and attacks on held-out inputs: tables beside the checkpoints."""
