"""How Debian in folders comes onto the machine, for an engine and its base images."""

import pytest

from tests.unit.tools.devstack.conftest import FakeMachine
from tools.devstack.setup import debian
from tools.devstack.setup.machine import Machine, SetupError

TOOLS = "export PATH=/usr/bin:/bin"
# Without name spaces: the command alone.
UNSHARE = f"""{TOOLS}
while [ "${{1#--}}" != "$1" ]; do shift; done
exec "$@"
"""
# The last argument is the folder; it leaves what packages leave behind.
DEBOOTSTRAP = f"""{TOOLS}
echo "$@" >> "$(dirname "$0")/asked"
for folder; do :; done
mkdir -p "$folder/var/cache/apt/archives"
touch "$folder/var/cache/apt/archives/x.deb" "$folder/done"
"""


def prepared(fake: FakeMachine) -> Machine:
    """A machine of root's, with what is needed."""
    fake.program(fake.bin / "unshare", UNSHARE)
    fake.program(fake.bin / "true", "exit 0")
    fake.program(fake.bin / "debootstrap", DEBOOTSTRAP)
    return fake.machine(is_root=True, PATH=f"{fake.bin}:/usr/bin:/bin")


def asked(fake: FakeMachine) -> list[str]:
    """What debootstrap was called with."""
    return (fake.bin / "asked").read_text().splitlines()


@pytest.mark.parametrize(("is_root", "unshare"), [(False, "exit 0"), (True, "exit 1")])
def test_who_may_not_mount_is_told_at_once(is_root: bool, unshare: str, fake: FakeMachine) -> None:
    """Without root, or in a container that takes its rights away, the message names the other way."""
    fake.program(fake.bin / "unshare", unshare)
    with pytest.raises(SetupError, match=r"needs root(.|\n)*docker compose up --build --wait"):
        debian.provide(fake.machine(is_root=is_root))


def test_each_root_is_made_once(fake: FakeMachine) -> None:
    """With checked signatures, into its folder, without the downloads; a second run makes nothing."""
    machine = prepared(fake)
    debian.provide(machine)
    debian.provide(machine)
    assert [line.split()[-1] for line in asked(fake)] == [str(debian.folder(machine, name)) for name in debian.ROOTS]
    assert all("--force-check-gpg" in line for line in asked(fake))
    assert not list(machine.cache.glob("compose/*/var/cache/apt/archives/*.deb"))


def test_a_mirror_that_is_away_is_named(fake: FakeMachine) -> None:
    """The last words of debootstrap, and what to do; nothing counts as done."""
    machine = prepared(fake)
    fake.program(fake.bin / "debootstrap", "echo 'E: no mirror'; exit 1")
    with pytest.raises(SetupError, match=r"no mirror(.|\n)*mirror reachable"):
        debian.provide(machine)
    assert not list(machine.cache.glob("compose/*.recipe"))
