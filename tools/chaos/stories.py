"""What the buyers do: a pure function of seed and number, so that a run can be made again."""

import random
from dataclasses import dataclass
from enum import StrEnum

from tools.devstack.shop import LOAD_BUYERS

# Milestones of one currency whose stock no run exhausts, and the one that is sold out after five tonnes.
PLENTY = ("cookstoves-1", "cookstoves-2", "mangrove-1", "mangrove-2", "mangrove-3", "peatland-2", "wind-1", "wind-2")
SCARCE = "peatland-1"
SCARCE_KG = 1000
# From 200 kg on the cheapest milestone costs more than the 50 cents that a card is charged at least.
QUANTITIES_KG = (200, 250, 500, 1500)
ITEMS_MAX = 3

GOOD_CARDS = ("pm_card_visa", "pm_card_mastercard", "pm_card_amex")
BAD_CARDS = ("pm_card_visa_chargeDeclined", "pm_card_visa_chargeDeclinedInsufficientFunds")
# A buyer types between two cards, or has the second one at hand.
PAUSES_S = (0.0, 0.3, 1.5)


class Behaviour(StrEnum):
    """What a buyer sets out to do; what comes of it is up to the faults."""

    PAYS = "pays"
    PAYS_AT_THE_DEADLINE = "pays at the deadline"
    DECLINED_THEN_PAYS = "is declined, then pays"
    DECLINED = "is declined and walks away"
    WALKS_AWAY = "walks away"
    WANTS_THE_LAST = "wants the last tonnes"
    SAW_AN_OLD_PRICE = "saw an old price"
    DOUBLE_CLICKS = "clicks twice"
    COMES_BACK = "loses the connection and comes back with the same key, twice"
    VANISHES = "loses the connection and never comes back"
    BANK_ASKS = "approves at the bank's page"
    BANK_ASKS_DECLINED = "declines at the bank's page"
    BANK_TAKES_TIME = "has a bank that takes its time"
    BANK_DECLINES_LATE = "has a bank that declines after a time"
    UNKNOWN_TO_USERS = "is unknown to Users"


# Most buyers pay; each other behaviour is common enough to meet several faults in a run of 200.
WEIGHTS = {
    Behaviour.PAYS: 30,
    Behaviour.PAYS_AT_THE_DEADLINE: 6,
    Behaviour.DECLINED_THEN_PAYS: 8,
    Behaviour.DECLINED: 6,
    Behaviour.WALKS_AWAY: 7,
    Behaviour.WANTS_THE_LAST: 7,
    Behaviour.SAW_AN_OLD_PRICE: 4,
    Behaviour.DOUBLE_CLICKS: 6,
    Behaviour.COMES_BACK: 6,
    Behaviour.VANISHES: 4,
    Behaviour.BANK_ASKS: 4,
    Behaviour.BANK_ASKS_DECLINED: 2,
    Behaviour.BANK_TAKES_TIME: 4,
    Behaviour.BANK_DECLINES_LATE: 2,
    Behaviour.UNKNOWN_TO_USERS: 4,
}
DECLINED_FIRST = {Behaviour.DECLINED, Behaviour.DECLINED_THEN_PAYS}
NEVER_PAYS = {
    Behaviour.WALKS_AWAY,
    Behaviour.VANISHES,
    Behaviour.DECLINED,
    Behaviour.SAW_AN_OLD_PRICE,
    Behaviour.UNKNOWN_TO_USERS,
}
BANK_CARDS = {
    Behaviour.BANK_ASKS: "pm_card_authenticationRequired",
    Behaviour.BANK_ASKS_DECLINED: "pm_card_authenticationRequired",
    Behaviour.BANK_TAKES_TIME: "pm_card_simulatorProcessing",
    Behaviour.BANK_DECLINES_LATE: "pm_card_simulatorProcessingDeclined",
}


@dataclass(frozen=True)
class Story:
    """One buyer and what is bought: the cards in the order of trying, and a pause in seconds before each."""

    number: int
    behaviour: Behaviour
    buyer: str
    key: str
    items: tuple[tuple[str, int], ...]
    cards: tuple[str, ...]
    pause_s: float
    # A buyer whose connection is lost has sent the request this many seconds ago, and is back after these.
    lost_after_s: float
    away_s: float


def story(seed: int, number: int) -> Story:
    """The story of one purchase."""
    rng = random.Random(f"story {seed} {number}")  # noqa: S311 - a plan, no secret
    behaviour = rng.choices(list(WEIGHTS), weights=list(WEIGHTS.values()))[0]
    stranger = behaviour is Behaviour.UNKNOWN_TO_USERS
    return Story(
        number=number,
        behaviour=behaviour,
        buyer=f"stranger-{number}" if stranger else f"load-{number % LOAD_BUYERS}",
        key=f"chaos-{seed}-{number}",
        items=_items(rng, behaviour),
        cards=_cards(rng, behaviour),
        pause_s=rng.choice(PAUSES_S),
        # The opening has not begun, runs or has ended by then.
        lost_after_s=rng.uniform(0.005, 0.2),
        away_s=rng.uniform(0.5, 4),
    )


def _items(rng: random.Random, behaviour: Behaviour) -> tuple[tuple[str, int], ...]:
    if behaviour is Behaviour.WANTS_THE_LAST:
        return ((SCARCE, SCARCE_KG),)
    milestones = rng.sample(PLENTY, rng.randint(1, ITEMS_MAX))
    return tuple((milestone, rng.choice(QUANTITIES_KG)) for milestone in milestones)


def _cards(rng: random.Random, behaviour: Behaviour) -> tuple[str, ...]:
    bad = (rng.choice(BAD_CARDS),) if behaviour in DECLINED_FIRST else ()
    if behaviour in NEVER_PAYS:
        return bad
    # Half of those who want the last tonnes let them go again, so that there is something to want all the time.
    if behaviour is Behaviour.WANTS_THE_LAST and rng.random() < 0.5:
        return ()
    return (*bad, BANK_CARDS.get(behaviour) or rng.choice(GOOD_CARDS))
