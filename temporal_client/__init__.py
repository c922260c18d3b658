"""How every process of ours reaches Temporal: where it is, how payloads are written, what is measured on the way."""

from temporal_client.connect import address, client_options, connect, lazy_client

__all__ = ["address", "client_options", "connect", "lazy_client"]
