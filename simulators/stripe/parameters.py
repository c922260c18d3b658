"""The parameters of each operation: strict, as Stripe is, with Stripe's words for what is wrong.

A parameter that Stripe knows and the simulator does not simulate is refused as unknown, rather than ignored in silence.
"""

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints
from pydantic_core import PydanticCustomError

METADATA_KEYS_MAX = 50
METADATA_KEY_CHARACTERS_MAX = 40
METADATA_VALUE_CHARACTERS_MAX = 500
# data.latest_charge.payment_intent: deeper paths only walk in circles.
EXPAND_DEPTH_MAX = 4
EXPANDABLE = frozenset({"data", "latest_charge", "charge", "payment_intent"})


def _integer(value: Any) -> Any:
    if isinstance(value, str) and not (value.removeprefix("-").isdecimal() and value.isascii()):
        raise PydanticCustomError("invalid_integer", "Invalid integer: {value}", {"value": value})
    return value


def listed(value: Any) -> Any:
    """A form whose names are numbers is a list."""
    if not isinstance(value, dict) or not all(name.isdecimal() for name in value):
        raise PydanticCustomError("invalid_array", "Invalid array")
    return [value[name] for name in sorted(value, key=int)]


def _expand_path(path: str) -> str:
    parts = path.split(".")
    if len(parts) > EXPAND_DEPTH_MAX or not EXPANDABLE.issuperset(parts):
        raise PydanticCustomError("not_expandable", "This property cannot be expanded ({path}).", {"path": path})
    return path


def _metadata(value: Any) -> Any:
    """Metadata within Stripe's limits; an empty value unsets its key, and an empty whole unsets all."""
    if value == "":
        return {}
    if not isinstance(value, dict) or not all(isinstance(each, str) for each in value.values()):
        raise PydanticCustomError("invalid_metadata", "Invalid metadata: it must be a hash of strings.")
    kept = {name: each for name, each in value.items() if each}
    if len(kept) > METADATA_KEYS_MAX:
        raise PydanticCustomError("invalid_metadata", "Metadata can have up to 50 keys.")
    if any(len(name) > METADATA_KEY_CHARACTERS_MAX for name in kept):
        raise PydanticCustomError("invalid_metadata", "Metadata keys can be up to 40 characters long.")
    if any(len(each) > METADATA_VALUE_CHARACTERS_MAX for each in kept.values()):
        raise PydanticCustomError("invalid_metadata", "Metadata values can be up to 500 characters long.")
    return kept


Integer = Annotated[int, BeforeValidator(_integer)]
Positive = Annotated[Integer, Field(ge=1)]
Flag = Annotated[Literal["true", "false"], AfterValidator(lambda value: value == "true")]
# 5000: what Stripe takes in any text that has no limit of its own.
Text = Annotated[str, StringConstraints(min_length=1, max_length=5000)]
Metadata = Annotated[dict[str, str], BeforeValidator(_metadata)]
Types = Annotated[list[Literal["card"]], BeforeValidator(listed), Field(min_length=1)]
Expand = Annotated[list[Annotated[Text, AfterValidator(_expand_path)]], BeforeValidator(listed)]


class Params(BaseModel):
    """Parameters of an operation; every one takes `expand`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    expand: Expand = []


class NestedParams(BaseModel):
    """A hash within the parameters."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class CardData(NestedParams):
    """A card's data as a form takes it, or a token that stands for it."""

    number: Text | None = None
    exp_month: Integer | None = None
    exp_year: Integer | None = None
    cvc: Text | None = None
    token: Text | None = None


class PaymentMethodData(NestedParams):
    """A new payment method."""

    type: Literal["card"]
    card: CardData


class AutomaticPaymentMethods(NestedParams):
    """Whether the account's settings choose the payment methods."""

    enabled: Flag
    allow_redirects: Literal["always", "never"] = "always"


class AttemptParams(Params):
    """What an attempt to pay may bring along."""

    payment_method: Text | None = None
    payment_method_data: PaymentMethodData | None = None
    return_url: Text | None = None
    use_stripe_sdk: Flag = False  # type: ignore[assignment]  # the type before its validator


class CreateIntent(AttemptParams):
    """POST /v1/payment_intents."""

    amount: Positive
    currency: Annotated[str, StringConstraints(to_lower=True, min_length=1)]
    automatic_payment_methods: AutomaticPaymentMethods | None = None
    capture_method: Literal["automatic", "automatic_async", "manual"] = "automatic_async"
    confirm: Flag = False  # type: ignore[assignment]  # the type before its validator
    metadata: Metadata = {}
    allowed_payment_method_types: Types | None = None
    # Stripe itself refuses this one since API version 2026-09-30.endive; it is taken here whatever the version.
    payment_method_types: Types | None = None


class ReadIntent(Params):
    """GET /v1/payment_intents/{id}."""

    client_secret: Text | None = None


class ConfirmIntent(AttemptParams):
    """POST /v1/payment_intents/{id}/confirm."""

    client_secret: Text | None = None


class CaptureIntent(Params):
    """POST /v1/payment_intents/{id}/capture."""

    amount_to_capture: Positive | None = None


class CancelIntent(Params):
    """POST /v1/payment_intents/{id}/cancel."""

    cancellation_reason: Literal["duplicate", "fraudulent", "requested_by_customer", "abandoned"] | None = None


class CreateRefund(Params):
    """POST /v1/refunds."""

    amount: Positive | None = None
    charge: Text | None = None
    payment_intent: Text | None = None
    metadata: Metadata = {}
    reason: Literal["duplicate", "fraudulent", "requested_by_customer"] | None = None


class ListParams(Params):
    """Which page of a list."""

    limit: Annotated[Integer, Field(ge=1, le=100)] = 10
    starting_after: Text | None = None


class ListOfIntent(ListParams):
    """A page of what belongs to PaymentIntents and charges."""

    payment_intent: Text | None = None


class ListRefunds(ListOfIntent):
    """GET /v1/refunds."""

    charge: Text | None = None


class ListEvents(ListParams):
    """GET /v1/events; `type` may end in `*`; `delivery_success=false`: still pending, or given up."""

    type: Text | None = None
    delivery_success: Flag | None = None


class CloseDispute(Params):
    """POST /simulator/disputes/{id}/close."""

    outcome: Literal["won", "lost"]


class Settle(Params):
    """POST /simulator/payment_intents/{id}/settle."""

    outcome: Literal["succeeded", "failed"]
