"""The README's scenarios: what a reader is told to paste, and how it ends."""

import json
import re

from tools.devstack.options import ROOT

BLOCK = re.compile(r"<!-- scenario: (\w+) -->\n```bash\n(.*?)```", re.DOTALL)
SCENARIOS = dict(BLOCK.findall((ROOT / "README.md").read_text()))
ENDS = {"paid": "paid", "declined": "failed", "expired": "expired"}


def last_purchase(printed: str) -> dict[str, object]:
    """The purchase that a scenario prints last."""
    purchase: dict[str, object] = json.JSONDecoder().raw_decode(printed[printed.rindex('{"purchase_id"') :])[0]
    return purchase
