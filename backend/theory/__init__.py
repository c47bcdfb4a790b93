"""What the theory of GANs and divergences says, computed on densities that are known exactly.

``optimal_critic`` and ``vanishing_gradient`` train real networks and need torch; ``lines``,
``fitted_gaussian`` and ``unifying`` are quadrature on a grid.
"""
