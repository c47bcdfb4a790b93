"""Why text VAEs collapse: numbers of all remedies, posterior means along a training, one bound."""
