"""Arithmetic with spans of time: sorted lists of (from, until) in UTC milliseconds that do not overlap."""

from __future__ import annotations

from collections.abc import Iterable

Span = tuple[int, int]


def joined(spans: Iterable[Span]) -> list[Span]:
    """Return the spans sorted, with those that touch or overlap made one, and empty ones left out."""
    out: list[Span] = []
    for begin, end in sorted(span for span in spans if span[1] > span[0]):
        if out and begin <= out[-1][1]:
            out[-1] = (out[-1][0], max(end, out[-1][1]))
        else:
            out.append((begin, end))
    return out


def common(left: Iterable[Span], right: Iterable[Span]) -> list[Span]:
    """Return the time that lies in both."""
    others = joined(right)
    return joined((max(a, c), min(b, d)) for a, b in joined(left) for c, d in others)


def without(spans: Iterable[Span], taken: Iterable[Span]) -> list[Span]:
    """Return what is left of the first when the second is taken out."""
    left, out = joined(taken), []
    for begin, end in joined(spans):
        at = begin
        for first, last in left:
            if first < end and last > at:
                out.append((at, first))
                at = max(at, last)
        out.append((at, end))
    return joined(out)


def length_ms(spans: Iterable[Span]) -> int:
    """Return how long the spans last together, in milliseconds."""
    return sum(end - begin for begin, end in joined(spans))
