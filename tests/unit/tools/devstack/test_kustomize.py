"""How kustomize comes onto the machine."""

import pytest

from tests.unit.tools.devstack.conftest import FakeMachine
from tools.devstack.setup import kustomize
from tools.devstack.setup.machine import SetupError

KUSTOMIZE = "[ $1 = version ] && echo v5.8.1"
KUBECTL = "[ $1 = version ] && printf 'Client Version: v1.32.4\\nKustomize Version: v5.5.0\\n'"
OLD_KUBECTL = "[ $1 = version ] && printf 'Client Version: v1.26.0\\nKustomize Version: v4.5.7\\n'"
# What `go install` does: the program appears in GOBIN under its module's name, a major version left out.
GO = """export PATH=/usr/bin:/bin
case $1 in
version) echo 'go version go1.26.0 linux/amd64';;
install)
    mkdir -p "$GOBIN" "$GOPATH" "$GOCACHE"
    printf '#!/bin/sh\\necho v5.8.1\\n' > "$GOBIN/kustomize"
    chmod 755 "$GOBIN/kustomize"
    echo "$@" > "$GOPATH/../go-was-asked";;
esac
"""


@pytest.mark.parametrize(
    ("name", "script", "builds"), [("kustomize", KUSTOMIZE, "build"), ("kubectl", KUBECTL, "kustomize")]
)
def test_a_program_on_path_comes_first(fake: FakeMachine, name: str, script: str, builds: str) -> None:
    """Nothing is built where kustomize is, or a kubectl that holds it."""
    on_path = fake.program(fake.bin / name, script)
    kustomize.provide(fake.machine())
    assert (kustomize.find(fake.machine()), fake.said) == ((str(on_path), builds), [])


def test_go_builds_it_where_it_is_missing_or_old(fake: FakeMachine) -> None:
    """The pinned version is built into the cache; an older kubectl is passed over."""
    fake.program(fake.bin / "kubectl", OLD_KUBECTL)
    fake.program(fake.bin / "go", GO)
    kustomize.provide(fake.machine())
    asked = (fake.folder / ".cache" / "go-was-asked").read_text()
    assert asked.split() == ["install", "-v", kustomize.MODULE]
    assert kustomize.find(fake.machine()) == (str(kustomize.cached(fake.machine())), "build")


def test_a_build_that_fails_says_what_to_do(fake: FakeMachine) -> None:
    """The error has the compiler's last words, and tells of the programs that may stand on PATH instead."""
    fake.program(fake.bin / "go", "[ $1 = version ] && echo 'go version go1.26.0 x' || { echo 'no proxy'; exit 1; }")
    with pytest.raises(SetupError, match=r"no proxy(.|\n)*or a newer `kubectl` on PATH"):
        kustomize.provide(fake.machine())
