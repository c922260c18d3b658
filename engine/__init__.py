"""How every process of ours reaches Temporal: where it is, how payloads are written, what is measured on the way."""

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
