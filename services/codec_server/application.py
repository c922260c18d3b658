"""The codec server's WSGI application."""

from datetime import timedelta

from apiflask import APIFlask
from flask import Response
from flask_cors import CORS
from secure import Secure
from secure.headers import (
    CacheControl,
    ContentSecurityPolicy,
    CrossOriginOpenerPolicy,
    CrossOriginResourcePolicy,
    ReferrerPolicy,
    StrictTransportSecurity,
    XContentTypeOptions,
)

from lib.encryption import Encryption
from lib.settings import read
from lib.webapi import create_api
from services.codec_server.access import Access
from services.codec_server.payloads import payloads
from services.codec_server.settings import CodecServerSettings
from services.codec_server.sign_in import sign_in

DESCRIPTION = "Shows payloads that Temporal keeps encrypted to those who may see them."
# 6 MiB: an answer of Temporal's server has 4 MiB at most (gRPC), and base64 adds a third.
BODY_BYTES_MAX = 6 * 1024 * 1024
# 10 min without another preflight, as at the intake.
PREFLIGHT_LIFE = timedelta(minutes=10)

HEADERS = Secure(
    cache=CacheControl().no_store(),
    csp=ContentSecurityPolicy()
    .default_src("'none'")
    .style_src("'self'")
    .form_action("'self'")
    .base_uri("'none'")
    .frame_ancestors("'none'"),
    xcto=XContentTypeOptions().nosniff(),
    # Not "no-referrer": with it a browser sends no Origin with our own forms.
    referrer=ReferrerPolicy().same_origin(),
    coop=CrossOriginOpenerPolicy().same_origin(),
    corp=CrossOriginResourcePolicy().same_origin(),
    # Browsers heed it where they came by https alone. A year, which they ask for.
    hsts=StrictTransportSecurity().max_age(31_536_000),
)


def create_app(config: CodecServerSettings | None = None) -> APIFlask:
    """The application; without `config` by the settings of this process."""
    config = config or read(CodecServerSettings)
    api = create_api("codec_server", "buy-projects codec server", DESCRIPTION, ready={})
    api.config["MAX_CONTENT_LENGTH"] = BODY_BYTES_MAX
    access = Access(config.codec_server_tokens)
    # Clear payloads may be shown to people; only processes that act on a payload have to refuse them.
    codec = payloads(Encryption(config.keys_by_id, config.payload_key, reads_clear=True), access)
    CORS(
        codec,
        origins=list(config.codec_server_origins),
        methods=["POST"],
        allow_headers=["Authorization", "Content-Type", "X-Namespace"],
        supports_credentials=True,
        max_age=PREFLIGHT_LIFE,
        always_send=False,
        vary_header=False,
    )
    api.register_blueprint(codec)
    api.register_blueprint(sign_in(access))

    @api.after_request
    def add_headers(response: Response) -> Response:
        HEADERS.set_headers(response)
        # A cache must not give one page's answer to another's.
        response.vary.add("Origin")
        return response

    return api
