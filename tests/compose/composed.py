"""What `docker compose` has started: looked at from within the engine and from this machine's loopback."""

import json
import os
import subprocess
from dataclasses import dataclass, field
from typing import Any

from tests.compose.docker import DockerEngine, say
from tests.readme import SCENARIOS, last_purchase
from tools.devstack.setup.machine import SetupError

# Short, for the scenario in which nobody pays; long enough to be paid within it on a busy machine.
SETTINGS = {"RESERVATION_TTL": "60"}
UP = ("up", "--build", "--wait")
# Of a scenario: its purchase expires after 60 s, a worker that was killed may have to come back before.
SCENARIO_LIMIT_S = 300


@dataclass
class Composed:
    """The project as its files describe it."""

    engine: DockerEngine
    took: dict[str, float] = field(default_factory=dict)

    def do(self, doing: str, *arguments: str) -> None:
        """`docker compose ARGUMENTS`, with progress; how long it took is kept."""
        try:
            self.took[doing] = self.engine.run(doing, "docker", "compose", *arguments, settings=SETTINGS)
        except SetupError as error:
            state, logs = self.ask("ps", "--all"), self.ask("logs", "--no-color", "--tail=30")
            raise AssertionError(f"{error}\n{state}\n{logs}") from None

    def ask(self, *arguments: str) -> str:
        """What `docker compose ARGUMENTS` prints."""
        return self.engine.output("docker", "compose", *arguments)

    def execute(self, service: str, *command: str) -> str:
        """What a command prints in a service's container."""
        return self.ask("exec", "--no-TTY", service, *command)

    def containers(self) -> dict[str, dict[str, Any]]:
        """Every container of the project, as `docker inspect` tells it, by its service."""
        found = json.loads(self.engine.output("docker", "inspect", *self.ask("ps", "--all", "--quiet").split()))
        return {container["Config"]["Labels"]["com.docker.compose.service"]: container for container in found}

    def play(self, scenario: str) -> dict[str, object]:
        """Paste a block of the README; returns the purchase that it prints last."""
        token = self.execute("buy_projects", "flask", "token", "--buyer", "alice")
        block = SCENARIOS[scenario].replace("$(.venv/bin/flask token --buyer alice)", token)
        return last_purchase(self.outside("/bin/bash", "-c", block))

    def outside(self, *command: str) -> str:
        """What a command of this machine prints, which finds the project's ports on its loopback."""
        done = subprocess.run(
            self.engine.at_its_network(*command),
            env=os.environ,
            capture_output=True,
            text=True,
            timeout=SCENARIO_LIMIT_S,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def look(self, purchase: str) -> dict[str, Any]:
        """A purchase of alice's, as the intake shows it now."""
        token = self.execute("buy_projects", "flask", "token", "--buyer", "alice")
        url = f"http://127.0.0.1:5000/purchases/{purchase}"
        found: dict[str, Any] = json.loads(
            self.outside("curl", "-sS", "--fail", url, "-H", f"Authorization: Bearer {token}")
        )
        return found

    def report(self) -> None:
        """Tell what the documents quote: sizes, times and memory."""
        base, ours = (
            int(self.engine.output("docker", "image", "inspect", "--format", "{{.Size}}", name))
            for name in ("python:3.11.15-slim-bookworm", "buy-projects:2.0.0")
        )
        say(f"image: {(ours - base) / 1e6:.0f} MB on a base of {base / 1e6:.0f} MB")
        for doing, seconds in self.took.items():
            say(f"{doing}: {seconds:.0f} s")
        stats = self.engine.output("docker", "stats", "--no-stream", "--format", "{{.Name}} {{.MemUsage}}")
        for line in sorted(stats.splitlines()):
            say(f"memory: {line}")
