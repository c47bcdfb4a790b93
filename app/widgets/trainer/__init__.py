"""Train: one's own data, a model, its run, and what came of it."""
