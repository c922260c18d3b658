"""Keys that are rolled on a real stack."""
