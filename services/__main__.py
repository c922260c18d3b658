"""`python -m services payments`: start the service of that name; `payments` runs `services/payments/__main__.py`."""

import runpy
import sys
from pathlib import Path


def main() -> None:
    """Hand on to the service's own start; `python -m services.payments` is the same."""
    names = sorted(path.parent.name for path in Path(__file__).parent.glob("*/__main__.py"))
    if len(sys.argv) < 2 or sys.argv[1] not in names:
        sys.exit(f"usage: python -m services NAME; the services are {', '.join(names)}")
    del sys.argv[0]
    runpy.run_module(f"services.{sys.argv[0]}", run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
