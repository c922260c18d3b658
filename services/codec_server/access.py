"""Who may see payloads: bearers of a token, of which we keep the hash alone, and browsers where they signed in."""

import time
from collections.abc import Callable, Iterable

from lib import tokens
from services.codec_server.settings import ENTRY

# By it scanners of code and logs know a leaked token.
PREFIX = "bpc_"
# 12 h: signed in once for a working day.
SESSION_SECONDS = 12 * 60 * 60
# A person has some browsers; a script that signs in again and again must not fill the memory.
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
        """Whose token it is; which of them it nearly is, the time does not tell."""
        return tokens.holder(token, self._people)

    def session(self, token: str) -> str | None:
        """What a browser keeps instead of the token: it ends by itself, when its holder signs out, and at a start."""
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
        """Let a session be nobody's from now on."""
        self._sessions.pop(tokens.digest(session), None)

    def _forget_the_oldest(self) -> None:
        # They are in the order of their ends.
        for known, (_, until) in list(self._sessions.items()):
            if until < self._now() or len(self._sessions) >= SESSIONS_MAX:
                self._sessions.pop(known, None)


def new_token(name: str) -> tuple[str, str]:
    """A new token, which nobody can learn again, and the entry of CODEC_SERVER_TOKENS that lets it in.

    Raises ValueError for a name that cannot stand there.
    """
    token = tokens.new_token(PREFIX)
    entry = f"{name}:{tokens.digest(token)}"
    if not ENTRY.fullmatch(entry):
        raise ValueError("A name has small letters, digits, '.', '_' and '-', at most 32 of them.")
    return token, entry
