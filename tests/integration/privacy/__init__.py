"""What Temporal keeps of purchases, read as whoever has its database reads it."""
