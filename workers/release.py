"""`python -m workers.release`: put a version of the code to work, and take it back (docs/releases.md).

It runs from the code of the version that it is about, which WORKER_BUILD_ID names.
"""

import argparse
import asyncio
import sys
from collections.abc import Sequence

from temporalio.service import RPCError

from engine import connect
from engine.leaving import leave
from lib.settings import read
from workers.deployments import Deployment
from workers.moves import Mover
from workers.settings import WorkerSettings

DONE, FAILED = 0, 1


async def run(arguments: Sequence[str], config: WorkerSettings) -> int:
    """Carry out one command; the exit code."""
    wanted = _parser().parse_args(arguments)
    try:
        await _carry_out(wanted, config)
    except (RPCError, RuntimeError, TimeoutError, ValueError) as error:
        print(f"Not done: {error}", file=sys.stderr)
        return FAILED
    return DONE


async def _carry_out(wanted: argparse.Namespace, config: WorkerSettings) -> None:
    build_id = config.worker_build_id
    if wanted.command != "status" and not build_id:
        raise ValueError("WORKER_BUILD_ID names no version: run this from the version that it is about.")
    client = await connect()
    deployment = Deployment(client, config.worker_deployment)
    match wanted.command:
        case "status":
            await _status(deployment)
        case "current":
            await _current(deployment, build_id)
        case "ramp":
            await _ramp(deployment, build_id, wanted.percent)
        case "move":
            mover = Mover(client, deployment.version(build_id))
            await _move(deployment, mover, wanted.source, build_id, confirmed=wanted.yes)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="release", description="Put a version of the code to work, and take it back.")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("status", help="every version: its share of new sagas, and what is still open on it")
    commands.add_parser("current", help="let every new saga begin on this version, once its workers are there")
    ramp = commands.add_parser("ramp", help="let a share of the new sagas begin on this version")
    ramp.add_argument("percent", type=_percent, help="0 to 100; 0 ends the ramp")
    move = commands.add_parser("move", help="let this version go on with what is open on another")
    move.add_argument("--from", dest="source", required=True, metavar="BUILD_ID", help="the version to empty")
    move.add_argument("--yes", action="store_true", help="do it; without it only the plan is shown")
    return parser


def _percent(text: str) -> float:
    percent = float(text)
    if not 0 <= percent <= 100:
        raise argparse.ArgumentTypeError(f"{text} is no percentage")
    return percent


async def _status(deployment: Deployment) -> None:
    versions = await deployment.versions()
    if not versions:
        print("No versioned worker has ever polled here.")
    for version in versions:
        gets = f"gets {version.share:g} % of the new sagas" if version.share else "gets no new sagas"
        drained = ", drained" if version.drained else ""
        end = ": its workers may be switched off" if version.may_go else ""
        print(f"{version.build_id}: {gets}; {version.open_sagas} open{drained}{end}")


async def _current(deployment: Deployment, build_id: str) -> None:
    await deployment.wait_for_workers(build_id)
    await deployment.make_current(build_id)
    print(f"Every new saga begins on version {build_id} from now on; what is open stays on its version.")


async def _ramp(deployment: Deployment, build_id: str, percent: float) -> None:
    if percent:
        await deployment.wait_for_workers(build_id)
    await deployment.ramp(build_id if percent else "", percent)
    print(f"{percent:g} % of the new sagas begin on version {build_id} from now on.")


async def _move(deployment: Deployment, mover: Mover, source: str, target: str, *, confirmed: bool) -> None:
    await deployment.wait_for_workers(target)
    moved = 0
    async for saga in deployment.open_sagas(source):
        move = await mover.plan(saga.id, saga.run_id)
        if confirmed:
            await mover.carry_out(move)
        moved += 1
        print(move.summary(), flush=True)
    if confirmed:
        print(f"{moved} sagas have moved from version {source} to {target}.")
    else:
        print(f"{moved} sagas would move from version {source} to {target}; nothing is done yet: add --yes.")


if __name__ == "__main__":
    leave(asyncio.run(run(sys.argv[1:], read(WorkerSettings))))
