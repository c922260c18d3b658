"""Stripe's test cards, by number and by the PaymentMethod that stands for each (Stripe's docs, "Test card numbers").

Two cards are the simulator's own, for Stripe has no card that stays in processing: `pm_card_simulatorProcessing` is
processing and then succeeds, `pm_card_simulatorProcessingDeclined` is processing and then fails; `POST
/simulator/payment_intents/{id}/settle` ends it earlier, either way.
"""

from dataclasses import dataclass
from itertools import chain


@dataclass(frozen=True, slots=True)
class Decline:
    """Why an attempt fails: the error's code and message, and the bank's more precise reason."""

    code: str
    decline_code: str
    message: str


def _declined(reason: str) -> Decline:
    return Decline("card_declined", reason, "Your card was declined.")


GENERIC = _declined("generic_decline")
INSUFFICIENT_FUNDS = Decline("card_declined", "insufficient_funds", "Your card has insufficient funds.")
EXPIRED = Decline("expired_card", "expired_card", "Your card has expired.")
INCORRECT_CVC = Decline("incorrect_cvc", "incorrect_cvc", "Your card's security code is incorrect.")
PROCESSING_ERROR = Decline(
    "processing_error",
    "processing_error",
    "An error occurred while processing your card. Try again in a little bit.",
)


@dataclass(frozen=True, slots=True)
class Card:
    """A test card: what it shows, and what an attempt with it does."""

    name: str
    number: str
    brand: str = "visa"
    decline: Decline | None = None
    authenticates: bool = False
    processes: bool = False

    @property
    def last4(self) -> str:
        """The digits that a buyer recognises the card by."""
        return self.number[-4:]


CARDS = (
    Card("visa", "4242424242424242"),
    Card("visa_debit", "4000056655665556"),
    Card("mastercard", "5555555555554444", "mastercard"),
    Card("amex", "378282246310005", "amex"),
    Card("discover", "6011111111111117", "discover"),
    Card("us", "4000000000000077"),
    Card("visa_chargeDeclined", "4000000000000002", decline=GENERIC),
    Card("visa_chargeDeclinedInsufficientFunds", "4000000000009995", decline=INSUFFICIENT_FUNDS),
    Card("visa_chargeDeclinedLostCard", "4000000000009987", decline=_declined("lost_card")),
    Card("visa_chargeDeclinedStolenCard", "4000000000009979", decline=_declined("stolen_card")),
    Card("visa_chargeDeclinedVelocityLimitExceeded", "4000000000006975", decline=_declined("card_velocity_exceeded")),
    Card("chargeDeclinedFraudulent", "4100000000000019", decline=_declined("fraudulent")),
    Card("chargeDeclinedExpiredCard", "4000000000000069", decline=EXPIRED),
    Card("chargeDeclinedIncorrectCvc", "4000000000000127", decline=INCORRECT_CVC),
    Card("chargeDeclinedProcessingError", "4000000000000119", decline=PROCESSING_ERROR),
    Card("authenticationRequired", "4000002760003184", authenticates=True),
    Card("authenticationRequiredOnSetup", "4000002500003155", authenticates=True),
    Card("threeDSecure2Required", "4000000000003220", authenticates=True),
    Card("threeDSecureRequiredChargeDeclined", "4000008400001629", decline=GENERIC, authenticates=True),
    Card(
        "authenticationRequiredChargeDeclinedInsufficientFunds",
        "4000008260003178",
        decline=INSUFFICIENT_FUNDS,
        authenticates=True,
    ),
    # The simulator's own, under numbers that pass the check digit and that Stripe gives no meaning to.
    Card("simulatorProcessing", "4000000000050056", processes=True),
    Card("simulatorProcessingDeclined", "4000000000050064", decline=GENERIC, processes=True),
)
# Stripe knows these two under a shorter name as well.
ALIASES = {
    "chargeDeclined": "visa_chargeDeclined",
    "chargeDeclinedInsufficientFunds": "visa_chargeDeclinedInsufficientFunds",
}
BY_NAME = {card.name: card for card in CARDS}
BY_NUMBER = {card.number: card for card in CARDS}


def by_token(token: str, prefix: str) -> Card | None:
    """The card of a well-known name: `pm_card_visa` with prefix `pm_card_`, `tok_visa` with `tok_`."""
    name = token.removeprefix(prefix)
    return BY_NAME.get(ALIASES.get(name, name)) if token.startswith(prefix) else None


def passes_check_digit(number: str) -> bool:
    """Whether the number's last digit fits the others (Luhn)."""
    digits = [int(digit) for digit in reversed(number)]
    doubled = chain.from_iterable(divmod(2 * digit, 10) for digit in digits[1::2])
    return (sum(digits[::2]) + sum(doubled)) % 10 == 0
