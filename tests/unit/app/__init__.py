"""The intake: every route and every refusal, with fakes behind its ports."""
