"""How payloads are written and read: by which key, in clear, and what is refused."""
