"""An intake whose buyers come from an identity provider, and servers with API keys, all of it real processes."""
