"""`make explore`: tells stories until one breaks an invariant, and then the shortest of its kind."""

import argparse
import logging
import os
import sys
from concurrent.futures import ProcessPoolExecutor
from functools import partial

from rich.progress import Progress

from tests.sagas.explorer.search import breaks, find, shortest

# Some seconds' work: often enough for progress to be seen, seldom enough for the processes to be worth it.
CHUNK = 500


def main() -> int:
    """0 if every story keeps the invariants; 1, and the story, if one does not."""
    arguments = argparse.ArgumentParser(prog="make explore", description=__doc__)
    arguments.add_argument("--examples", type=int, default=20_000, help="how many stories (default: 20,000, minutes)")
    arguments.add_argument("--seed", type=int, default=1, help="other stories (default: 1)")
    asked = arguments.parse_args()
    # What a worker would log of every refused step.
    logging.disable()
    chunks = [range(first, min(first + CHUNK, asked.examples)) for first in range(0, asked.examples, CHUNK)]
    with (
        Progress() as progress,
        ProcessPoolExecutor(os.cpu_count(), initializer=logging.disable) as pool,
    ):
        bar = progress.add_task(f"seed {asked.seed}", total=asked.examples)
        for chunk, found in zip(chunks, pool.map(partial(find, asked.seed), chunks), strict=True):
            progress.advance(bar, len(chunk))
            if found:
                pool.shutdown(cancel_futures=True)
                break
    if not found:
        print(f"explore: {asked.examples} stories from seed {asked.seed}, the invariants hold in all of them")
        return 0
    story = shortest(found)
    print(f"{breaks(story)}\n\n{story}")
    return 1


if __name__ == "__main__":
    sys.exit(main())
