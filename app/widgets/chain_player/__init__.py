"""Chains of one-word edits over sentences, replayed step by step."""
