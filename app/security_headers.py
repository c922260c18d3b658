"""What a browser may do with our answers (OWASP Secure Headers Project)."""

from apiflask import APIFlask
from flask import Response, request
from secure import Secure
from secure.headers import (
    CacheControl,
    ContentSecurityPolicy,
    CrossOriginOpenerPolicy,
    CrossOriginResourcePolicy,
    PermissionsPolicy,
    ReferrerPolicy,
    StrictTransportSecurity,
    XContentTypeOptions,
)

from app.settings import IntakeSettings

# An answer of the API is nothing to look at: no page may show it, and it may load nothing.
API = ContentSecurityPolicy().default_src("'none'").frame_ancestors("'none'")
# A year, which browsers and scanners ask for; other names of the host are not ours to decide upon.
HSTS = StrictTransportSecurity().max_age(31_536_000)

# Stripe's documentation, "Integration security guide": its script loads and frames parts from names below it.
STRIPE_JS = ("https://js.stripe.com", "https://*.js.stripe.com")


def add_security_headers(api: APIFlask, config: IntakeSettings) -> None:
    """Add them to every answer: the content policy of its blueprint, and HSTS where the caller came by https."""
    pages = {"development": _checkout(config), "docs": _docs()}
    strict = {name: _headers(policy) for name, policy in pages.items()}
    usual = _headers(API)
    https = Secure(hsts=HSTS)
    unkept = Secure(cache=CacheControl().no_store())

    @api.after_request
    def add(response: Response) -> Response:
        strict.get(request.blueprint or "", usual).set_headers(response)
        if request.is_secure:
            https.set_headers(response)
        if "Cache-Control" not in response.headers:
            # What a buyer may see nobody else may; stock and prices are old at once.
            unkept.set_headers(response)
        return response


def _headers(policy: ContentSecurityPolicy) -> Secure:
    return Secure(
        csp=policy,
        xcto=XContentTypeOptions().nosniff(),
        referrer=ReferrerPolicy().no_referrer(),
        permissions=PermissionsPolicy().camera().geolocation().microphone(),
        coop=CrossOriginOpenerPolicy().same_origin(),
        corp=CrossOriginResourcePolicy().same_origin(),
    )


def _checkout(config: IntakeSettings) -> ContentSecurityPolicy:
    """The checkout page: our own scripts and Stripe's, which is also where it calls and what it frames."""
    return (
        ContentSecurityPolicy()
        .default_src("'none'")
        .script_src("'self'", *STRIPE_JS)
        .style_src("'self'")
        .img_src("'self'", "data:")
        .connect_src("'self'", config.stripe_api_base)
        .frame_src(*STRIPE_JS, "https://hooks.stripe.com")
        .form_action("'self'")
        .base_uri("'none'")
        .frame_ancestors("'none'")
    )


def _docs() -> ContentSecurityPolicy:
    """Swagger UI: its own files, its pictures within them, and calls to us when somebody tries a route."""
    return (
        ContentSecurityPolicy()
        .default_src("'none'")
        .script_src("'self'")
        .style_src("'self'")
        .img_src("'self'", "data:")
        .connect_src("'self'")
        .base_uri("'none'")
        .frame_ancestors("'none'")
    )
