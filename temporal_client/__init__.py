"""How every process of ours reaches Temporal: where it is, how payloads are written, what is measured on the way."""

from temporal_client.connect import address, client_options, connect, lazy_client, namespace
from temporal_client.converter import data_converter
from temporal_client.encryption import UnreadablePayloadError

__all__ = [
    "UnreadablePayloadError",
    "address",
    "client_options",
    "connect",
    "data_converter",
    "lazy_client",
    "namespace",
]
