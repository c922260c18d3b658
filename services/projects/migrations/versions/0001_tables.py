"""Projects, milestones and reservations."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "projects",
        sa.Column("project_id", sa.String(64), primary_key=True),
        sa.Column("name", sa.String(200), nullable=False),
    )
    op.create_table(
        "milestones",
        sa.Column("project_id", sa.String(64), sa.ForeignKey("projects.project_id"), primary_key=True),
        sa.Column("milestone_id", sa.String(64), primary_key=True),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("unit_amount", sa.BigInteger, nullable=False),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.Column("total_kg", sa.BigInteger, nullable=False),
        sa.Column("sold_kg", sa.BigInteger, nullable=False),
        sa.Column("held_kg", sa.BigInteger, nullable=False),
        sa.CheckConstraint("held_kg >= 0", name="held_not_negative"),
        sa.CheckConstraint("sold_kg >= 0", name="sold_not_negative"),
        sa.CheckConstraint("sold_kg + held_kg <= total_kg", name="not_oversold"),
    )
    op.create_table(
        "reservations",
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("payment_id", sa.String(255), nullable=False, unique=True),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("items", sa.JSON, nullable=False),
        sa.Column("amount", sa.BigInteger, nullable=False),
        sa.Column("currency", sa.String(3)),
        sa.Column("closed_by", sa.String(255)),
    )


def downgrade() -> None:
    for table in ("reservations", "milestones", "projects"):
        op.drop_table(table)
