"""What the simulator is told."""

from pydantic import Field, field_validator

from lib.settings import ProcessSettings, Separated


class SimulatorSettings(ProcessSettings):
    """The simulator's settings; keys and secrets are the ones that our other processes use towards Stripe."""

    # test keys only: somebody who points the stand-in at a live account's key has mixed up two environments.
    stripe_secret_key: str = Field(default="sk_test_development", pattern=r"^(sk|rk)_test_[A-Za-z0-9_]+$")
    stripe_publishable_key: str = Field(default="pk_test_development", pattern=r"^pk_test_[A-Za-z0-9_]+$")
    stripe_webhook_secrets: Separated[str] = Field(
        default=("whsec_development",),
        min_length=1,
        description="comma separated; while one is rolled, events are signed with each",
    )
    stripe_simulator_host: str = Field(default="127.0.0.1")
    stripe_simulator_port: int = Field(default=5005, ge=1, le=65535)
    stripe_simulator_database_url: str = Field(default="sqlite:///.run/stripe_simulator.db")
    stripe_simulator_webhook_url: str = Field(
        default="http://127.0.0.1:5000/webhooks/stripe", pattern=r"^https?://[^/]+", description="where events go"
    )
    # 10 s: long enough to be seen, short enough to be waited for; an hour is the longest that a test needs.
    stripe_simulator_processing_seconds: float = Field(
        default=10, gt=0, le=3600, description="how long a payment with the simulator's processing cards is processing"
    )

    @field_validator("environment")
    @classmethod
    def refuse_production(cls, environment: str) -> str:
        """Raise where offset would be given away for test cards."""
        if environment == "production":
            raise ValueError("the simulator is for development alone: its cards move no money")
        return environment
