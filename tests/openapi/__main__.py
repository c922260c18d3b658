"""Write the committed copies of all OpenAPI documents anew."""

import argparse
import json

from tests.openapi.breaking import breaking
from tests.openapi.documents import APIS, accepted, copy_of, generated


def main() -> int:
    """0 once every copy is written; 1, and nothing is written, where a client would break."""
    arguments = argparse.ArgumentParser(prog="python -m tests.openapi", description=__doc__)
    arguments.add_argument("--breaking", action="store_true", help="accept what breaks clients")
    on_purpose = arguments.parse_args().breaking
    documents = {folder: generated(folder) for folder in APIS}
    felt = [f"{folder}: {each}" for folder, new in documents.items() for each in breaking(accepted(folder), new)]
    print("\n".join(felt) or "No client breaks.")
    if felt and not on_purpose:
        print("Nothing is written. Accept this with --breaking, and tell the clients (CHANGELOG.md).")
        return 1
    for folder, document in documents.items():
        # The order of a document's keys tells nothing, and some of it changes from one process to the next.
        if document != accepted(folder):
            copy_of(folder).write_text(json.dumps(document, indent=2) + "\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
