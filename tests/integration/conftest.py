"""The real parts, each started for the first test that uses it by the devstack itself, and stopped after the last."""

from collections.abc import Generator, Iterator
from pathlib import Path

import pytest

from devstack.stack import Stack, StackOptions
from tests.integration.postgres import PostgresServer, running_server

# 20 s: no test that pays is slow enough to expire, and the one that expires need not wait long.
TTL_S = 20
# What tests of several folders share, by the fixtures and parameters that stand for it: what uses one runs together.
SHARED = {
    "postgres": {"postgres", "postgresql"},
    "common": {"common"},
    "battered": {"battered"},
    "doors": {"doors"},
    "wrecked": {"wrecked"},
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
    """Let the users of one thing follow each other, those of nothing first, and note the last user of each."""
    here = Path(__file__).parent
    ours = [item for item in items if here in item.path.parents]
    in_order = iter(sorted(ours, key=uses))
    items[:] = [next(in_order) if here in item.path.parents else item for item in items]
    session.stash[LAST_USERS] = {shared: item for item in items if here in item.path.parents for shared in uses(item)}


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item) -> Generator[None]:
    """Stop what nobody uses any more, with all that was built on it; pytest alone would wait for the run's end."""
    yield
    assert isinstance(item, pytest.Function)
    for shared, last in item.session.stash[LAST_USERS].items():
        if last is item:
            for fixture in item.session._fixturemanager.getfixturedefs(shared, item) or ():  # noqa: SLF001
                fixture.finish(item._request)  # type: ignore[arg-type]  # noqa: SLF001 - it reads the test alone


@pytest.fixture(scope="session")
def common(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """Temporal, RabbitMQ, the services, the simulator, the workers and the intake on free ports; nobody breaks them."""
    options = StackOptions(data=tmp_path_factory.mktemp("stack"), environment={"RESERVATION_TTL": str(TTL_S)})
    with Stack(options) as running:
        yield running


@pytest.fixture(scope="session")
def stack(common: Stack) -> Stack:
    """The stack of whoever needs none of its own."""
    return common


@pytest.fixture(scope="session")
def battered(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A stack that tests stop and kill parts of, its books whole; the money is captured in a step of its own."""
    options = StackOptions(data=tmp_path_factory.mktemp("battered"), environment={"CAPTURE_MODE": "manual"})
    with Stack(options) as running:
        yield running


@pytest.fixture(scope="session")
def doors(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A stack at whose doors tests leave purchases open."""
    with Stack(StackOptions(data=tmp_path_factory.mktemp("doors"))) as running:
        yield running


@pytest.fixture(scope="session")
def wrecked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A stack whose books tests break."""
    with Stack(StackOptions(data=tmp_path_factory.mktemp("wrecked"))) as running:
        yield running


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PostgresServer]:
    """A PostgreSQL server that nobody lets crash; whoever wants an empty database makes a new one."""
    with running_server(tmp_path_factory.mktemp("postgres")) as server:
        yield server
