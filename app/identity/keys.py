"""The identity provider's public keys: fetched seldom, and kept while the provider is away.

PyJWT's own client lets every request wait behind one that fetches, and forgets its keys when they are old.
"""

import logging
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import jwt

from app.identity.pace import Pace
from domain.errors import Unavailable

log = logging.getLogger(__name__)

ALGORITHMS = ("RS256", "ES256")
# 5 min: a key that the provider withdraws is trusted no longer than that.
FRESH_S = 300.0
# 1 h: what a provider that is away for longer has signed before has mostly expired.
KEPT_S = 3600.0
# Their own share of gunicorn's threads (app.bulkheads): the rest serves those whose key is known meanwhile.
WAITING_MAX = 128

KeyName = tuple[str, str]


@dataclass(frozen=True)
class Known:
    """The keys by id and algorithm (RFC 7517 lets keys of two kinds share an id), and when they were fetched."""

    keys: Mapping[KeyName, jwt.PyJWK]
    fetched_at: float


class KeySet:
    """The keys that the provider publishes; every method may be called from any thread."""

    algorithms = ALGORITHMS

    def __init__(self, fetch: Callable[[], jwt.PyJWKSet], clock: Callable[[], float] = time.monotonic) -> None:
        self._fetch = fetch
        self._clock = clock
        self._pace = Pace(clock)
        self._known: Known | None = None
        # Whether the last fetch failed: then the provider may have published keys that we have not seen.
        self._failed = False
        self._fetches = 0
        self._turn = threading.Lock()
        self._waiting = threading.BoundedSemaphore(WAITING_MAX)

    def key(self, header: Mapping[str, Any]) -> jwt.PyJWK:
        """The key of this id and algorithm.

        Raises jwt.InvalidKeyError when the provider has none, and Unavailable when that is not known.
        """
        kid = header.get("kid")
        if not isinstance(kid, str):
            raise jwt.InvalidKeyError("the token names no key")
        name = (kid, header["alg"])
        # Read before the keys: if a fetch ends between reading them and waiting, its keys are those that we wait for.
        seen = self._fetches
        if not self._is_known(name):
            self._refresh_and_wait(seen)
        elif self._age() > FRESH_S:
            self._refresh_unless_others_do()
        return self._found(name)

    def _is_known(self, name: KeyName) -> bool:
        return self._known is not None and name in self._known.keys and self._age() <= KEPT_S

    def _age(self) -> float:
        return self._clock() - self._known.fetched_at if self._known else float("inf")

    def _found(self, name: KeyName) -> jwt.PyJWK:
        known = self._known
        if known is None or self._age() > KEPT_S:
            raise Unavailable("the identity provider's keys are not known")
        if name in known.keys:
            return known.keys[name]
        if self._failed:
            raise Unavailable("the identity provider may have a new key, and does not answer")
        raise jwt.InvalidKeyError("the identity provider has no such key")

    # ---- fetching, by one thread at a time --------------------------------------------------------------------------

    def _refresh_unless_others_do(self) -> None:
        """Fetch, unless another thread does; meanwhile the old key is good enough."""
        if self._turn.acquire(blocking=False):
            try:
                self._refresh()
            finally:
                self._turn.release()

    def _refresh_and_wait(self, seen: int) -> None:
        """Fetch, or wait for the thread that does; raises Unavailable when too many wait already."""
        if not self._waiting.acquire(blocking=False):
            raise Unavailable("too many wait for the identity provider's keys")
        try:
            with self._turn:
                if self._fetches == seen:
                    self._refresh()
        finally:
            self._waiting.release()

    def _refresh(self) -> None:
        if not self._pace.allows():
            return
        try:
            self._learn(_usable(self._fetch()))
        except Unavailable as error:
            self._failed = True
            log.warning("the identity provider's keys cannot be fetched: %s", error)
        finally:
            self._fetches += 1

    def _learn(self, keys: Mapping[KeyName, jwt.PyJWK]) -> None:
        if self._known is None or keys.keys() != self._known.keys.keys():
            log.info("the identity provider's keys are now %s", sorted(kid for kid, _ in keys))
        self._known = Known(keys, self._clock())
        self._failed = False


def _usable(published: jwt.PyJWKSet) -> dict[KeyName, jwt.PyJWK]:
    """The keys that sign; raises Unavailable without any: that is the wrong address, not the end of all tokens."""
    keys = {
        (key.key_id, key.algorithm_name): key
        for key in published
        if isinstance(key.key_id, str) and key.algorithm_name in ALGORITHMS and key.public_key_use in (None, "sig")
    }
    if not keys:
        raise Unavailable(f"no key for {' or '.join(ALGORITHMS)} is published there")
    return keys
