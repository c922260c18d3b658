"""The recorded histories: `tests/histories/<version>/<scenario>.<workflow>.json`."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from temporalio.client import WorkflowHistory

FOLDER = Path(__file__).parent
VERSION = re.compile(r"\d+\.\d+\.\d+")


@dataclass(frozen=True)
class Recorded:
    """One history of one version."""

    version: str
    name: str
    history: WorkflowHistory

    @property
    def saga(self) -> str:
        """The name of its workflow."""
        return self.history.events[0].workflow_execution_started_event_attributes.workflow_type.name


def versions(folder: Path = FOLDER) -> list[str]:
    """Every version of which there are histories, oldest first."""
    found = (path.name for path in folder.iterdir() if path.is_dir() and VERSION.fullmatch(path.name))
    return sorted(found, key=lambda version: [int(part) for part in version.split(".")])


def recorded(version: str, folder: Path = FOLDER, story: str = "*") -> Iterator[Recorded]:
    """The histories of a version, or of one of its stories alone: to read them all takes seconds."""
    for path in sorted((folder / version).glob(f"{story}.*.json")):
        text = path.read_text()
        workflow_id = json.loads(text)["events"][0]["workflowExecutionStartedEventAttributes"]["workflowId"]
        yield Recorded(version, path.name, WorkflowHistory.from_json(workflow_id, text))


def write(version: str, histories: dict[str, WorkflowHistory], folder: Path = FOLDER) -> None:
    """Write a version's histories anew."""
    place = folder / version
    place.mkdir(exist_ok=True)
    for old in place.glob("*.json"):
        old.unlink()
    for name, history in histories.items():
        (place / f"{name}.json").write_text(text_of(history))


def text_of(history: WorkflowHistory) -> str:
    """A history as it is kept: one event a line, so that a change of one can be read."""
    events = (json.dumps(event, sort_keys=True) for event in json.loads(history.to_json())["events"])
    return '{"events": [\n' + ",\n".join(events) + "\n]}\n"
