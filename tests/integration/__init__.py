"""Tests on real parts: processes, databases, brokers, sockets."""
