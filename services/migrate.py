"""`python -m services.migrate`: bring every service's database that the environment names to the newest schema.

For deployments that migrate once, before they start the services. Each service also migrates at its start, which then
finds nothing to do; several at once are safe.
"""

import logging
import sys
from pathlib import Path
from typing import Any

from pydantic import create_model

from lib.database.migrations import migrate
from lib.settings import ProcessSettings, read
from lib.telemetry import logs

log = logging.getLogger(__name__)


def databases() -> type[ProcessSettings]:
    """The services' databases, as their own settings name them; empty: not to be migrated here."""
    names = sorted(path.parent.name for path in Path(__file__).parent.glob("*/migrations"))
    fields: dict[str, Any] = {f"{name}_database_url": (str, "") for name in names}
    return create_model("Databases", __base__=ProcessSettings, **fields)


def main() -> int:
    """Migrate one after the other; 0, or 1 with the reason on stderr at the first that fails."""
    suffix = "_database_url"
    named = {name.removesuffix(suffix): url for name, url in read(databases()) if name.endswith(suffix) and url}
    if not named:
        print("No database is named: set PAYMENTS_DATABASE_URL and its like.", file=sys.stderr)
        return 1
    logs.set_up("migrate")
    for service, url in named.items():
        migrate(f"services.{service}", url)
        log.info("the database of %s is migrated", service)
    return 0


if __name__ == "__main__":
    sys.exit(main())
