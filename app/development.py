"""What only development has: the checkout page at `/shop/`, and tokens for everybody.

In production a static host serves `web/` and tokens come from the identity provider: none of these routes is there.
"""

from pathlib import Path, PurePosixPath

from apiflask import APIBlueprint
from flask import redirect, send_from_directory
from pydantic import Field
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from app.identity import development_token
from app.requests import Id
from app.settings import IntakeSettings
from lib.webapi import RequestModel, ResponseModel

WEB = Path(__file__).resolve().parents[1] / "web"

# Users is seeded with them.
BUYERS = ("alice", "bob")

# Every kind of file that the page is made of. The machine's own table of types is not asked: Windows and old Debians
# call JavaScript something that a browser refuses to run as a module.
MEDIA_TYPES = {
    ".html": "text/html",
    ".css": "text/css",
    ".js": "text/javascript",
    ".json": "application/json",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".ico": "image/x-icon",
    ".woff2": "font/woff2",
    ".webmanifest": "application/manifest+json",
}


def development_buyers(config: IntakeSettings) -> list[str]:
    """The buyers for whom anyone may make a token; none in production or with an identity provider."""
    return list(BUYERS) if config.environment == "development" and not config.jwt_jwks_url else []


class TokenRequest(RequestModel):
    """Whose token it shall be."""

    buyer_id: Id = Field(examples=["alice"])


class TokenResponse(ResponseModel):
    """A buyer's token."""

    token: str


def development(config: IntakeSettings, web: Path = WEB) -> APIBlueprint:
    """The routes of a developer's machine; they do not stand in the OpenAPI document."""
    routes = APIBlueprint("development", __name__, enable_openapi=False)

    @routes.get("/")
    def enter() -> Response:
        """Redirect a browser from / to the page."""
        return redirect("shop/")

    @routes.get("/shop/")
    @routes.get("/shop/<path:name>")
    def show_page(name: str = "index.html") -> Response:
        """Show a file of the page, as it is on the disk at this moment."""
        media_type = MEDIA_TYPES.get(PurePosixPath(name).suffix)
        if media_type is None:
            raise NotFound
        response = send_from_directory(web, name, mimetype=media_type)
        # An edit of the page shows at once: the browser asks each time, and mostly gets 304.
        response.headers["Cache-Control"] = "no-cache"
        return response

    @routes.post("/development/token")
    @routes.input(TokenRequest, arg_name="body")
    @routes.output(TokenResponse)
    def make_token(body: TokenRequest) -> TokenResponse:
        """Make a token for any buyer: on a developer's machine nobody has to prove who they are."""
        return TokenResponse(token=development_token(config, body.buyer_id))

    return routes
