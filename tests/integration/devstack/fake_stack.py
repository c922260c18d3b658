"""A stack of three tiny processes, run as `make up` runs the real one: python fake_stack.py DATA [--keep-going].

`front` is ready only once it has reached `back`; `stubborn` ignores SIGTERM and has a child in a session of its own, as
Erlang has with epmd.
"""

import sys
from pathlib import Path

from tools.devstack.errors import StackError
from tools.devstack.options import StackOptions
from tools.devstack.plan import Plan
from tools.devstack.process import ProcessSpec
from tools.devstack.stack import Stack
from tools.devstack.up import up

POLITE = """
import signal, socket, sys, time
def stop(*_):
    print(sys.argv[1], "stops", flush=True)
    sys.exit()
signal.signal(signal.SIGTERM, stop)
back = socket.socket(socket.AF_UNIX)
address = "\\0" + sys.argv[2]
if sys.argv[1] == "back":
    back.bind(address)
    back.listen()
while sys.argv[1] == "front" and back.connect_ex(address) != 0:
    time.sleep(0.02)
print(sys.argv[1], "serves", flush=True)
time.sleep(600)
"""
STUBBORN = """
import signal, subprocess, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"], start_new_session=True)
print("stubborn serves", flush=True)
time.sleep(600)
"""
# Long enough for a polite process on a busy machine, short enough to wait for the stubborn one.
STOP_S = 1.0


def plan(options: StackOptions) -> Plan:
    """The table of processes."""
    python = (sys.executable, "-c")
    # The end of a long path: a socket's name has 107 characters at most.
    address = str(options.folder)[-100:]
    back = ProcessSpec("back", (*python, POLITE, "back", address), ready_line="back serves", url="http://back")
    front = ProcessSpec("front", (*python, POLITE, "front", address), ready_line="front serves", after=("back",))
    stubborn = ProcessSpec("stubborn", (*python, STUBBORN), ready_line="stubborn serves", stop_limit_s=STOP_S)
    facts = {"version": 1, "temporal": {"ui_url": "http://nowhere"}}
    return Plan((back, front, stubborn), {"PYTHONUNBUFFERED": "1"}, facts)


if __name__ == "__main__":
    try:
        up(Stack(StackOptions(Path(sys.argv[1]), echo=True), plan), keep_going="--keep-going" in sys.argv)
    except StackError as error:
        sys.exit(str(error))
