"""What each path of `/v1` does: find the objects, check the parameters against them, and run the rules."""

from sqlalchemy import ColumnElement
from sqlalchemy.orm import InstrumentedAttribute

from simulators.stripe import disputes, intents, methods, money, refunds
from simulators.stripe.call import Call, existing, find_charge, find_intent
from simulators.stripe.errors import InvalidParameters, invalid_request, no_such
from simulators.stripe.events import to_response
from simulators.stripe.models import Charge, Delivery, Dispute, Event, Json, PaymentIntent, Refund
from simulators.stripe.pages import page
from simulators.stripe.parameters import (
    AttemptParams,
    CancelIntent,
    CaptureIntent,
    CloseDispute,
    ConfirmIntent,
    CreateIntent,
    CreateRefund,
    ListEvents,
    ListOfIntent,
    ListParams,
    ListRefunds,
    Params,
    ReadIntent,
    Settle,
)


def create_intent(call: Call, params: CreateIntent) -> Json:
    """A new intent, confirmed at once if that is asked for; everything is checked before anything is written."""
    money.check_chargeable(params.amount, params.currency)
    given = _given(params)
    brought = methods.brought(call, params, None)
    if params.confirm:
        if brought is None:
            message = "You cannot confirm this PaymentIntent because it's missing a payment method."
            raise invalid_request(message, code="parameter_missing", param="payment_method")
        _check_return_url(given, params)
    row = intents.create(call, given)
    if brought is not None:
        intents.attach(row, *brought)
    if params.confirm:
        intents.confirm(call, row, params.return_url)
    return row.document


def list_intents(call: Call, params: ListParams) -> Json:
    """A page of intents."""
    return page(call, PaymentIntent, params, [])


def retrieve_intent(call: Call, params: ReadIntent, *, intent_id: str) -> Json:
    """An intent as it is."""
    return _visible_intent(call, intent_id, params.client_secret).document


def confirm_intent(call: Call, params: ConfirmIntent, *, intent_id: str) -> Json:
    """An attempt with the card that the parameters bring, or with the one that the intent has."""
    row = _visible_intent(call, intent_id, params.client_secret)
    intents.check_confirmable(row)
    brought = methods.brought(call, params, row)
    _check_return_url(row.document, params)
    if brought is not None:
        intents.attach(row, *brought)
    intents.confirm(call, row, params.return_url)
    return row.document


def cancel_intent(call: Call, params: CancelIntent, *, intent_id: str) -> Json:
    """The intent, canceled."""
    row = find_intent(call, intent_id)
    intents.cancel(call, row, params.cancellation_reason)
    return row.document


def capture_intent(call: Call, params: CaptureIntent, *, intent_id: str) -> Json:
    """The intent, its held funds taken."""
    row = find_intent(call, intent_id)
    intents.capture(call, row, params.amount_to_capture)
    return row.document


def settle_intent(call: Call, params: Settle, *, intent_id: str) -> Json:
    """The intent, its processing ended either way."""
    row = find_intent(call, intent_id)
    intents.check_processing(row)
    intents.settle(call, row, succeeded=params.outcome == "succeeded")
    return row.document


def expire_intent(call: Call, _: Params, *, intent_id: str) -> Json:
    """The intent, its authorisation run out."""
    row = find_intent(call, intent_id)
    intents.expire(call, row)
    return row.document


def list_charges(call: Call, params: ListOfIntent) -> Json:
    """A page of charges, the failed ones too."""
    return page(call, Charge, params, _named(params, payment_intent=Charge.payment_intent))


def retrieve_charge(call: Call, _: Params, *, charge_id: str) -> Json:
    """One charge."""
    return find_charge(call, charge_id).document


def create_refund(call: Call, params: CreateRefund) -> Json:
    """A refund of a charge, named itself or by its intent."""
    charge = refunds.charge_to_refund(call, params.charge, params.payment_intent)
    given = {"metadata": params.metadata, "reason": params.reason}
    return refunds.create(call, charge, params.amount, given).document


def list_refunds(call: Call, params: ListRefunds) -> Json:
    """A page of refunds."""
    return page(call, Refund, params, _named(params, payment_intent=Refund.payment_intent, charge=Refund.charge))


def retrieve_refund(call: Call, _: Params, *, refund_id: str) -> Json:
    """One refund."""
    return refunds.of_id(call, refund_id).document


def fail_refund(call: Call, _: Params, *, refund_id: str) -> Json:
    """The refund, given back by the bank."""
    return refunds.fail(call, refunds.of_id(call, refund_id)).document


def dispute_charge(call: Call, _: Params, *, charge_id: str) -> Json:
    """A dispute over the whole charge."""
    return disputes.create(call, find_charge(call, charge_id)).document


def close_dispute(call: Call, params: CloseDispute, *, dispute_id: str) -> Json:
    """The dispute, decided by the bank."""
    return disputes.close(call, disputes.of_id(call, dispute_id), won=params.outcome == "won").document


def list_disputes(call: Call, params: ListRefunds) -> Json:
    """A page of disputes."""
    return page(call, Dispute, params, _named(params, payment_intent=Dispute.payment_intent, charge=Dispute.charge))


def list_events(call: Call, params: ListEvents) -> Json:
    """A page of events."""
    return page(call, Event, params, _wanted_events(params), to_response)


def retrieve_event(call: Call, _: Params, *, event_id: str) -> Json:
    """One event."""
    return to_response(existing(call, Event, event_id, no_such("event", event_id, "id")))


def _given(params: CreateIntent) -> Json:
    """The creator's fields as the intent shows them."""
    chosen = params.automatic_payment_methods
    types = params.allowed_payment_method_types or params.payment_method_types
    if sum(map(bool, (chosen, params.allowed_payment_method_types, params.payment_method_types))) > 1:
        names = "automatic_payment_methods, allowed_payment_method_types, payment_method_types"
        raise InvalidParameters(f"You may only specify one of these parameters: {names}.")
    # Without a list of types the account's settings decide (the default since API version 2023-08-16).
    automatic = chosen.enabled if chosen else not types
    redirects = chosen.allow_redirects if chosen else "always"
    return {
        "allowed_payment_method_types": params.allowed_payment_method_types,
        "amount": params.amount,
        "automatic_payment_methods": {"allow_redirects": redirects, "enabled": True} if automatic else None,
        "capture_method": params.capture_method,
        "currency": params.currency,
        "metadata": params.metadata,
        "payment_method_types": ["card"],
    }


def _visible_intent(call: Call, intent_id: str, client_secret: str | None) -> PaymentIntent:
    """The intent; a browser has to know its client_secret."""
    if call.publishable and client_secret is None:
        message = "Missing required param: client_secret."
        raise InvalidParameters(message, code="parameter_missing", param="client_secret")
    row = find_intent(call, intent_id)
    if client_secret is not None and client_secret != row.document["client_secret"]:
        raise invalid_request(
            "The client_secret provided does not match any associated PaymentIntent on this account. Ensure the "
            "publishable key used belongs to the same account that created the PaymentIntent.",
            code="payment_intent_invalid_parameter",
            param="client_secret",
        )
    return row


def _check_return_url(intent: Json, params: AttemptParams) -> None:
    automatic = intent["automatic_payment_methods"]
    redirects = automatic is not None and automatic["allow_redirects"] == "always"
    if redirects and params.return_url is None and not params.use_stripe_sdk:
        raise invalid_request(
            "This PaymentIntent is configured to accept payment methods enabled in your Dashboard. Because some of "
            "these payment methods might redirect your customer off of your page, you must provide a `return_url`. If "
            "you don't want to accept redirect-based payment methods, set `automatic_payment_methods[enabled]` to "
            "`true` and `automatic_payment_methods[allow_redirects]` to `never` when creating Setup Intents and "
            "Payment Intents.",
            param="return_url",
        )


def _named(params: ListParams, **columns: InstrumentedAttribute[str]) -> list[ColumnElement[bool]]:
    """What the parameters of these names ask for."""
    return [column == value for name, column in columns.items() if (value := getattr(params, name))]


def _wanted_events(params: ListEvents) -> list[ColumnElement[bool]]:
    wanted: list[ColumnElement[bool]] = []
    if kind := params.type:
        group = kind.endswith("*")
        wanted.append(Event.type.startswith(kind[:-1], autoescape=True) if group else Event.type == kind)
    if params.delivery_success is not None:
        delivered = Event.delivery == Delivery.DELIVERED
        wanted.append(delivered if params.delivery_success else ~delivered)
    return wanted
