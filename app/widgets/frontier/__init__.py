"""The frontier: fidelity against coverage of the models of pictures, along their training."""
