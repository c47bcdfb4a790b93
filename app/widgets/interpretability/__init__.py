"""How much the discrete codes of seven models tell, beside what was published."""
