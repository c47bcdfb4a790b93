"""Writing with a language model: what it expects next, how it would go on, and its beam search."""
