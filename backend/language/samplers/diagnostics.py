"""How well a chain mixes, from one number per step."""

import numpy as np


def autocorrelation(values: np.ndarray, lags: int) -> np.ndarray:
    """Correlation of a series [S] with itself 0 … ``lags`` - 1 steps later, [≤ lags].

    Sums are divided by S at every lag, the usual estimate, biased towards 0 at long lags. A
    series that never changes has correlation 1 at every lag.
    """
    centred = np.asarray(values, dtype=float) - np.mean(values)
    lags = min(lags, len(centred))
    if not centred.any():
        return np.ones(lags)
    spectrum = np.fft.rfft(centred, 2 * len(centred))  # padded: no lag wraps around
    sums = np.fft.irfft(np.abs(spectrum) ** 2)[:lags]
    return sums / sums[0]


def effective_sample_size(values: np.ndarray) -> float:
    """How many independent draws would estimate the mean of a series [S] as well, 1 to S.

    Sums autocorrelations in pairs while the sum of a pair is positive and falling (the initial
    monotone sequence of Geyer 1992, https://doi.org/10.1214/ss/1177011137). A series that never
    changes counts as one draw.
    """
    n = len(values)
    rho = autocorrelation(values, n)
    pairs = rho[: n // 2 * 2].reshape(-1, 2).sum(1)
    ended = np.flatnonzero(pairs <= 0)
    pairs = np.minimum.accumulate(pairs[: ended[0]] if len(ended) else pairs)
    time = 2 * pairs.sum() - 1
    return float(np.clip(n / max(time, 1 / n), 1, n)) if n > 1 else float(n)
