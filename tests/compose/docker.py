"""A Docker engine for one run of the tests: nothing of it is left when it ends."""

import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from tools.devstack.lock import lock_data
from tools.devstack.options import ROOT
from tools.devstack.setup import debian
from tools.devstack.setup.machine import Machine

SCRIPT = Path(__file__).with_name("docker.sh")
CGROUP = "buy-projects-compose"
# The engine's network is its own, so these collide with nothing.
GATEWAY = "172.30.255.1"
OPTIONS = (
    "--storage-driver=overlay2",
    "--iptables=false",
    "--ip6tables=false",
    f"--bip={GATEWAY}/24",
    "--default-address-pool=base=172.30.0.0/17,size=24",
    f"--dns={GATEWAY}",
    f"--cgroup-parent=/{CGROUP}",
)
SPACES = ("--mount", "--net", "--pid", "--ipc", "--uts")
UNSHARE = ("unshare", *SPACES, "--fork", "--kill-child")
# It takes a second or two; a full disk or a missing right ends it earlier.
START_LIMIT_S = 60
# 15 s are what it gives its containers, should any run.
STOP_LIMIT_S = 40
# A command of the application's imports all of it: seconds, and minutes where ten others are busy.
OUTPUT_LIMIT_S = 300
# Some networks swallow questions for names that they do not know: this takes them in and never answers.
SILENT_DNS = f"""
import socket, sys
taken = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
taken.bind(("{GATEWAY}", 53))
sys.stdin.read()
"""


class DockerEngine:
    """An engine that runs; what is in it is reached by commands that enter its name spaces."""

    def __init__(self, process: "subprocess.Popen[bytes]") -> None:
        (child,) = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
        self._pid = child
        # Only what compose is told on purpose: what somebody has set for another stack stays outside.
        path = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
        self._machine = Machine(ROOT, {"PATH": path, "HOME": "/root"}, say)

    def inside(self, *command: str) -> list[str]:
        """The command as it runs in the engine's Debian, in the repository's folder."""
        return ["nsenter", f"--target={self._pid}", *SPACES, "--root", "--wd", *command]

    def at_its_network(self, *command: str) -> list[str]:
        """A command of this machine that finds the published ports on its loopback."""
        return ["nsenter", f"--net=/proc/{self._pid}/ns/net", *command]

    def run(self, doing: str, *command: str, settings: Mapping[str, str] | None = None) -> float:
        """Do what takes long, telling how it goes; returns the seconds that it took."""
        started = time.monotonic()
        self._machine.run(doing, self.inside(*command), hint="", env=settings)
        return time.monotonic() - started

    def output(self, *command: str) -> str:
        """What a command prints on stdout; fails with all of its output."""
        done = subprocess.run(
            self.inside(*command),
            env=self._machine.env,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=OUTPUT_LIMIT_S,
            check=False,
        )
        assert done.returncode == 0, f"{' '.join(command)}\n{done.stdout}{done.stderr}"
        return done.stdout.rstrip("\n")

    def answers(self) -> bool:
        """Whether it takes commands."""
        return self._machine.output(*self.inside("docker", "version")) is not None

    def forget(self) -> None:
        """Remove what a run has left that was killed; images stay."""
        if containers := self.output("docker", "ps", "--all", "--quiet").split():
            self.output("docker", "rm", "--force", "--volumes", *containers)
        for kind in (("volume", "--all"), ("network",)):
            self.output("docker", kind[0], "prune", "--force", *kind[1:])


def say(text: str) -> None:
    """Tell how it goes."""
    print(f"[compose] {text}", flush=True)


@contextmanager
def running_engine(machine: Machine) -> Iterator[DockerEngine]:
    """An engine with the images of earlier runs, and nothing else."""
    home = machine.cache.resolve() / "compose"
    data = home / "data"
    data.mkdir(exist_ok=True)
    lock = lock_data(home)
    assert lock, "another run has the engine's data: wait for it, or end it"
    places = [debian.folder(machine, "engine").resolve(), data, machine.root, machine.cache.resolve()]
    log = home / "engine.log"
    with lock, log.open("wb") as out:
        process = subprocess.Popen(
            [*UNSHARE, "bash", SCRIPT, *places, CGROUP, *OPTIONS],
            stdin=subprocess.PIPE,
            stdout=out,
            stderr=out,
            # Ctrl-C is for the tests, which then end it.
            start_new_session=True,
            # Held as long as any process of the engine is there, whoever ends first.
            pass_fds=[lock.fileno()],
        )
    try:
        engine = _started(process, log)
        with _silent_dns(engine):
            engine.forget()
            yield engine
    finally:
        _end(process)


def _started(process: "subprocess.Popen[bytes]", log: Path) -> DockerEngine:
    end = time.monotonic() + START_LIMIT_S
    while process.poll() is None and time.monotonic() < end:
        with suppress(ValueError):
            engine = DockerEngine(process)
            if engine.answers():
                return engine
        time.sleep(0.2)
    raise AssertionError(f"The engine does not start:\n{log.read_text()[-3000:]}")


@contextmanager
def _silent_dns(engine: DockerEngine) -> Iterator[None]:
    command = engine.at_its_network(sys.executable, "-c", SILENT_DNS)
    process = subprocess.Popen(command, stdin=subprocess.PIPE, start_new_session=True)
    try:
        yield
    finally:
        process.communicate()


def _end(process: "subprocess.Popen[bytes]") -> None:
    assert process.stdin
    process.stdin.close()
    try:
        process.wait(STOP_LIMIT_S)
    except subprocess.TimeoutExpired:
        # Its child goes with it, and with that everything.
        process.kill()
        process.wait()
