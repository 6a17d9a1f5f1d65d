"""How far evaluators agree: percent agreement, Krippendorff's alpha, agreement on fails, leniency, with intervals.

`counts` is a matrix of units (legs) x values: how many evaluators gave this value to this unit. Missing answers are
simply not counted, and units with one answer say nothing about agreement. Intervals are percentile intervals of 2000
bootstrap samples of units, drawn by a generator whose stream numpy keeps unchanged, from a given seed.

Alpha is 1 - observed / expected disagreement (Krippendorff, Content Analysis, chapter 12). Ordinal differences are
interval differences of mid-ranks: the ranks belong to the sample, so each bootstrap sample has its own.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Level = Literal["nominal", "ordinal", "interval"]

SAMPLES = 2000
MIN_UNITS = 5
"""With fewer units there is no interval: it would pretend to know."""
MIN_DEFINED = 0.9
"""So many of the bootstrap samples must have a value at all."""


@dataclass(frozen=True)
class Estimate:
    """A figure with its 95 % interval; each is None where it is not defined, and `reason` says why."""

    value: float | None
    low: float | None = None
    high: float | None = None
    reason: str | None = None


@lru_cache(maxsize=4)  # the figures of one question share their samples
def resampled(units: int, seed: str) -> Floats:
    """Return (samples + 1, units): how often each unit stands in each bootstrap sample; row 0 is the data itself."""
    number = int.from_bytes(hashlib.sha256(seed.encode()).digest()[:4], "big")
    # RandomState and not Generator: its stream is frozen, so a stored interval can be computed again for ever.
    drawn = np.random.RandomState(number).randint(0, units, size=(SAMPLES, units))
    flat = (drawn + np.arange(SAMPLES)[:, None] * units).ravel()
    weights = np.bincount(flat, minlength=SAMPLES * units).reshape(SAMPLES, units)
    made = np.vstack([np.ones((1, units)), weights.astype("f8")])
    made.flags.writeable = False
    return made


def pairable(counts: NDArray[Any]) -> Floats:
    """Return the units with at least two answers."""
    whole: Floats = np.asarray(counts, dtype="f8")
    kept: Floats = whole[whole.sum(axis=1) >= 2]
    return kept


def alpha(counts: NDArray[Any], values: NDArray[Any], level: Level, seed: str) -> Estimate:
    """Return Krippendorff's alpha. `values` are the numbers of the columns, in ascending order unless nominal."""
    kept = pairable(counts)
    if not len(kept):
        return Estimate(None, reason="no leg was evaluated twice")
    if (kept.sum(axis=0) > 0).sum() < 2:
        return Estimate(None, reason="everybody gave the same answer: nothing to agree about by chance")
    units, columns = kept.shape
    answers = kept.sum(axis=1)
    pairs = kept[:, :, None] * kept[:, None, :]
    pairs[:, range(columns), range(columns)] -= kept
    pairs = (pairs / (answers - 1)[:, None, None]).reshape(units, columns * columns)
    together = (resampled(units, seed) @ pairs).reshape(-1, columns, columns)
    each = together.sum(axis=2)
    total = each.sum(axis=1)
    distance = _distance(each, values, level)
    observed = (together * distance).sum(axis=(1, 2)) / total
    expected = (each[:, :, None] * each[:, None, :] * distance).sum(axis=(1, 2)) / (total * (total - 1))
    return _estimate(1 - _ratio(observed, expected), units)


def agreement(counts: NDArray[Any], seed: str) -> Estimate:
    """Return the share of pairs of evaluators who gave the same answer to the same unit."""
    kept = pairable(counts)
    if not len(kept):
        return Estimate(None, reason="no leg was evaluated twice")
    same = (kept * (kept - 1)).sum(axis=1)
    pairs = kept.sum(axis=1) * (kept.sum(axis=1) - 1)
    weights = resampled(len(kept), seed)
    return _estimate(_ratio(weights @ same, weights @ pairs), len(kept))


def fail_agreement(counts: NDArray[Any], is_fail: NDArray[Any], seed: str) -> Estimate:
    """Return how likely it is that where one evaluator says fail, another one does too."""
    kept = pairable(counts)
    fails = kept[:, np.asarray(is_fail, dtype=bool)].sum(axis=1) if len(kept) else np.zeros(0)
    if not fails.any():
        return Estimate(None, reason="nobody failed anything")
    weights = resampled(len(kept), seed)
    both = fails * (fails - 1)
    asked = fails * (kept.sum(axis=1) - 1)
    return _estimate(_ratio(weights @ both, weights @ asked), len(kept))


def leniency(differences: NDArray[Any], answers: NDArray[Any], seed: str) -> Estimate:
    """Return the mean difference between an evaluator's scores and those of the others, in their unit.

    `differences` (sums) and `answers` (numbers) are by leg: what a leg's questions share is not counted as several.
    """
    used = np.asarray(answers) > 0
    if not used.any():
        return Estimate(None, reason="nobody else evaluated the same")
    sums, numbers = np.asarray(differences, dtype="f8")[used], np.asarray(answers, dtype="f8")[used]
    weights = resampled(len(sums), seed)
    return _estimate(_ratio(weights @ sums, weights @ numbers), len(sums))


def _distance(each: Floats, values: NDArray[Any], level: Level) -> Floats:
    """Return the squared difference of every two values, for every sample."""
    if level == "nominal":
        return np.asarray(1.0 - np.eye(each.shape[1]))[None, :, :]
    place = np.cumsum(each, axis=1) - each / 2 if level == "ordinal" else np.asarray(values, dtype="f8")[None, :]
    return np.asarray((place[:, :, None] - place[:, None, :]) ** 2)


def _ratio(above: Floats, below: Floats) -> Floats:
    """Return above / below, NaN where there is nothing to divide by."""
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(below > 0, above / np.where(below > 0, below, 1), np.nan)


def _estimate(samples: Floats, units: int) -> Estimate:
    """Return the first as value, and the interval of the others where it means something. Rounded to six decimals."""
    if np.isnan(samples[0]):
        return Estimate(None, reason="not defined for these answers")
    value = round(float(samples[0]), 6)
    if units < MIN_UNITS:
        return Estimate(value, reason=f"no interval from fewer than {MIN_UNITS} legs")
    known = samples[1:][~np.isnan(samples[1:])]
    if len(known) < MIN_DEFINED * SAMPLES:
        return Estimate(value, reason="no interval: the answers differ too rarely")
    low, high = np.percentile(known, [2.5, 97.5])
    return Estimate(value, round(float(low), 6), round(float(high), 6))
