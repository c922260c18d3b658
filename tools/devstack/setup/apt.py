"""Debian's packages, installed so that no daemon of theirs starts: not now, and not with the machine."""

import subprocess
from collections.abc import Sequence

from tools.devstack.setup.machine import Machine, SetupError

# policy-rc.d is Debian's own switch for "install, but start nothing"; one that was there before is left alone.
# Units that the packages bring are disabled; those that were there before keep their state.
SCRIPT = r"""
set -eu
packages=$1; units=$2
policy=/usr/sbin/policy-rc.d
mark='# written by the set-up of buy-projects for the time of one apt-get install'
if [ ! -e "$policy" ] || grep -qF "$mark" "$policy"; then
    printf '#!/bin/sh\n%s\nexit 101\n' "$mark" > "$policy"
    chmod 755 "$policy"
    trap 'rm -f "$policy"' EXIT
    trap 'exit 130' INT TERM HUP
fi
new=''
for unit in $units; do
    [ -e "/lib/systemd/system/$unit" ] || new="$new $unit"
done
export DEBIAN_FRONTEND=noninteractive
install() { apt-get install -y --no-install-recommends -o DPkg::Lock::Timeout=120 $packages; }
install || { apt-get update && install; }
if command -v systemctl > /dev/null; then
    for unit in $new; do systemctl disable "$unit" || true; done
fi
"""


def install(machine: Machine, packages: Sequence[str], *, units: Sequence[str] = (), hint: str) -> None:
    """Install packages as root or through sudo; `hint` tells what else a person can do.

    Raises SetupError where there is no apt-get or no right to use it, without ever waiting for a password unseen.
    """
    names = " ".join(packages)
    by_hand = f"Install it by hand: sudo apt-get install -y --no-install-recommends {names}\n{hint}".strip()
    if machine.find("apt-get") is None:
        raise SetupError(f"{names} is missing, and there is no apt-get here to install it.\n{hint}".strip())
    command = [*_as_root(machine, by_hand), "sh", "-c", SCRIPT, "sh", names, " ".join(units)]
    machine.run(f"Installing {names} with apt-get", command, hint=by_hand)


def _as_root(machine: Machine, by_hand: str) -> list[str]:
    if machine.is_root:
        return []
    if machine.find("sudo") is not None:
        if machine.output("sudo", "-n", "true") is not None:
            return ["sudo", "-n"]
        if machine.is_terminal and _ask_password():
            return ["sudo", "-n"]
    raise SetupError(f"This needs root, and sudo does not work here without a password.\n{by_hand}")


def _ask_password() -> bool:
    """Let sudo ask on the terminal; it remembers the answer for the command that follows."""
    return subprocess.run(["sudo", "-v"], check=False).returncode == 0  # noqa: S607 - found on PATH by whoever asks
