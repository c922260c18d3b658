"""`python -m services.stripe_simulator`: migrate the database, then serve."""

from services.common.server import migrate, serve
from services.common.settings import load
from services.stripe_simulator.settings import SimulatorSettings

if __name__ == "__main__":
    settings = load(SimulatorSettings)
    migrate("stripe_simulator", settings.stripe_simulator_database_url)
    serve("stripe_simulator", settings.stripe_simulator_host, settings.stripe_simulator_port)
