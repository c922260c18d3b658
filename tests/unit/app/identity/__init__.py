"""Who may come in at the intake: tokens, an identity provider's keys, and servers' keys."""
