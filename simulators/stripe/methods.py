"""Which card an attempt brings: a well-known PaymentMethod, a card's number, or a token."""

import time

from simulators.stripe.call import Call, new_id
from simulators.stripe.cards import BY_NUMBER, Card, by_token, passes_check_digit
from simulators.stripe.errors import InvalidParameters, StripeError, no_such
from simulators.stripe.models import PaymentIntent
from simulators.stripe.parameters import AttemptParams, CardData

MONTHS = 12
# Card numbers have 12 to 19 digits (ISO/IEC 7812).
DIGITS = range(12, 20)


def brought(call: Call, params: AttemptParams, row: PaymentIntent | None) -> tuple[str, Card] | None:
    """The PaymentMethod's id and card that the parameters bring; none if they bring none, or the intent's own."""
    if params.payment_method_data is not None:
        if params.payment_method is not None:
            raise InvalidParameters("You can only pass one of payment_method and payment_method_data.")
        return new_id("pm"), _from_data(call, params.payment_method_data.card)
    name = params.payment_method
    if name is None or (row is not None and name == row.document["payment_method"]):
        return None
    card = by_token(name, "pm_card_")
    if card is None:
        raise no_such("PaymentMethod", name, "payment_method", status=400)
    return new_id("pm"), card


def _from_data(call: Call, data: CardData) -> Card:
    if data.token is not None:
        card = by_token(data.token, "tok_")
        if card is None:
            raise no_such("token", data.token, "payment_method_data[card][token]", status=400)
        return card
    for name in ("number", "exp_month", "exp_year"):
        if getattr(data, name) is None:
            param = f"payment_method_data[card][{name}]"
            raise InvalidParameters(f"Missing required param: {param}.", code="parameter_missing", param=param)
    _check_date(call, data)
    return _from_number(str(data.number).replace(" ", ""))


def _check_date(call: Call, data: CardData) -> None:
    month, year = data.exp_month or 0, data.exp_year or 0
    now = time.gmtime(call.now)
    if not 1 <= month <= MONTHS:
        raise _card_error("Your card's expiration month is invalid.", "invalid_expiry_month", "exp_month")
    # Forms send the year with two digits or four.
    if (year + 2000 if year < 100 else year, month) < (now.tm_year, now.tm_mon):
        raise _card_error("Your card's expiration year is invalid.", "invalid_expiry_year", "exp_year")


def _from_number(number: str) -> Card:
    if not (number.isascii() and number.isdecimal() and len(number) in DIGITS and passes_check_digit(number)):
        raise _card_error("Your card number is incorrect.", "incorrect_number", "number")
    card = BY_NUMBER.get(number)
    if card is None:
        message = (
            "Your card was declined. Your request was in test mode, but used a non test card. For a list of valid "
            "test cards, visit: https://stripe.com/docs/testing."
        )
        raise StripeError(402, "card_error", message, code="card_declined", decline_code="test_mode_live_card")
    return card


def _card_error(message: str, code: str, param: str) -> StripeError:
    return StripeError(402, "card_error", message, code=code, param=param)
