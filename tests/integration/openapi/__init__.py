"""Every API on the real parts against its own document: a fuzzer finds no server error and no undocumented answer."""
