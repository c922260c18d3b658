"""The connections of a running stack: slow, cut, half open, whole again (`StackOptions(links=True)`)."""

from collections.abc import Mapping
from typing import Any

import httpx

from tools.devstack.errors import StackError

# The proxy is changed within milliseconds, also while its connections hang.
ANSWER_TIMEOUT_S = 5.0
BOTH_WAYS = ("upstream", "downstream")


class Links:
    """Breaks connections between a stack's processes; a link has one fault at a time, the last one that was set."""

    def __init__(self, stack: Mapping[str, Any]) -> None:
        """`stack` is the stack's description, whose toxiproxy runs; raises StackError without one."""
        if "toxiproxy" not in stack["processes"]:
            raise StackError("This stack has no links: start it with StackOptions(links=True).")
        self._url = stack["processes"]["toxiproxy"]["url"]
        self.names = tuple(sorted(self._ask("GET", "/proxies")))

    def slow(self, name: str, latency_ms: int, jitter_ms: int) -> None:
        """Everything takes longer by latency_ms, give or take jitter_ms, in each direction."""
        self._set(name, "latency", {"latency": latency_ms, "jitter": jitter_ms})

    def cut(self, name: str) -> None:
        """Open connections end at once, new ones are refused."""
        self._set(name, None, {}, enabled=False)

    def half_open(self, name: str) -> None:
        """Connections are accepted and stay open, and nothing passes; whatever was sent meanwhile is lost."""
        # 0: it never ends them by itself.
        self._set(name, "timeout", {"timeout": 0})

    def heal(self, name: str) -> None:
        """All is well; connections that have lost something end."""
        self._set(name, None, {})

    def _set(self, name: str, toxic: str | None, attributes: Mapping[str, int], *, enabled: bool = True) -> None:
        path = f"/proxies/{name}"
        for old in self._ask("GET", path)["toxics"]:
            self._ask("DELETE", f"{path}/toxics/{old['name']}")
        self._ask("POST", path, {"enabled": enabled})
        for way in BOTH_WAYS if toxic else ():
            self._ask("POST", f"{path}/toxics", {"type": toxic, "stream": way, "attributes": dict(attributes)})

    def _ask(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
        response = httpx.request(method, f"{self._url}{path}", json=body, timeout=ANSWER_TIMEOUT_S)
        if response.is_error:
            raise StackError(f"Toxiproxy refused {method} {path}: {response.text}")
        return response.json() if response.content else None
