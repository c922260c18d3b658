"""`python -m tests.supply licences|sbom`: write docs/licences.md, or build/sbom.cdx.json."""

import argparse

from tests.supply import licences, sbom

parser = argparse.ArgumentParser(prog="python -m tests.supply", description=__doc__)
parser.add_argument("what", choices=["licences", "sbom"])
if parser.parse_args().what == "licences":
    licences.DOCUMENT.write_text(licences.page(licences.licences()))
    print(f"written: {licences.DOCUMENT}")
else:
    sbom.write()
    print(f"written: {sbom.BILL}")
