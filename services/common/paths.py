"""Ids in paths: what is none of our ids names nothing, so the answer is 404 and no database is asked."""

from flask import Flask
from werkzeug.routing import BaseConverter


class IdConverter(BaseConverter):
    """A buyer's, project's, milestone's or purchase's id: `<id:user_id>`."""

    regex = r"[A-Za-z0-9._-]{1,64}"


class PaymentIdConverter(BaseConverter):
    """A payment's id: `<payment:payment_id>`."""

    regex = r"[A-Za-z0-9_-]{1,100}"


def know_ids(api: Flask) -> None:
    """Let the routes of `api` name ids; call it before the first route."""
    api.url_map.converters.update(id=IdConverter, payment=PaymentIdConverter)
