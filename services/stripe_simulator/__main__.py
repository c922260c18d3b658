"""`python -m services.stripe_simulator`: migrate the database, then serve."""

from lib.settings import read
from services.common.migrations import migrate
from services.common.server import serve
from services.stripe_simulator.settings import SimulatorSettings
from telemetry import logs

if __name__ == "__main__":
    settings = read(SimulatorSettings)
    logs.set_up("stripe_simulator")
    migrate("stripe_simulator", settings.stripe_simulator_database_url)
    serve("stripe_simulator", settings.stripe_simulator_host, settings.stripe_simulator_port)
