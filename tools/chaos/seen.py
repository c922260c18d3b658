"""What a buyer has seen of a purchase: all that a buyer could hold against us."""

from dataclasses import dataclass, field

from domain.keys import purchase_id_of
from tools.chaos.stories import Behaviour, Story

# Whom what may be refused: before anything is begun, which is not recorded, or by the saga, which ends as `rejected`.
REFUSAL_OF = {
    Behaviour.WANTS_THE_LAST: "sold-out",
    Behaviour.SAW_AN_OLD_PRICE: "price-changed",
    Behaviour.UNKNOWN_TO_USERS: "forbidden",
}
# Who has to be refused.
NEVER_OPENED = {
    Behaviour.SAW_AN_OLD_PRICE: "a price that is none was accepted",
    Behaviour.UNKNOWN_TO_USERS: "somebody without an account may pay",
}
# May meet everybody: an opening that takes too long is given up.
GIVEN_UP = "opening-failed"


@dataclass
class Seen:
    """One purchase through its buyer's eyes."""

    story: Story
    # The payment's id and the client's secret have come: the purchase is open.
    payment_id: str | None = None
    refusal: str | None = None
    # The provider told the buyer's page that the money was taken, or held.
    charged: bool = False
    authorised: bool = False
    # An attempt to pay whose result the page never learned.
    unsure: bool = False
    # What no buyer may ever see: contradicting answers, undocumented statuses.
    wrong: list[str] = field(default_factory=list)

    @property
    def purchase_id(self) -> str:
        """The purchase that the buyer's key leads to, whether an answer came or not."""
        return purchase_id_of(self.story.buyer, self.story.key)
