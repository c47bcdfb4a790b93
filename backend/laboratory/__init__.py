"""One to three models of points in the plane, trained side by side on the same batches.

``settings`` says what can be chosen (no torch needed), ``run`` is one such training, ``service``
trains the runs of several visitors in turn, in one thread.
"""
