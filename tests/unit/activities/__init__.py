"""The steps: their keys, and how a port's error reaches Temporal."""
