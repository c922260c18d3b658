"""What makes the documents, and the page that shows them; the documents of our own APIs are tested in tests/openapi."""
