"""The same search as in tests/explorer, from another seed and for as long as a release is worth."""

from tests.sagas.explorer.search import breaks, find, shortest

# Two minutes on an idle core.
STORIES = range(20_000)
SEED = 2


def test_every_story_keeps_the_records() -> None:
    """Whatever fails, whenever, and whoever meddles: paid and delivered, or nothing charged and nothing held."""
    found = find(SEED, STORIES)
    assert found is None, f"{breaks(shortest(found))}\n\n{found}"
