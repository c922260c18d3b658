"""Payments, one row per purchase."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

STATUSES = ("creating", "payable", "processing", "paid", "canceled")


def upgrade() -> None:
    op.create_table(
        "payments",
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("purchase_id", sa.String(64), nullable=False, unique=True),
        sa.Column("payment_id", sa.String(255), unique=True),
        sa.Column("status", sa.Enum(*STATUSES, name="payment_status", create_constraint=True), nullable=False),
        sa.Column("marked", sa.Boolean, nullable=False),
        sa.Column("asked_by", sa.JSON, nullable=False),
        sa.Column("buyer_id", sa.String(64)),
        sa.Column("amount", sa.BigInteger),
        sa.Column("currency", sa.String(3)),
        sa.Column("items", sa.JSON, nullable=False),
        sa.Column("capture", sa.Enum("automatic", "manual", name="capture_mode", create_constraint=True)),
        sa.Column("amount_captured", sa.BigInteger, nullable=False),
        sa.Column("amount_refunded", sa.BigInteger, nullable=False),
        sa.Column("failed_attempts", sa.Integer, nullable=False),
        sa.Column("disputed", sa.Boolean, nullable=False),
        sa.Column("key_numbers", sa.JSON, nullable=False),
        sa.Column("outcome", sa.JSON),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index("payments_of_buyer", "payments", ["buyer_id", "number"])


def downgrade() -> None:
    op.drop_table("payments")
    for kind in ("payment_status", "capture_mode"):
        sa.Enum(name=kind).drop(op.get_bind(), checkfirst=True)
