"""The audit: its rules over values, and its way through records in memory."""
