"""Schemathesis against the running stack: the examples, the borders, chance, and what a created thing links to."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.integration.openapi.conftest import FuzzTarget

REPOSITORY = Path(__file__).parents[3]
# 30 min for one API: it takes one or two, and many times that on a machine that has lost most of its processor.
FUZZING_S = 1800
# A closed reservation and a revoked offset are shown after their DELETE: the row stays, to refuse a late call.
NOT_OURS = "use_after_free"


@pytest.mark.parametrize("service", ["payments", "projects", "users", "notifier"])
def test_a_service_answers_as_its_document_says(target: FuzzTarget, service: str, tmp_path: Path) -> None:
    """No server error, and no status, media type, header or body that is not documented."""
    _fuzz(target, service, target.stack.description["service_token"], tmp_path)


def test_the_intake_answers_a_buyer_as_its_document_says(target: FuzzTarget, tmp_path: Path) -> None:
    """The same at the buyers' routes and at Stripe's endpoint, with signed events."""
    _fuzz(target, "intake", target.stack.description["buyers"]["alice"], tmp_path)


def test_the_intake_answers_a_server_as_its_document_says(target: FuzzTarget, tmp_path: Path) -> None:
    """The same for an API key that acts for a buyer."""
    _fuzz(target, "intake", target.api_key, tmp_path, FUZZ_ON_BEHALF_OF="bob")


def _fuzz(target: FuzzTarget, process: str, token: str, folder: Path, **environment: str) -> None:
    description = target.stack.description
    secret = description["stripe"]["webhook_secrets"][0]
    url = description["processes"][process]["url"]
    done = subprocess.run(
        [
            *(sys.executable, "-m", "schemathesis.cli", "--config-file", Path(__file__).parent / "schemathesis.toml"),
            *("run", f"{url}/openapi.json", "--header", f"Authorization: Bearer {token}", "--checks", "all"),
            *("--exclude-checks", NOT_OURS),
        ],
        # It writes what it has found into the folder where it runs.
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(REPOSITORY), "FUZZ_WEBHOOK_SECRET": secret} | environment,
        capture_output=True,
        text=True,
        timeout=FUZZING_S,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
