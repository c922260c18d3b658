"""What is for sale: projects, their milestones, price and stock."""

from pydantic import Field

from domain.purchase import Frozen


class Milestone(Frozen):
    """A milestone with its price and stock in tCO2e; total = sold + held + free."""

    milestone_id: str = Field(examples=["mangrove-2"])
    name: str = Field(examples=["Mangrove 2"])
    unit_amount: int = Field(description="minor units per tCO2e", examples=[1200])
    currency: str = Field(examples=["usd"])
    total: str = Field(examples=["1000.000"])
    sold: str = Field(examples=["2.500"])
    held: str = Field(examples=["1.500"])
    free: str = Field(examples=["996.000"])


class Project(Frozen):
    """A project and what it sells."""

    project_id: str = Field(examples=["mangrove"])
    name: str = Field(examples=["Mangrove"])
    milestones: tuple[Milestone, ...]


class ProjectsPage(Frozen):
    """A page of projects."""

    items: tuple[Project, ...]
    next_cursor: str | None = Field(examples=["WzQyXQ"])
