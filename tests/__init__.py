"""Everything that shows how this project behaves: unit (no sockets), sagas (the workflows' own code), integration."""
