"""In which order the set-up looks for a Temporal server."""

import os
from collections.abc import Callable

import pytest

from tests.unit.tools.devstack.conftest import NEW_SERVER, OLD_SERVER, FakeMachine
from tools.devstack.setup import temporal_server
from tools.devstack.setup.machine import SetupError

SHELL_TOOLS = "export PATH=/usr/bin:/bin; "
NO_DOWNLOAD = "echo 'Failed starting Temporal dev server: no route'; exit 1"
# What `go install` does: the program appears in GOBIN; its caches fill.
GO = f"""{SHELL_TOOLS}
case $1 in
version) echo 'go version go1.26.0 linux/amd64';;
install)
    mkdir -p "$GOBIN" "$GOPATH" "$GOCACHE"
    printf '#!/bin/sh\\n{NEW_SERVER.replace("'", '"')}\\n' > "$GOBIN/temporal"
    chmod 755 "$GOBIN/temporal"
    echo "$@" > "$GOPATH/../go-was-asked";;
esac
"""


def test_a_running_server_is_used_before_all_else(fake: FakeMachine) -> None:
    """With TEMPORAL_ADDRESS set nothing is looked for, and it is said."""
    temporal_server.provide(fake.machine(TEMPORAL_ADDRESS="temporal.example:7233"))
    assert fake.said == ["Temporal: TEMPORAL_ADDRESS is set, the server at temporal.example:7233 is used"]


def test_a_program_on_path_comes_before_the_cache(fake: FakeMachine) -> None:
    """A new enough `temporal` on PATH is taken although the cache has one."""
    on_path = fake.program(fake.bin / "temporal", NEW_SERVER)
    fake.program(temporal_server.cached(fake.machine()), NEW_SERVER)
    temporal_server.provide(fake.machine())
    assert temporal_server.find(fake.machine()) == on_path
    assert fake.said == []


def test_an_old_program_on_path_is_passed_over(fake: FakeMachine) -> None:
    """A server without update-with-start is not used, and the reason is told."""
    fake.program(fake.bin / "temporal", OLD_SERVER)
    cached = fake.program(temporal_server.cached(fake.machine()), NEW_SERVER)
    assert temporal_server.find(fake.machine()) == cached
    assert "1.22.0, needed is 1.28" in fake.said[0]


def test_the_download_comes_before_go(fake: FakeMachine, downloads: Callable[[str], None]) -> None:
    """Where the SDK can download its server, that is put into the cache and Go is not asked."""
    fake.program(fake.bin / "go", GO)
    downloads(
        f"{SHELL_TOOLS} printf '#!/bin/sh\\n{NEW_SERVER.replace(chr(39), chr(34))}\\n' > $3/sdk; chmod 755 $3/sdk"
    )
    temporal_server.provide(fake.machine())
    assert os.access(temporal_server.cached(fake.machine()), os.X_OK)
    assert not (fake.folder / ".cache" / "go-was-asked").exists()


def test_go_builds_what_cannot_be_downloaded(fake: FakeMachine, downloads: Callable[[str], None]) -> None:
    """Without a download the pinned version is built, and Go's caches are gone afterwards."""
    fake.program(fake.bin / "go", GO)
    downloads(NO_DOWNLOAD)
    temporal_server.provide(fake.machine())
    asked = (fake.folder / ".cache" / "go-was-asked").read_text()
    assert asked.split() == ["install", "-v", temporal_server.MODULE]
    assert temporal_server.find(fake.machine()) == temporal_server.cached(fake.machine())
    assert {path.name for path in (fake.folder / ".cache").iterdir()} == {"bin", "log", "go-was-asked"}
    assert any("no route" in line for line in fake.said)


def test_a_build_that_fails_says_what_to_do(fake: FakeMachine, downloads: Callable[[str], None]) -> None:
    """The error has the compiler's last words and every other way to a server."""
    fake.program(fake.bin / "go", "[ $1 = version ] && echo 'go version go1.26.0 x' || { echo 'no proxy'; exit 1; }")
    downloads(NO_DOWNLOAD)
    with pytest.raises(SetupError) as caught:
        temporal_server.provide(fake.machine())
    assert "no proxy" in str(caught.value)
    assert "TEMPORAL_ADDRESS" in str(caught.value)
    assert not temporal_server.cached(fake.machine()).exists()
