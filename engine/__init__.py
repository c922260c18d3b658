"""How every process of ours reaches Temporal: the connection, how payloads are written, and what is asked of it.

`purchases` is the one way by which an entrance opens, cancels or reads a purchase, and follows an event.
"""

from engine.connect import address, client_options, connect, lazy_client, namespace
from engine.converter import data_converter
from lib.encryption import UnreadablePayloadError

__all__ = [
    "UnreadablePayloadError",
    "address",
    "client_options",
    "connect",
    "data_converter",
    "lazy_client",
    "namespace",
]
