"""Who may see payloads: bearers of a token, of which we keep the hash alone, and browsers where they signed in."""

import hashlib
import time
from collections.abc import Callable, Iterable

from itsdangerous import BadSignature, TimestampSigner

from codec_server.settings import ENTRY
from lib import tokens

# By it scanners of code and logs know a leaked token.
PREFIX = "bpc_"
# 12 h: signed in once for a working day.
SESSION_SECONDS = 12 * 60 * 60


class Access:
    """Everybody who may see payloads, from the entries of CODEC_SERVER_TOKENS."""

    def __init__(self, entries: Iterable[str], now: Callable[[], float] = time.time) -> None:
        self._now = now
        parts = [entry.partition(":") for entry in entries]
        self._people = [(known, name) for name, _, known in parts]

    def bearer(self, token: str) -> str | None:
        """Whose token it is; which of them it nearly is, the time does not tell."""
        return tokens.holder(token, self._people)

    def session(self, token: str) -> str | None:
        """What a browser keeps instead of the token: it ends by itself, and with the token's entry."""
        name = self.bearer(token)
        return _Signer(tokens.digest(token), self._now).sign(name).decode() if name else None

    def holder(self, session: str) -> str | None:
        """Whose session it is."""
        for known, name in self._people:
            try:
                signed = _Signer(known, self._now).unsign(session, max_age=SESSION_SECONDS).decode()
            except BadSignature:
                continue
            if signed == name:
                return name
        return None


def new_token(name: str) -> tuple[str, str]:
    """A new token, which nobody can learn again, and the entry of CODEC_SERVER_TOKENS that lets it in.

    Raises ValueError for a name that cannot stand there.
    """
    token = tokens.new_token(PREFIX)
    entry = f"{name}:{tokens.digest(token)}"
    if not ENTRY.fullmatch(entry):
        raise ValueError("A name has small letters, digits, '.', '_' and '-', at most 32 of them.")
    return token, entry


class _Signer(TimestampSigner):
    def __init__(self, known: str, now: Callable[[], float]) -> None:
        # The key is the token's hash: whoever could read it here reads the payloads' keys beside it.
        super().__init__(known, salt="codec server's session", digest_method=hashlib.sha256)
        self._now = now

    def get_timestamp(self) -> int:
        return int(self._now())
