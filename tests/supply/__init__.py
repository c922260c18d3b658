"""What we ship beside our own code: under which licences, and the bill of materials (`python -m tests.supply`).

Here belongs what reads the lock and the installed packages; the tools that know their formats are others'.
"""
