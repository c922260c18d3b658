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
    """Our ids of a payment; the provider stores them so that its events name them."""

    payment_id: str
    purchase_id: str


@dataclass(frozen=True)
class NewPayment:
    """What a provider is asked for; `amount` in minor units."""

    ids: PaymentIds
    amount: int
    currency: str
    capture: CaptureMode
    # The trace of the creation, which the provider's later events continue; null while nothing is traced.
    traceparent: str | None = None


@dataclass(frozen=True)
class NextAction:
    """What the buyer has to do to pay. Whoever reads it can pay, so it is stored nowhere."""

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
    # Given back, or on its way back; a released authorisation does not count.
    amount_refunded: int
    # Counted while another attempt may follow; what is paid or canceled may say 0.
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
    """The provider failed, and repeats that answer under this key: retrieve the payment, then use the next key."""


class ProviderRefused(Exception):
    """The provider refused; it repeats that answer under this key."""


class ProviderMisconfigured(Exception):
    """The provider does not accept our key or does not know our payment: wrong key, missing right, other account."""


class Provider(Protocol):
    """A payment provider.

    Each write is idempotent under its `key`, and each call may raise the four exceptions above. `reference` is the
    provider's own id of a payment.
    """

    @property
    def clock_ahead_s(self) -> float | None:
        """How far our clock is ahead of the provider's (seconds, to one second); null before its first answer."""

    def create(self, payment: NewPayment, key: str) -> Snapshot:
        """Create a payment that can be paid only with its next action, or one that is paid already.

        A provider of the second kind never raises ProviderFault here: under the next key it would be paid a second
        time. It should hold the money rather than take it: a hold can be released if the opening is given up.
        """

    def retrieve(self, reference: str) -> Snapshot:
        """The payment as it stands now."""

    def next_action(self, reference: str) -> NextAction:
        """What the buyer has to do; always the same, for a repeat gets the first request's answer."""

    def cancel(self, reference: str, key: str) -> Snapshot:
        """Make the payment final without a charge; releases an authorisation."""

    def capture(self, reference: str, key: str) -> Snapshot:
        """Charge all that was authorised."""

    def refund(self, reference: str, ids: PaymentIds, key: str) -> Snapshot:
        """Give back all that was captured, with our ids in its metadata; called only where `can_refund`."""


@dataclass(frozen=True)
class Registered:
    """A provider's entry in the registry; `make` reads its settings and makes this process's one client."""

    capabilities: Capabilities
    make: Callable[[], Provider]
    # The settings of the process that calls it; None where it needs none.
    settings: type[ProcessSettings] | None = None
