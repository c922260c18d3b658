"""The audit: its rules over values, and its way through books in memory."""
