"""What set-up steps do to a machine: look for programs, run commands with progress, tell what failed."""

import os
import re
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from tools.devstack.setup.versions import Version, shown

# A line every 10 s: often enough to see that it works, rare enough for a log.
HEARTBEAT_S = 10.0
# Asking a program for its version takes less than 2 s even for Erlang's.
VERSION_TIMEOUT_S = 20
TAIL_LINES = 15


class SetupError(Exception):
    """A step failed; its text says what to do."""


@dataclass(frozen=True)
class Patience:
    """A command that may hang: it is ended after `seconds` in which nothing in `folder` has grown."""

    folder: Path
    seconds: float


@dataclass(frozen=True)
class Machine:
    """This machine, as far as a step may see and change it."""

    root: Path
    env: Mapping[str, str]
    say: Callable[[str], None]
    is_root: bool = False
    # Whether somebody sits there who can type a password.
    is_terminal: bool = False
    # Debian keeps daemons where an ordinary user's PATH does not look.
    sbin: tuple[str, ...] = ("/usr/local/sbin", "/usr/sbin", "/sbin")

    @property
    def cache(self) -> Path:
        """Where everything goes that can be made again."""
        return self.root / ".cache"

    @property
    def venv_python(self) -> Path:
        """The project's own Python."""
        return self.root / ".venv" / "bin" / "python"

    def find(self, program: str) -> Path | None:
        """A program on PATH, or where Debian puts daemons."""
        path = os.pathsep.join((self.env.get("PATH", os.defpath), *self.sbin))
        found = shutil.which(program, path=path)
        return Path(found) if found else None

    def output(self, *command: str | Path, env: Mapping[str, str] | None = None) -> str | None:
        """What a short command prints; None when it fails."""
        with suppress(OSError, subprocess.TimeoutExpired):
            done = subprocess.run(  # noqa: S603 - our own commands
                command,
                env={**self.env, **(env or {})},
                cwd=self.root,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                timeout=VERSION_TIMEOUT_S,
                check=False,
            )
            return done.stdout if done.returncode == 0 else None
        return None

    def version(self, program: Path | None, pattern: str) -> Version | None:
        """A program's version, as the pattern's first group finds it in what it says; None without a program."""
        return version_in(self.output(program, "--version"), pattern) if program else None

    def first(self, name: str, least: Version, pattern: str) -> Path | None:
        """The program of that name on PATH, else ours, that is new enough; None where neither is, and why is told."""
        candidates = (self.find(name), self.cache / "bin" / name)
        return next((each for each in candidates if each and self.is_new_enough(each, least, pattern)), None)

    def is_new_enough(self, program: Path, least: Version, pattern: str) -> bool:
        """Whether a program is there, in a version that is new enough; one that is too old is told."""
        if not program.exists():
            return False
        version = self.version(program, pattern)
        if version is not None and version >= least:
            return True
        known = shown(version) if version else "unknown"
        self.say(f"{program} is passed over: {known}, needed is {shown(least)} or newer")
        return False

    def run(
        self,
        doing: str,
        command: Sequence[str | Path],
        *,
        hint: str,
        env: Mapping[str, str] | None = None,
        patience: Patience | None = None,
    ) -> None:
        """Run a command that takes long: its output goes to a log, a line now and then to the terminal.

        Raises SetupError with the log's end and `hint` when it fails.
        """
        log = self.cache / "log" / f"{re.sub(r'[^a-z0-9]+', '-', doing.lower()).strip('-')}.log"
        log.parent.mkdir(parents=True, exist_ok=True)
        self.say(f"{doing} ...")
        started = time.monotonic()
        with log.open("wb") as out:
            process = subprocess.Popen(  # noqa: S603 - our own commands
                command,
                env={**self.env, **(env or {})},
                cwd=self.root,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                # Only what may hang gets a group of its own: Ctrl-C has to reach the others, also behind sudo.
                process_group=0 if patience else None,
            )
            try:
                code = self._watch(process, log, started, patience)
            except BaseException:
                _end(process, group=patience is not None)
                raise
        took = time.monotonic() - started
        if code != 0:
            end = _tail(log, TAIL_LINES)
            raise SetupError(f"{doing} failed after {took:.0f} s:\n{end}\n(all of it: {log})\n{hint}")
        self.say(f"{doing}: done in {took:.0f} s")

    def _watch(self, process: subprocess.Popen[bytes], log: Path, started: float, patience: Patience | None) -> int:
        told_at = grew_at = started
        size = 0
        while True:
            with suppress(subprocess.TimeoutExpired):
                return process.wait(timeout=0.2)
            now = time.monotonic()
            if now - told_at >= HEARTBEAT_S:
                told_at = now
                self.say(f"  {now - started:.0f} s: {_tail(log, 1)[:100]}")
            if patience is None:
                continue
            if (grown := _bytes_in(patience.folder)) != size:
                size, grew_at = grown, now
            if now - grew_at > patience.seconds:
                _end(process, group=True)
                return process.wait()


def version_in(text: str | None, pattern: str) -> Version | None:
    """The version that the pattern's first group finds in a program's answer."""
    found = re.search(pattern, text or "")
    return tuple(map(int, found[1].split("."))) if found else None


def require(name: str, found: Version | None, least: Version, *, hint: str = "") -> None:
    """Raise SetupError unless a program is there in a version that is new enough."""
    if found is None or found < least:
        known = shown(found) if found else "unknown"
        raise SetupError(f"{name} {shown(least)} or newer is needed, found: {known}.\n{hint}".strip())


def _end(process: subprocess.Popen[bytes], *, group: bool) -> None:
    # One that runs as root through sudo cannot be signalled; the terminal's Ctrl-C has reached it.
    with suppress(ProcessLookupError, PermissionError):
        if group:
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.terminate()
            process.wait()


def _tail(log: Path, lines: int) -> str:
    # The last 8 KiB hold more lines than are shown; a build's log may be long.
    text = log.read_bytes()[-8192:].decode(errors="replace").strip()
    return "\n".join(text.splitlines()[-lines:])


def _bytes_in(folder: Path) -> int:
    total = 0
    for path in folder.rglob("*"):
        # A download in progress renames its file between our two looks.
        with suppress(FileNotFoundError):
            total += path.stat().st_size
    return total
