"""The first projects on sale: a migration, so that they come exactly once, whoever starts how often."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

# A million tonnes: no demonstration and no load test sells them out.
PLENTY_KG = 1_000_000_000
# 5 tonnes: small enough to be sold out in front of an audience.
SCARCE_KG = 5_000

# project, its name, its currency, and per milestone: id, name, minor units per tCO2e, stock
CATALOGUE = [
    (
        "cookstoves", "Clean cookstoves, Kisumu", "usd",
        [("cookstoves-1", "First 10,000 households", 600, PLENTY_KG),
         ("cookstoves-2", "Rural schools", 750, PLENTY_KG)],
    ),
    (
        "mangrove", "Mangrove restoration, Gazi Bay", "usd",
        [("mangrove-1", "Seedlings planted, northern shore", 900, PLENTY_KG),
         ("mangrove-2", "First growth verified, southern creek", 1200, PLENTY_KG),
         ("mangrove-3", "Five years of standing forest", 1500, PLENTY_KG)],
    ),
    (
        "peatland", "Peatland rewetting, Central Kalimantan", "usd",
        [("peatland-1", "Pilot dam, last tonnes", 2000, SCARCE_KG),
         ("peatland-2", "Blocks A to F rewetted", 1800, PLENTY_KG)],
    ),
    (
        "reforestation", "Mixed forest, Carpathians", "eur",
        [("reforestation-1", "Nursery and planting", 2400, PLENTY_KG),
         ("reforestation-2", "Canopy closed", 3000, PLENTY_KG)],
    ),
    (
        "wind", "Wind farm, Tamil Nadu", "usd",
        [("wind-1", "Turbines 1 to 12", 300, PLENTY_KG),
         ("wind-2", "Turbines 13 to 24", 350, PLENTY_KG)],
    ),
]  # fmt: skip

projects = sa.table("projects", sa.column("project_id"), sa.column("name"))
milestones = sa.table(
    "milestones",
    *map(
        sa.column,
        ("project_id", "milestone_id", "name", "unit_amount", "currency", "total_kg", "sold_kg", "held_kg"),
    ),
)


def upgrade() -> None:
    for project_id, project_name, currency, stages in CATALOGUE:
        op.bulk_insert(projects, [{"project_id": project_id, "name": project_name}])
        op.bulk_insert(
            milestones,
            [
                {
                    "project_id": project_id,
                    "milestone_id": milestone_id,
                    "name": name,
                    "unit_amount": unit_amount,
                    "currency": currency,
                    "total_kg": total_kg,
                    "sold_kg": 0,
                    "held_kg": 0,
                }
                for milestone_id, name, unit_amount, total_kg in stages
            ],
        )


def downgrade() -> None:
    op.execute(sa.delete(milestones))
    op.execute(sa.delete(projects))
