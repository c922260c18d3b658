"""The page where a browser signs in, so that Temporal's UI in it may ask for payloads in clear."""

import logging
from urllib.parse import urlsplit

from apiflask import APIBlueprint
from flask import redirect, render_template, request
from werkzeug.wrappers import Response

from lib.webapi.problem_types import FORBIDDEN
from services.codec_server.access import SESSION_SECONDS, Access
from services.codec_server.credentials import SESSION, signed_in

log = logging.getLogger(__name__)


def sign_in(access: Access) -> APIBlueprint:
    """The page and its two buttons; no part of what Temporal's tools are told of."""
    routes = APIBlueprint(
        "sign_in",
        __name__,
        enable_openapi=False,
        template_folder="templates",
        static_folder="static",
        static_url_path="/static",
    )

    @routes.get("/")
    def page() -> str:
        return _page(signed_in(access))

    @routes.before_request
    def refuse_other_pages() -> None:
        if request.method == "POST" and not _is_from_here():
            raise FORBIDDEN.problem("Sign in and out at this server's own page.")

    @routes.post("/sign-in")
    def enter() -> Response | tuple[str, int]:
        token = request.form.get("token", "").strip()
        session = access.session(token)
        if session is None:
            log.warning("sign-in: an unknown token")
            return _page(None, fault="This token is not known here (any more)."), 401
        log.info("sign-in: %s", access.bearer(token))
        response = redirect("/", 303)
        # Strict: another site's page cannot use it; the UI can, from another port or name of the same site.
        response.set_cookie(
            SESSION, session, max_age=SESSION_SECONDS, secure=True, httponly=True, samesite="Strict", path="/"
        )
        return response

    @routes.post("/sign-out")
    def leave() -> Response:
        access.end(request.cookies.get(SESSION, ""))
        response = redirect("/", 303)
        response.delete_cookie(SESSION, secure=True, httponly=True, samesite="Strict", path="/")
        return response

    return routes


def _is_from_here() -> bool:
    """Whether a form was sent by our own page: another one's would sign a person in as somebody else, or out."""
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site == "same-origin"
    # A browser that is too old to say so names the page's origin.
    return urlsplit(request.headers.get("Origin", "")).netloc == request.host


def _page(name: str | None, fault: str = "") -> str:
    return render_template("sign_in.html", name=name, fault=fault)
