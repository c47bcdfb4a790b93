"""The mode microscope: what each mode holds, samples from it, and what flipping it changes."""
