"""Who may see payloads: holders of a token, of which we keep only the hash, and browsers in which they signed in."""

import time
from collections.abc import Callable, Iterable

from lib import tokens
from services.codec_server.settings import ENTRY

# Scanners of code and logs find a leaked token by its prefix.
PREFIX = "bpc_"
# 12 h: one sign-in lasts a working day.
SESSION_SECONDS = 12 * 60 * 60
# 1000: far more than people's browsers; a script that signs in again and again must not fill the memory.
SESSIONS_MAX = 1000


class Access:
    """Everybody who may see payloads, from the entries of CODEC_SERVER_TOKENS; and the browsers that are signed in.

    Sessions are in this process alone: signing out ends one for good, and a start of the server ends all.
    """

    def __init__(self, entries: Iterable[str], now: Callable[[], float] = time.time) -> None:
        self._now = now
        parts = [entry.partition(":") for entry in entries]
        self._people = [(known, name) for name, _, known in parts]
        # By the hash of what the browser keeps: whose it is, and until when.
        self._sessions: dict[str, tuple[str, float]] = {}

    def bearer(self, token: str) -> str | None:
        """The holder of a token; the time it takes reveals nothing about the tokens."""
        return tokens.holder(token, self._people)

    def session(self, token: str) -> str | None:
        """A new session for a browser: it ends after its time, at signing out, and when the server restarts."""
        name = self.bearer(token)
        if name is None:
            return None
        self._forget_the_oldest()
        session = tokens.new_token("")
        self._sessions[tokens.digest(session)] = (name, self._now() + SESSION_SECONDS)
        return session

    def holder(self, session: str) -> str | None:
        """Whose session it is."""
        name, until = self._sessions.get(tokens.digest(session), (None, 0.0))
        return name if self._now() <= until else None

    def end(self, session: str) -> None:
        """End a session."""
        self._sessions.pop(tokens.digest(session), None)

    def _forget_the_oldest(self) -> None:
        # They are ordered by when they end.
        for known, (_, until) in list(self._sessions.items()):
            if until < self._now() or len(self._sessions) >= SESSIONS_MAX:
                self._sessions.pop(known, None)


def new_token(name: str) -> tuple[str, str]:
    """A new token, which is shown only once, and its entry for CODEC_SERVER_TOKENS.

    Raises ValueError for a name that cannot stand there.
    """
    token = tokens.new_token(PREFIX)
    entry = f"{name}:{tokens.digest(token)}"
    if not ENTRY.fullmatch(entry):
        raise ValueError("A name has small letters, digits, '.', '_' and '-', at most 32 of them.")
    return token, entry
