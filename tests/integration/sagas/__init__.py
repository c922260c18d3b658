"""Purchases through the whole application on real parts: its endings, outages, killed workers and cancellations."""
