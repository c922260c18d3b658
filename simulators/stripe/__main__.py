"""`python -m simulators.stripe`: migrate the database, then serve."""

from lib.webapi.service import migrate_and_serve
from simulators.stripe.settings import SimulatorSettings

if __name__ == "__main__":
    migrate_and_serve("simulators.stripe", "stripe_simulator", SimulatorSettings)
