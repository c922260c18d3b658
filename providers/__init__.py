"""Payment providers, one folder each, the port that they keep and the registry by which they are found."""
