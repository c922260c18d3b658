"""The reference services, the codec server, and what they share."""
