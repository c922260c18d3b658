"""The search: stories that go their usual way but for a few turns, told by chance from a seed, and made shorter."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from random import Random
from typing import NamedTuple

from tests.sagas.explorer.invariants import Violation, check_at_rest
from tests.sagas.explorer.moves import Actor, move
from tests.sagas.explorer.provider import BuyerPlan, Setting
from tests.sagas.explorer.town import SOUND, Parts, Town

# Few turns suffice: no rule of the model needs more for its story; more of them hide each other.
TURNS_MAX = 5
# A whole purchase takes some 25 events and 8 calls; some moments are left for what comes after it.
MOMENTS = {"events": 36, "calls": 11}
# What happens between two calls is mostly seen at the next one.
MOMENTS_OF = ("calls", "calls", "events")
# A move is picked among those that are possible then, which are fewer.
PICKS = 64
# What happens to calls and what the buyer does decides most stories.
KINDS = (*Actor, *[Actor.CALL] * 3, *[Actor.BUYER] * 3, Actor.TIME)
# One story in so many has a provider that is paid at creation: there a buyer's plans decide less.
PAID_AT_CREATION = 4
# More events than any story needs: beyond it something turns round and round.
EVENTS_MAX = 2_000
# In the end operators look at the parked sagas after so many events, also while another saga still goes on.
ATTENDED = 50


class Turn(NamedTuple):
    """`after` so many events, or right before the call after so many calls, somebody makes one of his moves."""

    after: int
    of: str
    kind: Actor
    pick: int


class Script(NamedTuple):
    """A whole story."""

    setting: Setting
    turns: tuple[Turn, ...] = ()


def script_of(seed: int, number: int) -> Script:
    """One of the stories of a seed."""
    chance = Random(f"{seed}/{number}")  # noqa: S311 - no secret
    setting = Setting(
        plan=chance.choice((BuyerPlan.PAYS, BuyerPlan.PAYS, *BuyerPlan)),
        manual_capture=chance.random() < 0.5,
        attempts=chance.choice((1, 2)),
        bank_accepts=chance.random() < 0.5,
        sold_out=chance.random() < 0.2,
        too_many_open=chance.random() < 0.1,
        refused=chance.choice(("", "", "", "reserve", "capture", "deliver")),
        late=chance.choice(("", "", "", "create", "reserve", "capture", "deliver")),
        paid_at_creation=number % PAID_AT_CREATION == 0,
    )
    return Script(setting, tuple(_turn(chance) for _ in range(chance.randint(0, TURNS_MAX))))


def _turn(chance: Random) -> Turn:
    of = chance.choice(MOMENTS_OF)
    return Turn(chance.randint(0, MOMENTS[of]), of, chance.choice(KINDS), chance.randrange(PICKS))


# ---- playing --------------------------------------------------------------------------------------------------------


def play(script: Script, parts: Parts = SOUND) -> list[str]:
    """The story of a script; raises Violation where it breaks a rule."""
    town = Town(script.setting, parts)
    try:
        _disturb(town, list(script.turns))
        _come_to_rest(town)
        check_at_rest(town)
    except Violation:
        raise
    except AssertionError as error:
        raise Violation(str(error), town.story) from error
    finally:
        for execution in town.engine.executions.values():
            execution.evict()
    return town.story


def _disturb(town: Town, turns: list[Turn]) -> None:
    """Let everything go its usual way but for the turns; one before a call that never comes is left out."""
    passed = dict.fromkeys(MOMENTS, 0)
    for _ in range(EVENTS_MAX):
        while turn := _turn_now(town, turns, passed):
            turns.remove(turn)
            move(town, turn.kind, turn.pick)
        event = town.engine.agenda.first()
        if not turns or event is None:
            return
        passed["events"] += 1
        passed["calls"] += bool(event.step)
        town.step(event)


def _turn_now(town: Town, turns: list[Turn], passed: Mapping[str, int]) -> Turn | None:
    event = town.engine.agenda.first()
    for turn in turns:
        its_moment = turn.after <= passed[turn.of]
        if turn.of == "calls":
            its_moment = its_moment and event is not None and bool(event.step)
        # When nothing is left to happen by itself, everybody may still do what he wants.
        if its_moment or (event is None and turn.of == "events"):
            return turn
    return None


def _come_to_rest(town: Town) -> None:
    """Everything fair happens: services are back, what hangs arrives, timers fire, operators let parked sagas retry."""
    town.tell("-- from here on everything is well")
    town.network.heal()
    for number in range(1, EVENTS_MAX):
        if town.step() and number % ATTENDED:
            continue
        for call in town.network.hanging + town.network.overtaken:
            town.network.arrive(call)
        for execution, view in town.parked():
            town.decide(execution, view, "retry")
        town.take_notice()
        if town.engine.agenda.first() is None:
            return


# ---- finding --------------------------------------------------------------------------------------------------------


def find(seed: int, numbers: range, parts: Parts = SOUND) -> Script | None:
    """The first story that breaks a rule."""
    return next((script for n in numbers if breaks(script := script_of(seed, n), parts)), None)


def breaks(script: Script, parts: Parts = SOUND) -> Violation | None:
    """The rule that a script breaks."""
    try:
        play(script, parts)
    except Violation as violation:
        return violation
    return None


def shortest(script: Script, parts: Parts = SOUND) -> Script:
    """A story that still breaks a rule, and no longer does with anything left out."""
    while shorter := next((less for less in _less(script) if breaks(less, parts)), None):
        script = shorter
    return script


def _less(script: Script) -> Iterator[Script]:
    setting, turns = script
    for n in range(len(turns)):
        yield Script(setting, turns[:n] + turns[n + 1 :])
    usual = Setting()
    for name, value in vars(usual).items():
        if getattr(setting, name) != value:
            yield Script(replace(setting, **{name: value}), turns)
    for n, turn in enumerate(turns):
        for after in {0, turn.after // 2, turn.after - 1} - {turn.after, -1}:
            yield Script(setting, (*turns[:n], turn._replace(after=after), *turns[n + 1 :]))
