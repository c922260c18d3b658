"""Is the broker there, and set up? `python3 checkAmqp.py` answers in one line, with exit code 0 (yes) or 1 (no).

It reads AMQP_URL as the workers do, logs in, and declares the topology: what is missing is created, what stands
there with other arguments is told. The password is never printed.
"""

import os
import sys
from pathlib import Path

VENV = Path(__file__).resolve().parent / ".venv"

try:
    from operators.broker import main
except ImportError as missing:
    # The system's own python3 has none of our packages: `make setup` has put them beside us.
    python = VENV / "bin" / "python"
    if python.exists() and Path(sys.prefix).resolve() != VENV.resolve():
        os.execv(python, [str(python), __file__])  # noqa: S606
    print(f"The broker is not checked: the package {missing.name} is not installed; run `make setup` first.")
    sys.exit(1)

if __name__ == "__main__":
    # The broker may still hold a thread: leave without waiting for it.
    code = main()
    sys.stdout.flush()
    os._exit(code)
