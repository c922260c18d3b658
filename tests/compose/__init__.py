"""`docker compose` as the README tells it, on an engine of its own, with stand-ins for the images that others made."""
