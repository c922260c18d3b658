"""The codec server: who may see payloads, what its routes take and refuse, and what a browser may do with it."""
