"""What the reference services share and nobody else needs: values on the wire, settings, database, server."""
