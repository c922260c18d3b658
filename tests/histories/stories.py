"""What the stories share."""

from collections.abc import Callable

from tests.sagas.scenarios import Scenario
from tests.sagas.world import World


def named(*stories: Callable[[World], None]) -> dict[str, Scenario]:
    """Each by its function's name."""
    return {story.__name__.strip("_"): story for story in stories}


def manual(story: Scenario) -> Scenario:
    """The same with manual capture."""

    def played(world: World) -> None:
        world.payments.manual = True
        story(world)

    return played


def pays_once(world: World) -> None:
    """The buyer pays, if he has not yet."""
    if not world.payments.known().amount_captured:
        world.buyer_pays()
