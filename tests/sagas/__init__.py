"""The sagas' own workflow code, run in this process on an engine of our own with virtual time and stateful fakes."""
