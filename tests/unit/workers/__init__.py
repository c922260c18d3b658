"""How worker processes live."""
