"""From a recipe to a checkpoint with its card: recipe → corpus → train → measure → map → card.

One module a step. Each step is a generator that yields ``Progress``; closing it stops the work,
and what is done is kept: run again, it goes on. Commands and the page take the same steps.
"""
