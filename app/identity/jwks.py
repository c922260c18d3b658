"""The identity provider's keys over HTTP (a JSON Web Key Set, RFC 7517)."""

import json

import httpx
import jwt

from domain.errors import Unavailable
from lib.portal import Portal

# 2 s for the whole answer, drop by drop: a provider's static file takes milliseconds, and a buyer waits meanwhile.
FETCH_TIMEOUT_S = 2.0
# 256 KiB: a set of a hundred keys with their certificates.
SET_BYTES_MAX = 256 * 1024


class Jwks:
    """Fetches the key set from its address; redirects are not followed, for the address is what is trusted."""

    def __init__(self, portal: Portal, http: httpx.AsyncClient, url: str) -> None:
        self._portal = portal
        self._http = http
        self._url = url

    def __call__(self) -> jwt.PyJWKSet:
        """The key set; raises Unavailable for anything that is none, or is not there in time."""
        try:
            return jwt.PyJWKSet.from_dict(json.loads(self._portal.run(self._read(), FETCH_TIMEOUT_S)))
        except TimeoutError as error:
            raise Unavailable(f"no answer within {FETCH_TIMEOUT_S:.0f} s") from error
        except httpx.HTTPError as error:
            raise Unavailable(type(error).__name__) from error
        except (ValueError, TypeError, AttributeError, RecursionError, jwt.PyJWTError) as error:
            raise Unavailable("the answer is no key set") from error

    async def _read(self) -> bytes:
        content = b""
        async with self._http.stream("GET", self._url) as response:
            if response.status_code != httpx.codes.OK:
                raise Unavailable(f"status {response.status_code}")
            async for part in response.aiter_bytes():
                content += part
                if len(content) > SET_BYTES_MAX:
                    raise Unavailable("the answer is too large for a key set")
        return content
