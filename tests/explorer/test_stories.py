"""The sagas' own code against a world at its worst; `make explore` looks for longer."""

from tests.sagas.explorer.provider import BuyerPlan, Setting
from tests.sagas.explorer.search import Script, breaks, find, play, shortest

# Ten seconds on an idle core, a minute where coverage is measured and both cores are busy; always the same stories.
STORIES = range(1500)
SEED = 1


def test_every_story_keeps_the_records() -> None:
    """Whatever fails, whenever, and whoever meddles: paid and delivered, or nothing charged and nothing held."""
    found = find(SEED, STORIES)
    assert found is None, f"{breaks(shortest(found))}\n\n{found}"


def test_a_story_is_told_in_its_order() -> None:
    """What a failing run prints can be read: who does what, what is answered, and when."""
    story = play(Script(Setting(plan=BuyerPlan.PAYS)))
    told = [line.strip().split("  ", 1)[1].strip() for line in story]
    happened = [told.index(line) for line in ("client: POST /purchases", "buyer: pays", "commit -> committed")]
    assert happened == sorted(happened)
    assert story[told.index("buyer: pays")].startswith("   0:01:00")
