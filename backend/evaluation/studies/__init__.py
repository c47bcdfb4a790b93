"""What is measured of checkpoints; a module here is found by existing."""
