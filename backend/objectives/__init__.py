"""What models minimise: priors, divergences, and schedules of their weights."""
