"""`python -m simulators.stripe`: migrate the database, then serve."""

from lib.database.migrations import migrate
from lib.settings import read
from lib.telemetry import logs
from lib.webapi.server import serve
from simulators.stripe.settings import SimulatorSettings

if __name__ == "__main__":
    settings = read(SimulatorSettings)
    logs.set_up("stripe_simulator")
    migrate("simulators.stripe", settings.stripe_simulator_database_url)
    serve("simulators.stripe", settings.stripe_simulator_host, settings.stripe_simulator_port)
