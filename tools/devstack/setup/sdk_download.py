"""`python -m tools.devstack.setup.sdk_download FOLDER`, in the virtual environment: let the SDK download its server."""

import asyncio
import os
import sys

from temporalio.testing import WorkflowEnvironment

from tools.devstack.setup.versions import TEMPORAL_CLI


async def download(folder: str) -> None:
    """Download into the folder; the server is started once, which proves the file."""
    environment = await WorkflowEnvironment.start_local(
        download_dest_dir=folder,
        # Without it the host of the downloads decides.
        dev_server_download_version=TEMPORAL_CLI,
    )
    await environment.shutdown()


if __name__ == "__main__":
    code = 0
    try:
        asyncio.run(download(sys.argv[1]))
    except RuntimeError as error:
        print(error, flush=True)
        code = 1
    # The SDK's threads may abort an interpreter that ends in the ordinary way.
    os._exit(code)
