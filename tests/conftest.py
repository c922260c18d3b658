"""What takes memory and processor while it is up is started for its first user and stopped after the last one.

And no example of Hypothesis is a fault for taking long.
"""

from collections.abc import Generator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("patient")

TESTS = Path(__file__).parent
# What tests of several folders share, by the fixtures and parameters that stand for it.
SHARED = {
    "postgres": {"postgres", "postgresql"},
    "common": {"common"},
    "battered": {"battered"},
    "endpoints": {"endpoints"},
}
LAST_USERS = pytest.StashKey[dict[str, pytest.Item]]()


def uses(item: pytest.Item) -> list[str]:
    """What a test shares with others."""
    assert isinstance(item, pytest.Function)
    parameters = item.callspec.params.values() if hasattr(item, "callspec") else ()
    names = {*item.fixturenames, *(each for each in parameters if isinstance(each, str))}
    return [shared for shared, known in SHARED.items() if known & names]


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(session: pytest.Session, items: list[pytest.Item]) -> None:
    """Within each folder, let the users of one thing follow each other, and those of nothing go first."""
    folders = {item: item.path.relative_to(TESTS).parts[0] for item in items}
    order = list(dict.fromkeys(folders.values()))
    items.sort(key=lambda item: (order.index(folders[item]), uses(item)))
    session.stash[LAST_USERS] = {shared: item for item in items for shared in uses(item)}


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item) -> Generator[None]:
    """Stop what nobody uses any more, with all that was built on it; pytest alone would wait for the run's end."""
    yield
    for shared, last in item.session.stash[LAST_USERS].items():
        if last is item:
            for fixture in item.session._fixturemanager.getfixturedefs(shared, item) or ():  # noqa: SLF001
                fixture.finish(item._request)  # type: ignore[attr-defined]  # noqa: SLF001 - it reads the test alone
