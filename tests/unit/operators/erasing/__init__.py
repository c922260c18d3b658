"""Forgetting a buyer: the way through the stores, and what people are told."""
