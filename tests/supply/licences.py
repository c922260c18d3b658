"""docs/licences.md: every package of the lock with the licence that it states, and which licences we take."""

import json
import subprocess
import sys

from tests.supply.packages import canonical, locked
from tests.unit.lib.settings.classes import REPOSITORY

DOCUMENT = REPOSITORY / "docs/licences.md"
# It reads 150 packages' metadata; on a busy machine that takes seconds.
TOOL_LIMIT_S = 120

# As packages state them, in their own spellings; all let us ship them unchanged beside code under MIT.
PERMISSIVE = {
    "0BSD", "3-Clause BSD License", "Apache", "Apache Software License",
    "Apache Software License; MIT License", "Apache-2.0", "Apache-2.0 AND BSD-2-Clause",
    "Apache-2.0 OR BSD-2-Clause", "Apache-2.0 OR BSD-3-Clause", "BSD License", "BSD-2-Clause", "BSD-3-Clause", "ISC",
    "ISC License (ISCL)", "MIT", "MIT AND PSF-2.0", "MIT License", "MIT OR Apache-2.0", "MIT-0", "PSF-2.0",
    "Python Software Foundation License", "The Unlicense (Unlicense)",
}  # fmt: skip
# Whoever changes such a library has to publish the change; we use them unchanged, as libraries.
WEAK_COPYLEFT = {"LGPL-3.0-only", "MPL-2.0", "Mozilla Public License 2.0 (MPL 2.0)"}
# Their metadata says nothing; each was read by hand in the package's own LICENSE.
READ_BY_HAND = {"axe-playwright-python": "MIT"}
# Installed on Windows or older Pythons alone, or the tool itself, which leaves itself and its parts out.
NOT_SEEN = {
    "async-timeout": "Apache-2.0", "colorama": "BSD-3-Clause", "pip-licenses": "MIT", "prettytable": "BSD-3-Clause",
    "wcwidth": "MIT",
}  # fmt: skip

HEAD = """# Licences

Every package that `poetry.lock` names, with the licence that it states itself, read by pip-licenses.
`.venv/bin/python -m tests.supply licences` writes this page anew; a test keeps it equal to the lock, and refuses a
licence that is not listed in `tests/supply/licences.py`.

Permissive licences ask for their notice alone, which each package brings with it into the image. Under weak copyleft
(LGPL, MPL) stand few: whoever changes such a library has to publish the change; they are used unchanged, as libraries.
"""


def stated() -> dict[str, str]:
    """The licence of each installed package, by its canonical name."""
    command = [sys.executable, "-m", "piplicenses", "--from=mixed", "--format=json"]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=TOOL_LIMIT_S)
    return {canonical(one["Name"]): one["License"] for one in json.loads(done.stdout)}


def licences() -> dict[str, str]:
    """The licence of every package of the lock, by its canonical name; KeyError for one that is not installed."""
    found = stated() | READ_BY_HAND | NOT_SEEN
    return {package.name: found[package.name] for package in locked()}


def page(known: dict[str, str]) -> str:
    """The document."""
    tables = []
    for title, is_shipped in (("In the image", True), ("For development and tests alone", False)):
        rows = [
            f"| {package.name} | {package.version} | {known[package.name]} |"
            for package in locked()
            if package.is_shipped == is_shipped
        ]
        tables += [f"\n## {title}\n", "| package | version | licence |", "|---|---|---|", *rows]
    return HEAD + "\n".join(tables) + "\n"
