"""What the reference services share."""
