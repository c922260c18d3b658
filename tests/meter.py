"""A meter of Temporal's SDK whose counts can be looked at."""

from temporalio.runtime import MetricBuffer, Runtime, TelemetryConfig

# The prefix of what we count; the SDK counts beside it.
OURS = "buy_projects_"
# More than any of our tests makes the SDK count between two looks.
UPDATES_MAX = 10_000


class Meter:
    """A runtime, and what has been counted with it."""

    def __init__(self) -> None:
        self._buffer = MetricBuffer(UPDATES_MAX)
        self.runtime = Runtime(telemetry=TelemetryConfig(metrics=self._buffer))

    def counted(self) -> list[tuple[str, ...]]:
        """Each count of ours since the last look: the metric's name, and its kind if there are several."""
        found = []
        for update in self._buffer.retrieve_updates():
            if update.metric.name.startswith(OURS):
                kind = (str(update.attributes["kind"]),) if "kind" in update.attributes else ()
                found.append((update.metric.name, *kind))
        return found
