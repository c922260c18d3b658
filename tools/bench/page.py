"""docs/performance.md: one section for each measurement, each with when and where it was taken."""

from collections.abc import Sequence

from tools.devstack.options import ROOT

PAGE = ROOT / "docs" / "performance.md"


def with_section(page: str, section: Sequence[str]) -> str:
    """The page with a section in place of the one that has the same heading, or behind all others."""
    before, _, rest = page.partition(f"{section[0]}\n")
    _, following, after = rest.partition("\n## ")
    text = "\n".join([before.rstrip(), "", *section, ""])
    return f"{text}{following}{after}"
