"""`python3 -m tools.devstack.setup [--packages|--chaos|--tests|--prove|--compose]`: bring what the project needs."""

import argparse
import fcntl
import os
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tools.devstack.setup import (
    chromium,
    debian,
    kustomize,
    postgresql,
    prometheus,
    python_env,
    rabbitmq_server,
    redis_server,
    temporal_on_postgresql,
    temporal_server,
    temporal_ui,
    toxiproxy_server,
)
from tools.devstack.setup.machine import Machine, SetupError

ROOT = Path(__file__).resolve().parents[3]


def main() -> int:
    """Do what is left to do; 0, or 1 with the reason on stderr."""
    parser = argparse.ArgumentParser(prog="python3 -m tools.devstack.setup", description=__doc__)
    parser.add_argument(
        "--packages", action="store_true", help="only the Python packages: what needs no program beside"
    )
    parser.add_argument("--chaos", action="store_true", help="also what breaks connections: Toxiproxy")
    parser.add_argument(
        "--tests",
        action="store_true",
        help="also all that the tests need: databases, Prometheus, kustomize, Chromium and more",
    )
    parser.add_argument(
        "--prove", action="store_true", help="also the whole Temporal Server, which takes minutes to build"
    )
    parser.add_argument("--compose", action="store_true", help="also a Docker engine and what base images are made of")
    arguments = parser.parse_args()
    # So that a step ends what it has started, as it does on Ctrl-C.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    started = time.monotonic()
    machine = Machine(
        ROOT,
        dict(os.environ),
        lambda text: print(f"[set-up] {text}", flush=True),
        is_root=os.geteuid() == 0,
        is_terminal=sys.stdin.isatty(),
    )
    # First what needs root, so that nobody waits to be told.
    steps = [debian] if arguments.compose else []
    steps += [python_env] if arguments.packages else [python_env, temporal_server, rabbitmq_server]
    steps += [toxiproxy_server] if arguments.chaos or arguments.tests else []
    steps += [postgresql] if arguments.tests or os.environ.get("STORE") == "postgres" else []
    steps += [redis_server, prometheus, kustomize, chromium] if arguments.tests else []
    steps += [temporal_on_postgresql] if arguments.prove or arguments.compose else []
    steps += [temporal_ui] if arguments.compose else []
    try:
        with _alone(machine):
            for step in steps:
                step.provide(machine)
    except SetupError as error:
        print(f"[set-up] {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("[set-up] interrupted; the same command goes on where it stopped", file=sys.stderr)
        return 130
    machine.say(f"ready ({time.monotonic() - started:.1f} s)")
    return 0


@contextmanager
def _alone(machine: Machine) -> Iterator[None]:
    """Let two set-ups in one folder run one after the other."""
    machine.cache.mkdir(exist_ok=True)
    with (machine.cache / "setup.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            machine.say("another set-up is at work in this folder; waiting for it")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


if __name__ == "__main__":
    sys.exit(main())
