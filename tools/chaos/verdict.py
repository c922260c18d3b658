"""The verdict: which purchases are lost, doubled or parked, and why.

lost: a buyer was promised something, or charged, and it does not add up or never ended. doubled: one key has led to
two charges, deliveries or final notifications. parked: a saga waits for an operator.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from tools.chaos.seen import GIVEN_UP, Seen
from tools.chaos.stories import Behaviour
from tools.devstack.shop import ENDS

# A SHA-256 (design, "The three sagas").
PURCHASE_ID = re.compile(r"[0-9a-f]{64}")


class Fate(StrEnum):
    """What may become of a purchase that nobody wants."""

    LOST = "lost"
    DOUBLED = "doubled"
    PARKED = "parked"


@dataclass(frozen=True)
class Flaw:
    """One purchase that is not as it should be; `purchase` is its id, a saga's, or what else is not right."""

    fate: Fate
    purchase: str
    why: str

    @property
    def workflow_id(self) -> str | None:
        """The saga to look at, if there is one."""
        if "/" in self.purchase:
            return self.purchase
        return f"purchase/{self.purchase}" if PURCHASE_ID.fullmatch(self.purchase) else None


def possible_ends(seen: Seen) -> frozenset[str]:
    """How a purchase may have ended, by what its buyer has seen."""
    if seen.refusal:
        return frozenset({"rejected"})
    if seen.payment_id is None:
        return ENDS
    # Nobody is paid back, for money that has come is kept from expiring.
    delivered = frozenset({"paid"})
    if seen.charged:
        return delivered
    unpaid = frozenset({"expired", "failed"} if seen.story.cards else {"expired"})
    still_open = seen.authorised or seen.unsure or seen.story.behaviour is Behaviour.BANK_TAKES_TIME
    return unpaid | delivered if still_open else unpaid


def broken_promises(everyone: Iterable[Seen], ends: Mapping[str, str | None]) -> list[Flaw]:
    """Purchases that did not end as their buyers were told; `ends` has the recorded end of each known purchase."""
    found = []
    for seen in everyone:
        found += [Flaw(Fate.LOST, seen.purchase_id, why) for why in seen.wrong]
        end = ends.get(seen.purchase_id)
        if end is None and (seen.payment_id or seen.refusal == GIVEN_UP):
            found.append(Flaw(Fate.LOST, seen.purchase_id, "it was answered, and its end is not recorded"))
        elif end is not None and end not in possible_ends(seen):
            expected = " or ".join(sorted(possible_ends(seen)))
            why = f"it ended {end}; its buyer was led to expect {expected}"
            found.append(Flaw(Fate.LOST, seen.purchase_id, why))
    return found


def last_line(purchases: int, faults: int, findings: Iterable[Flaw]) -> str:
    """The line by which a run is known."""
    purchases_of = {fate: {finding.purchase for finding in findings if finding.fate is fate} for fate in Fate}
    counts = ", ".join(f"{len(purchases_of[fate])} {fate}" for fate in Fate)
    return f"chaos: {purchases} purchases, {faults} faults, {counts}"
