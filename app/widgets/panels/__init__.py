"""The eight panels: codes and modes of four objectives at two moments of training."""
