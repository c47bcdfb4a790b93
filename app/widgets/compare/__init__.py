"""Two checkpoints side by side on the same input and seed."""
