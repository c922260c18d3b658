"""The page on which the buyer's bank would ask: approve or decline this payment (3-D Secure)."""

from urllib.parse import urlencode, urlsplit

from flask import Blueprint, Response, redirect, render_template, request
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response as AnyResponse

from simulators.stripe import intents
from simulators.stripe.call import Call, find
from simulators.stripe.cards import BY_NAME
from simulators.stripe.errors import StripeError
from simulators.stripe.models import Json, PaymentIntent
from simulators.stripe.money import readable
from simulators.stripe.store import Store

# The page is all in one file and runs nothing. It says nothing about forms: a browser would hold that against the way
# back to the shop as well.
POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'"


def create_challenge(store: Store, processing_seconds: float) -> Blueprint:
    """The challenge page; who knows the client_secret is the buyer."""
    challenge = Blueprint("challenge", __name__, url_prefix="/challenge", template_folder="templates")

    @challenge.after_request
    def protect(response: Response) -> Response:
        response.headers["Content-Security-Policy"] = POLICY
        # The address holds the client_secret.
        response.headers["Referrer-Policy"] = "no-referrer"
        response.headers["Cache-Control"] = "no-store"
        return response

    @challenge.get("/<intent_id>")
    def ask(intent_id: str) -> str:
        with store.transaction() as session:
            return _page(_buyers_intent(Call(session, processing_seconds), intent_id))

    @challenge.post("/<intent_id>")
    def answer(intent_id: str) -> AnyResponse:
        with store.transaction() as session:
            call = Call(session, processing_seconds)
            row = _buyers_intent(call, intent_id)
            back = ((row.document["next_action"] or {}).get("redirect_to_url") or {}).get("return_url")
            try:
                intents.authenticate(call, row, approved=request.form.get("outcome") == "approve")
            except StripeError:
                return Response(_page(row), 409)
            return redirect(_with_outcome(back, row.document)) if back else Response(_page(row))

    return challenge


def _buyers_intent(call: Call, intent_id: str) -> PaymentIntent:
    row = find(call, PaymentIntent, intent_id)
    if row is None or request.values.get("client_secret") != row.document["client_secret"]:
        raise NotFound
    return row


def _page(row: PaymentIntent) -> str:
    intent = row.document
    return render_template(
        "challenge.html",
        waiting=intent["status"] == "requires_action",
        amount=f"{readable(intent['amount'], intent['currency'])} {intent['currency'].upper()}",
        card=BY_NAME.get(row.card or ""),
        secret=intent["client_secret"],
        status=intent["status"].replace("_", " "),
    )


def _with_outcome(return_url: str, intent: Json) -> str:
    """The return address with the parameters that Stripe adds to it."""
    added = urlencode(
        {
            "payment_intent": intent["id"],
            "payment_intent_client_secret": intent["client_secret"],
            "redirect_status": "failed" if intent["last_payment_error"] else "succeeded",
        }
    )
    return f"{return_url}{'&' if urlsplit(return_url).query else '?'}{added}"
