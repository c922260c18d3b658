"""An intake alone, whose clients drip, stall, crowd and do not read."""
