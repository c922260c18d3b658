"""What a run tells while it goes on: on the screen, and in the data folder for whoever looks into a failed one."""

import json
import time
from pathlib import Path
from typing import Any, Self

from tools.chaos.seen import Seen


class Journal:
    """Lines with the seconds since the load began, and one record of each purchase."""

    def __init__(self, folder: Path) -> None:
        self._started_at = time.monotonic()
        self._lines = (folder / "tools.chaos.log").open("w", encoding="utf-8")
        self._records = (folder / "purchases.jsonl").open("w", encoding="utf-8")

    def __enter__(self) -> Self:
        """Open already."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the files."""
        self._lines.close()
        self._records.close()

    def start(self) -> None:
        """The load begins now."""
        self._started_at = time.monotonic()

    @property
    def now_s(self) -> float:
        """Seconds since the load began."""
        return time.monotonic() - self._started_at

    def say(self, line: str) -> None:
        """Tell something now."""
        stamped = f"+{self.now_s:.1f} s {line}"
        print(stamped, flush=True)
        self._lines.write(f"{stamped}\n")
        self._lines.flush()

    def close_with(self, line: str) -> None:
        """Tell the run's last line, bare."""
        print(line, flush=True)
        self._lines.write(f"{line}\n")

    def record(self, seen: Seen) -> None:
        """Keep what a buyer has seen."""
        story = seen.story
        content: dict[str, Any] = {
            "at_s": round(self.now_s, 1),
            "number": story.number,
            "behaviour": story.behaviour,
            "buyer": story.buyer,
            "key": story.key,
            "purchase_id": seen.purchase_id,
            "payment_id": seen.payment_id,
            "refusal": seen.refusal,
            "charged": seen.charged,
            "authorised": seen.authorised,
            "unsure": seen.unsure,
            "wrong": seen.wrong,
        }
        self._records.write(json.dumps(content) + "\n")
        self._records.flush()
