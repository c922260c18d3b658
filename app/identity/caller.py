"""Who calls, and what they may do."""

from dataclasses import dataclass
from enum import StrEnum

from lib.webapi.problem_types import FORBIDDEN, INVALID_REQUEST


class Scope(StrEnum):
    """What a caller may do; a buyer may do all of it with what is theirs."""

    READ = "purchases:read"
    WRITE = "purchases:write"


@dataclass(frozen=True)
class Caller:
    """A buyer, or (without `buyer_id`) a server that acts for whichever buyer it names."""

    scopes: frozenset[Scope]
    buyer_id: str | None = None

    def acts_for(self, on_behalf_of: str | None) -> str:
        """The buyer whose purchases the request is about: a buyer's own, or the one that a server names.

        Raises 403 `forbidden` when a buyer names anybody, and 422 `invalid-request` when a server names nobody.
        """
        if self.buyer_id is None:
            if on_behalf_of is None:
                fault = {"field": "on_behalf_of", "message": "Name the buyer for whom this API key acts."}
                raise INVALID_REQUEST.problem("The request is not valid.", errors=[fault])
            return on_behalf_of
        if on_behalf_of is not None:
            raise FORBIDDEN.problem("A buyer acts for nobody: leave on_behalf_of out.")
        return self.buyer_id
