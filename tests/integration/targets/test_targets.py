"""Every target that `make help` lists, in a short form."""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

from tests.integration.targets.conftest import LIMIT_S, Copy
from tools.devstack.options import ROOT
from tools.devstack.setup import python_env
from tools.devstack.setup.machine import Machine


def test_setup_is_done_already() -> None:
    """What these tests run in is set up, and `make setup` sees that by itself."""
    machine = Machine(ROOT, {}, lambda _: None)
    assert python_env.is_current(machine), "run `make setup`: not even this test may do so beneath the others"
    done = subprocess.run(
        ["/usr/bin/make", "setup"], cwd=ROOT, capture_output=True, text=True, timeout=LIMIT_S, check=False
    )

    assert done.returncode == 0, done.stdout + done.stderr
    assert "[set-up] ready" in done.stdout
    assert "Installing" not in done.stdout


def test_demo_tells_its_story(copy: Copy) -> None:
    """On a stack of its own, of which nothing is left."""
    assert copy.made("demo").endswith("Everything was as told.\n")
    assert list((copy.folder / ".run").glob("demo-*")) == []


def test_restart_gives_a_process_a_new_id(copy: Copy, up: Path) -> None:
    """The running stack's, by its name; without a name it asks for one."""
    before = processes(up)
    assert copy.made("restart", "NAME=users").endswith("users runs again\n")
    changed = {name for name, process in processes(up).items() if process["pid"] != before[name]["pid"]}

    assert changed == {"users"}
    assert "which one? make restart NAME=payments" in copy.make("restart").stderr


def processes(data: Path) -> dict[str, dict[str, Any]]:
    """The processes of the stack that runs there."""
    return dict(json.loads((data / "stack.json").read_text())["processes"])


def test_bench_measures_the_running_stack(copy: Copy, up: Path) -> None:
    """Each load once or twice, beside the naive twin and another revision; how fast is not asked here."""
    told = copy.made("bench", f"ARGS=--only speed --data {up} --calls 2 --rounds 1 --against HEAD")

    assert all(f"({load})" in told for load in "abcd")
    assert all(words in told for words in ("naive twin", "HEAD", "steal", "holds", "payment_success_worker"))


def test_bench_needs_a_revision_that_the_clone_knows(copy: Copy) -> None:
    """It says how to get one, before any stack is started."""
    refused = copy.make("bench", "ARGS=--only speed --against v0.0.0")

    assert refused.returncode != 0
    assert "knows no revision v0.0.0: `git fetch --tags` may bring it" in refused.stderr


def test_bench_counts_what_open_purchases_cost(copy: Copy, up: Path) -> None:
    """Three of them, where a measurement has thousands."""
    told = copy.made("bench", f"ARGS=--only flat --data {up} --open 3")

    assert all(words in told for words in ("temporal keeps, MB", "memory of start_payment_worker", "p50 ms"))


def test_capacity_counts_on_the_running_stack(copy: Copy, up: Path) -> None:
    """One purchase of each kind."""
    told = copy.made("capacity", f"ARGS=--data {up} --purchases 1")

    assert "Temporal: workflows" in told
    assert (copy.folder / "docs/capacity.md").read_bytes() == (ROOT / "docs/capacity.md").read_bytes()


def test_audit_reads_the_running_stack(copy: Copy, up: Path) -> None:
    """Whatever the other targets have bought adds up."""
    assert json.loads(copy.made("audit", "ARGS=--json"))["adds_up"] is True
    assert up.exists()


def test_clean_waits_for_the_stacks_end(copy: Copy, up: Path) -> None:
    """A running stack's data is left alone, with a sentence; what can be made again goes, what set-up brought stays."""
    refused = copy.make("clean")
    assert refused.returncode != 0
    assert "A stack runs on .run: stop it first" in refused.stderr
    assert (up / "stack.json").exists()


def test_clean_removes_what_can_be_made_again(copy: Copy, tmp_path: Path) -> None:
    """The data of a stack that has ended, and what tests left; what set-up brought stays."""
    other = Copy(tmp_path)
    shutil.copytree(copy.folder / "tools/devstack", tmp_path / "tools/devstack")
    for name in ("Makefile", ".venv"):
        (tmp_path / name).symlink_to(copy.folder / name)
    (tmp_path / ".run").mkdir()
    (tmp_path / ".coverage").touch()
    other.made("clean")

    assert {path.name for path in tmp_path.iterdir()} == {"Makefile", "tools", ".venv"}


def test_explore_tells_stories(copy: Copy) -> None:
    """Some dozens, as the thousands of a long run."""
    assert "the invariants hold in all of them" in copy.made("explore", "EXAMPLES=20", "SEED=3")


def test_openapi_writes_what_is_committed(copy: Copy) -> None:
    """No client breaks, and the documents are the same bytes."""
    assert "No client breaks." in copy.made("openapi")
    for document in [ROOT / "app/openapi.json", *ROOT.glob("services/*/openapi.json")]:
        assert (copy.folder / document.relative_to(ROOT)).read_bytes() == document.read_bytes()


def test_histories_are_recorded(copy: Copy) -> None:
    """Those of a version that nobody has released."""
    told = copy.made("histories", "VERSION=99.0.0")
    written = list((copy.folder / "tests/histories/99.0.0").iterdir())

    assert f"{len(written)} histories are written" in told
    assert written


def test_sbom_is_written(copy: Copy) -> None:
    """Where the documents say that it is."""
    copy.made("sbom")

    assert json.loads((copy.folder / "build/sbom.cdx.json").read_text())["components"]
