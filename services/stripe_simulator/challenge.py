"""The page on which the buyer's bank would ask: approve or decline this payment (3-D Secure)."""

from urllib.parse import urlencode, urlsplit

from flask import Blueprint, Response, redirect, render_template_string, request
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response as AnyResponse

from services.stripe_simulator import intents
from services.stripe_simulator.call import Call, find
from services.stripe_simulator.errors import StripeError
from services.stripe_simulator.models import Json, PaymentIntent
from services.stripe_simulator.money import readable
from services.stripe_simulator.store import Store

PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Your bank asks (Stripe simulator)</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>body{font:1rem system-ui;margin:4rem auto;max-width:24rem;text-align:center}
button{font:inherit;padding:.6rem 1.2rem}
</style></head><body>
{% if waiting %}<h1>Is it you who pays {{ amount }}?</h1>
<form method="post"><input type="hidden" name="client_secret" value="{{ secret }}">
<button name="outcome" value="approve">Approve</button> <button name="outcome" value="decline">Decline</button></form>
{% else %}<h1>Nothing to approve</h1><p>This payment is {{ status }}. You may close this page.</p>{% endif %}
<p><small>This is the Stripe simulator; no money moves.</small></p></body></html>"""


def create_challenge(store: Store, processing_seconds: float) -> Blueprint:
    """The challenge page; who knows the client_secret is the buyer."""
    challenge = Blueprint("challenge", __name__, url_prefix="/challenge")

    @challenge.get("/<intent_id>")
    def ask(intent_id: str) -> str:
        with store.transaction() as session:
            return _page(_buyers_intent(Call(session, processing_seconds), intent_id).document)

    @challenge.post("/<intent_id>")
    def answer(intent_id: str) -> AnyResponse:
        with store.transaction() as session:
            call = Call(session, processing_seconds)
            row = _buyers_intent(call, intent_id)
            back = ((row.document["next_action"] or {}).get("redirect_to_url") or {}).get("return_url")
            try:
                intents.authenticate(call, row, approved=request.form.get("outcome") == "approve")
            except StripeError:
                return Response(_page(row.document), 409)
            return redirect(_with_outcome(back, row.document)) if back else Response(_page(row.document))

    return challenge


def _buyers_intent(call: Call, intent_id: str) -> PaymentIntent:
    row = find(call, PaymentIntent, intent_id)
    if row is None or request.values.get("client_secret") != row.document["client_secret"]:
        raise NotFound
    return row


def _page(intent: Json) -> str:
    return render_template_string(
        PAGE,
        waiting=intent["status"] == "requires_action",
        amount=f"{readable(intent['amount'], intent['currency'])} {intent['currency']}",
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
