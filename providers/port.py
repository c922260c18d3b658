"""The port to a payment provider: what Payments needs of it, and the ways in which it can fail us."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal, NamedTuple, Protocol

from lib.settings import ProcessSettings


class CaptureMode(StrEnum):
    """Whether a confirmed payment is charged at once or only authorised."""

    AUTOMATIC = "automatic"
    MANUAL = "manual"


class PaymentStatus(StrEnum):
    """Where a payment stands."""

    CREATING = "creating"  # the provider's answer to its creation is not known yet
    PAYABLE = "payable"
    PROCESSING = "processing"  # the bank has still to answer
    PAID = "paid"  # captured; or only authorised, then nothing is captured yet
    CANCELED = "canceled"


class AmountLimits(NamedTuple):
    """The least and the most that a provider takes at once, in minor units of one currency."""

    least: int
    most: int


@dataclass(frozen=True)
class Capabilities:
    """What a provider can do, known without asking it."""

    # By the lower-case ISO 4217 code of each currency that it takes.
    limits: Mapping[str, AmountLimits]
    # How its money can be taken; where both are possible CAPTURE_MODE chooses.
    captures: frozenset[CaptureMode] = frozenset(CaptureMode)
    # Where False a human gives a charge back at the provider, and `retrieve` shows it: nothing else ends a purchase
    # that has to be undone. So its money is held until the offset is sold, whatever CAPTURE_MODE says, if it can be.
    can_refund: bool = True


@dataclass(frozen=True)
class PaymentIds:
    """Our ids of a payment, which a provider is told so that its events name them."""

    payment_id: str
    purchase_id: str


@dataclass(frozen=True)
class NewPayment:
    """What a provider is asked for; `amount` in minor units."""

    ids: PaymentIds
    amount: int
    currency: str
    capture: CaptureMode
    # The trace that it is asked for in, for what the provider tells of it later; null while nothing is traced.
    traceparent: str | None = None


@dataclass(frozen=True)
class NextAction:
    """What the buyer has to do so that the payment is paid; what it holds lets its reader pay, and is kept nowhere."""

    type: Literal["stripe", "redirect", "none"]
    client_secret: str | None = None
    payment_intent: str | None = None
    url: str | None = None


@dataclass(frozen=True)
class Snapshot:
    """A payment as the provider showed it once; amounts in minor units."""

    # The provider's own id of it.
    reference: str
    status: PaymentStatus
    amount_captured: int
    # Given back, or on its way back; what was never taken is none of it.
    amount_refunded: int
    failed_attempts: int
    # Held by the bank for us and not taken yet.
    amount_authorised: int = 0
    # When the first of what is refunded was, in epoch seconds; null while nothing is.
    refunded_since: int | None = None
    disputed: bool = False
    # What banks have withdrawn from us, for good or until they have decided; an inquiry moves no money.
    amount_disputed: int = 0
    # Disputes that the bank has not decided; refunds that nobody of ours asked for, those that the bank has failed too.
    disputes_open: int = 0
    refunds_by_hand: int = 0
    # Until when an authorisation can be captured, in epoch seconds; null once nothing is merely authorised.
    capture_before: int | None = None


class ProviderUnknown(Exception):
    """Nobody knows whether the call took effect: repeat it with the same key."""


class ProviderFault(ProviderUnknown):
    """The provider broke and replays that under this key: look at the payment, then ask under the next key."""


class ProviderRefused(Exception):
    """The provider understood and said no; it replays that under this key."""


class ProviderMisconfigured(Exception):
    """The provider does not accept us or does not know what is ours: a wrong key, a missing right, another account."""


class Provider(Protocol):
    """A payment provider.

    Each write is idempotent under its `key`, and each call may raise the four exceptions above. `reference` is the
    provider's own id of a payment.
    """

    @property
    def clock_ahead_s(self) -> float | None:
        """How far our clock is ahead of the provider's (seconds, to one second); null before its first answer."""

    def create(self, payment: NewPayment, key: str) -> Snapshot:
        """A new payment that only who knows its next action can pay, or one that is paid already.

        Of the second kind nobody raises ProviderFault: under the next key it would be paid a second time. It holds the
        money rather than takes it: an opening that is given up can release a hold, and then nothing was charged.
        """

    def retrieve(self, reference: str) -> Snapshot:
        """The payment as it stands now."""

    def next_action(self, reference: str) -> NextAction:
        """What the buyer has to do; the same on every question, for a repeat gets the first request's answer."""

    def cancel(self, reference: str, key: str) -> Snapshot:
        """Make the payment final without a charge; releases an authorisation."""

    def capture(self, reference: str, key: str) -> Snapshot:
        """Charge all that was authorised."""

    def refund(self, reference: str, ids: PaymentIds, key: str) -> Snapshot:
        """Give back all that was captured, in the purchase's name; asked only of who can."""


@dataclass(frozen=True)
class Registered:
    """What a provider's folder states of it; `make` reads its settings and makes its one client of this process."""

    capabilities: Capabilities
    make: Callable[[], Provider]
    # What the process that speaks to it is told for that; None where there is nothing to tell.
    settings: type[ProcessSettings] | None = None
