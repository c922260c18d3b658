"""disputes and webhook endpoints."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    _create_documents("disputes", "payment_intent", "charge")
    _create_documents("webhook_endpoints")


def downgrade() -> None:
    op.drop_table("webhook_endpoints")
    op.drop_table("disputes")


def _create_documents(table: str, *references: str) -> None:
    op.create_table(
        table,
        *(sa.Column(name, sa.String(length=64), nullable=False) for name in references),
        sa.Column("sequence", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("created", sa.Integer(), nullable=False),
        sa.Column("document", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("sequence"),
        sa.UniqueConstraint("id"),
    )
    for name in (*references, "created"):
        op.create_index(f"ix_{table}_{name}", table, [name])
