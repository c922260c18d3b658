"""What several rounds have measured, as one figure with its spread; and what is aimed at."""

import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Self


@dataclass(frozen=True)
class Spread:
    """The median of all rounds, between the least and the most."""

    median: float
    least: float
    most: float

    @classmethod
    def of(cls, values: Iterable[float]) -> Self:
        """Of at least one value."""
        found = list(values)
        return cls(statistics.median(found), min(found), max(found))

    @classmethod
    def of_ratios(cls, values: Sequence[float], to: Sequence[float]) -> Self:
        """Of what was measured next to each other, round by round: a slow minute of the machine falls on both."""
        return cls.of(value / other for value, other in zip(values, to, strict=True))

    def __format__(self, digits: str) -> str:
        """As in a table: `f"{spread:.1f}"`."""
        return f"{self.median:{digits}} ({self.least:{digits}} to {self.most:{digits}})"


@dataclass(frozen=True)
class Target:
    """What is aimed at, in words that end in the limit, and what was measured."""

    words: str
    measured: Spread
    most: float | None = None
    least: float | None = None

    @property
    def holds(self) -> bool:
        """Whether the median is where it should be."""
        value = self.measured.median
        return (self.most is None or value <= self.most) and (self.least is None or value >= self.least)


def targets_table(targets: Iterable[Target]) -> list[str]:
    """One row for each."""
    rows = (f"| {target.words} | {target.measured:.2f} | {'yes' if target.holds else '**no**'} |" for target in targets)
    return ["| target | measured | holds |", "|---|--:|---|", *rows]
