"""Which version a worker says it is, and what the release command refuses before it asks anybody."""

import pytest
from pydantic import ValidationError
from temporalio.common import VersioningBehavior

from domain.messages import TaskQueue
from workers.release import run
from workers.sagas import ALL_SAGAS, SAGAS
from workers.settings import WorkerSettings
from workers.versions import deployment_of


def settings(**told: str) -> WorkerSettings:
    """The settings when only this is said."""
    return WorkerSettings(_env_file=None, **told)  # type: ignore[arg-type]


def test_a_worker_without_a_build_id_is_unversioned() -> None:
    """As in development."""
    assert deployment_of(settings(worker_build_id="")) is None


def test_a_worker_with_a_build_id_pins_every_saga() -> None:
    """Its version is the deployment's, and what begins on it ends on it."""
    deployment = deployment_of(settings(worker_build_id="1.1.0"))
    assert deployment
    assert deployment.version.to_canonical_string() == "buy-projects.1.1.0"
    assert deployment.use_worker_versioning
    assert deployment.default_versioning_behavior is VersioningBehavior.PINNED


@pytest.mark.parametrize("build_id", ["1.1.0:2", "a b", "'", "x" * 101])
def test_a_build_id_is_a_plain_word(build_id: str) -> None:
    """It stands in queries and labels."""
    with pytest.raises(ValidationError):
        settings(worker_build_id=build_id)


def test_every_queue_has_its_sagas_and_every_saga_one_queue() -> None:
    """The release command and the histories know all of them from there."""
    assert set(SAGAS) == set(TaskQueue)
    assert len(ALL_SAGAS) == len(set(ALL_SAGAS))


@pytest.mark.parametrize("arguments", [["ramp", "101"], ["ramp", "-1"], ["ramp", "nan"], ["ramp", "x"], ["move"], []])
async def test_nonsense_is_refused_before_anybody_is_asked(arguments: list[str]) -> None:
    """The exit code of a wrong command line."""
    with pytest.raises(SystemExit) as left:
        await run(arguments, settings(worker_build_id="1.1.0"))
    assert left.value.code == 2


async def test_a_command_about_no_version_says_what_to_set(capsys: pytest.CaptureFixture[str]) -> None:
    """Whoever runs it from nowhere must not make an unversioned worker current."""
    assert await run(["current"], settings()) == 1
    assert "WORKER_BUILD_ID" in capsys.readouterr().err
