"""The codec server: shows what Temporal keeps encrypted to those who may see it (`python -m services.codec_server`).

Temporal's UI and command line send it payloads and get them back in clear (Temporal's documentation, "Codec Server").
Here belongs who may ask, and how a browser signs in; how payloads are encrypted stands in `lib/encryption.py`.
"""

from services.codec_server.application import create_app

__all__ = ["create_app"]
