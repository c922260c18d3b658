"""How the whole Temporal server, which the tests run on PostgreSQL, comes onto the machine."""

import pytest

from tests.unit.tools.devstack.conftest import FakeMachine
from tools.devstack.setup import temporal_on_postgresql as setup
from tools.devstack.setup.machine import SetupError

# What `go install` does with two programs of one module.
GO = """export PATH=/usr/bin:/bin
case $1 in
version) echo 'go version go1.26.0 linux/amd64';;
install)
    mkdir -p "$GOBIN" "$GOPATH" "$GOCACHE"
    for name in server sql; do
        printf '#!/bin/sh\\necho temporal version 1.29.1\\n' > "$GOBIN/$name"
        chmod 755 "$GOBIN/$name"
    done
    echo "$@" > "$GOPATH/../go-was-asked";;
esac
"""


def test_go_builds_both_at_once(fake: FakeMachine) -> None:
    """One build, for they share nearly all of their source; both are found under their makers' names."""
    fake.program(fake.bin / "go", GO)
    setup.provide(fake.machine())
    asked = (fake.folder / ".cache" / "go-was-asked").read_text()
    assert asked.split() == [
        "install",
        "-v",
        "go.temporal.io/server/cmd/server@v1.29.1",
        "go.temporal.io/server/cmd/tools/sql@v1.29.1",
    ]
    for name in (setup.SERVER, setup.SQL_TOOL):
        assert setup.find(fake.machine(), name) == fake.folder / ".cache" / "bin" / name


def test_programs_on_path_come_first(fake: FakeMachine) -> None:
    """Nothing is built where both are there."""
    both = [fake.program(fake.bin / name, "echo temporal version 1.30.0") for name in (setup.SERVER, setup.SQL_TOOL)]
    setup.provide(fake.machine())
    assert [setup.find(fake.machine(), name) for name in (setup.SERVER, setup.SQL_TOOL)] == both


def test_an_old_one_is_passed_over(fake: FakeMachine) -> None:
    """A server without update-with-start is no server of ours, and the set-up says so."""
    fake.program(fake.bin / setup.SERVER, "echo temporal version 1.20.0")
    assert setup.find(fake.machine(), setup.SERVER) is None
    assert any("1.20" in line for line in fake.said)


def test_a_build_that_fails_says_what_to_do(fake: FakeMachine) -> None:
    """The error has the compiler's last words, and the other way."""
    fake.program(fake.bin / "go", "[ $1 = version ] && echo 'go version go1.26.0 x' || { echo 'no proxy'; exit 1; }")
    with pytest.raises(SetupError, match=r"no proxy(.|\n)*temporal-sql-tool"):
        setup.provide(fake.machine())
