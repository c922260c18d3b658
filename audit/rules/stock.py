"""What must hold for each milestone's stock, also while it is being sold.

The reservations are read before and after the catalogue. A row only moves forward (reserved, committed, returned; or
closed), so one that is in the same state both times was so when the catalogue was read: its kilograms are certain.
Those of a row that has moved in between may or may not stand in the catalogue. So the sums are known within bounds:
live traffic alone never leads outside of them, and without traffic both bounds are the same.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from audit.rules.findings import Finding, Rule, Side, Weight
from audit.rules.records import ReservationEntry
from domain.catalogue import Milestone, Project
from domain.money import KILOGRAMS_PER_TONNE, kilograms
from domain.offset import ReservationStatus

Rows = Mapping[str, ReservationEntry]


@dataclass
class Bounds:
    """The least and the most kilograms that the reservations account for."""

    least: int = 0
    most: int = 0

    def holds(self, kg: int) -> bool:
        """Whether the catalogue's figure is explained."""
        return self.least <= kg <= self.most

    def __str__(self) -> str:
        if self.least == self.most:
            return _tonnes(self.least)
        return f"{_tonnes(self.least)} to {_tonnes(self.most)}"


@dataclass(frozen=True)
class Tally:
    """A milestone's stock as the catalogue tells it, in kilograms, and what the reservations account for."""

    project_id: str
    milestone_id: str
    total: int
    sold: int
    held: int
    free: int
    sold_rows: Bounds
    held_rows: Bounds

    @property
    def exact(self) -> bool:
        """Whether no reservation has moved while it was read."""
        return all(bounds.least == bounds.most for bounds in (self.sold_rows, self.held_rows))

    def faults(self) -> list[Finding]:
        """What does not add up; empty when all does."""
        return [Finding(Weight.FAULT, Rule.STOCK, Side.PROJECTS, f"{self._name}: {says}") for says in self._says()]

    @property
    def _name(self) -> str:
        return f"{self.project_id} / {self.milestone_id}"

    def _says(self) -> Iterator[str]:
        if self.total != self.sold + self.held + self.free:
            parts = f"{_tonnes(self.sold)} sold + {_tonnes(self.held)} held + {_tonnes(self.free)} free"
            yield f"{parts} is not the total {_tonnes(self.total)}"
        if self.free < 0:
            yield f"{_tonnes(-self.free)} more is sold or held than there is"
        for word, kg, rows in (("sold", self.sold, self.sold_rows), ("held", self.held, self.held_rows)):
            if not rows.holds(kg):
                yield f"{_tonnes(kg)} is {word}, the reservations say {rows}"


def tally(before: Rows, catalogue: Iterable[Project], after: Rows) -> list[Tally]:
    """Every milestone's tally, of readings in this order."""
    sold: dict[tuple[str, str], Bounds] = defaultdict(Bounds)
    held: dict[tuple[str, str], Bounds] = defaultdict(Bounds)
    for payment_id, row in after.items():
        earlier = before.get(payment_id)
        possible = _between(earlier.status if earlier else None, row.status)
        for status, sums in ((ReservationStatus.COMMITTED, sold), (ReservationStatus.RESERVED, held)):
            if status in possible:
                _add(sums, row, certain=possible == {status})
    return [
        _tally(project.project_id, milestone, sold, held) for project in catalogue for milestone in project.milestones
    ]


def _between(before: ReservationStatus | None, after: ReservationStatus) -> set[ReservationStatus | None]:
    """Every state that a row may have been in between two readings."""
    if before is after:
        return {before}
    possible = {before, after}
    if before is None:
        possible.add(ReservationStatus.RESERVED)
    if after is ReservationStatus.RETURNED:
        possible.add(ReservationStatus.COMMITTED)
    return possible


def _add(sums: dict[tuple[str, str], Bounds], row: ReservationEntry, *, certain: bool) -> None:
    for item in row.items:
        bounds, kg = sums[item.project_id, item.milestone_id], kilograms(item.quantity)
        bounds.most += kg
        bounds.least += kg if certain else 0


def _tally(
    project_id: str,
    milestone: Milestone,
    sold: Mapping[tuple[str, str], Bounds],
    held: Mapping[tuple[str, str], Bounds],
) -> Tally:
    key = project_id, milestone.milestone_id
    return Tally(
        *key,
        total=kilograms(milestone.total),
        sold=kilograms(milestone.sold),
        held=kilograms(milestone.held),
        free=kilograms(milestone.free),
        sold_rows=sold.get(key, Bounds()),
        held_rows=held.get(key, Bounds()),
    )


def _tonnes(kg: int) -> str:
    whole, rest = divmod(abs(kg), KILOGRAMS_PER_TONNE)
    return f"{'-' if kg < 0 else ''}{whole}.{rest:03d} t"
