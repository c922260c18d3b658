"""The audit's result: what was compared, the sums, and what was found."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, astuple, dataclass, field
from typing import Any

from audit.rules.findings import Finding, Weight
from audit.rules.records import Case, PaymentEntry
from audit.rules.stock import Tally
from domain.money import format_amount
from domain.purchase import PurchaseStatus

OPEN = "open"


@dataclass
class Sums:
    """Money of the purchases that have ended, in minor units of one currency."""

    charged: int = 0
    # Given back where the purchase was not delivered.
    refunded: int = 0
    # The price of what was delivered.
    delivered: int = 0
    # Kept although the purchase was undone: the bank has failed the refund, or it is a fault.
    owed: int = 0
    # Given back by hand where it stays delivered: no part of the balance.
    refunded_by_hand: int = 0

    def add(self, case: Case, payment: PaymentEntry) -> None:
        """Count a purchase in."""
        self.charged += payment.amount_captured
        self.delivered += (payment.amount or 0) if case.offset else 0
        if case.outcome is PurchaseStatus.PAID:
            self.refunded_by_hand += payment.amount_refunded
        else:
            self.refunded += payment.amount_refunded
            self.owed += max(payment.amount_kept, 0)


@dataclass(frozen=True)
class Report:
    """What an audit has found; `in_flight` are purchases that had changed each time they were read."""

    seconds: float
    ends: dict[str, int]
    sums: dict[str, Sums]
    stock: tuple[Tally, ...]
    findings: tuple[Finding, ...]
    in_flight: tuple[str, ...] = field(default=())

    @property
    def purchases(self) -> int:
        """How many purchases were compared."""
        return sum(self.ends.values())

    @property
    def faults(self) -> tuple[Finding, ...]:
        """What does not add up."""
        return self._of(Weight.FAULT)

    @property
    def parked(self) -> tuple[Finding, ...]:
        """What waits for an operator."""
        return self._of(Weight.PARKED)

    @property
    def notes(self) -> tuple[Finding, ...]:
        """What was done at the provider by hand."""
        return self._of(Weight.NOTE)

    @property
    def adds_up(self) -> bool:
        """Whether there is no fault."""
        return not self.faults

    def _of(self, weight: Weight) -> tuple[Finding, ...]:
        return tuple(finding for finding in self.findings if finding.weight is weight)

    def as_json(self) -> dict[str, Any]:
        """The report for programs: quantities in kilograms, amounts in minor units."""
        return {
            "adds_up": self.adds_up,
            "seconds": round(self.seconds, 3),
            "purchases": self.purchases,
            "ends": self.ends,
            "money": {currency: asdict(sums) for currency, sums in self.sums.items()},
            "stock": [asdict(tally) | {"exact": tally.exact} for tally in self.stock],
            **{name: [asdict(finding) for finding in getattr(self, name)] for name in ("faults", "parked", "notes")},
            "in_flight": list(self.in_flight),
        }

    def lines(self) -> Iterator[str]:
        """The report for people."""
        yield from self.summary()
        yield from _section("waiting for an operator", self.parked)
        yield from _section("done by hand at the provider", self.notes)
        yield from _section("does not add up", self.faults)
        yield self.verdict()

    def summary(self) -> Iterator[str]:
        """What was compared, in sums."""
        counts = ", ".join(f"{count} {end}" for end, count in self.ends.items())
        yield f"purchases  {self.purchases}" + (f": {counts}" if counts else "")
        for currency, sums in self.sums.items():
            yield f"money      {_balance(sums, currency)}"
        if self.stock:
            yield f"stock      {_stock(self.stock)}"
        if self.in_flight:
            yield f"in flight, changed each time they were read: {', '.join(self.in_flight)}"

    def verdict(self) -> str:
        """Whether it adds up, in a sentence."""
        faults = len(self.faults)
        says = f"{faults} fault{'s' * (faults > 1)}." if faults else "Everything adds up."
        return f"{says} ({self.seconds:.1f} s)"


def counted(cases: Iterable[Case]) -> tuple[dict[str, int], dict[str, Sums]]:
    """How many purchases ended how, and the money of those that have ended."""
    ends: Counter[str] = Counter()
    sums: dict[str, Sums] = {}
    for case in cases:
        if case.payment is None:
            continue
        ends[case.outcome or OPEN] += 1
        if case.outcome and case.payment.currency:
            sums.setdefault(case.payment.currency, Sums()).add(case, case.payment)
    return {str(end): count for end, count in ends.most_common()}, sums


def _balance(sums: Sums, currency: str) -> str:
    charged, refunded, delivered, owed, by_hand = (format_amount(each, currency) for each in astuple(sums))
    kept = format_amount(sums.charged - sums.refunded, currency)
    says = f"{charged} charged - {refunded} refunded = {kept}; {delivered} delivered"
    more = [f"; {owed} is owed to buyers"] if sums.owed else []
    more += [f"; {by_hand} more was refunded by hand"] if sums.refunded_by_hand else []
    return says + "".join(more)


def _stock(stock: Sequence[Tally]) -> str:
    moving = [tally for tally in stock if not tally.exact]
    says = f"{len(stock)} milestones: total = sold + held + free, and as the reservations say"
    if not moving:
        return says
    names = ", ".join(tally.milestone_id for tally in moving)
    return f"{says}; within what moved while they were read: {names}"


def _section(title: str, findings: Sequence[Finding]) -> Iterator[str]:
    if findings:
        yield f"{title}:"
        yield from (f"  {finding.line()}" for finding in findings)
