"""Payments, one row per purchase; erasures that are under way."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

STATUSES = ("creating", "payable", "processing", "paid", "canceled")
# An index of the few rows that a metric counts, by its name.
WATCHED = {
    "payments_disputed": "disputes_open > 0",
    "payments_refunded_by_hand": "refunds_by_hand > 0",
    "payments_authorised": "capture_before IS NOT NULL",
}


def upgrade() -> None:
    op.create_table(
        "payments",
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("purchase_id", sa.String(64), nullable=False, unique=True),
        sa.Column("payment_id", sa.String(36), nullable=False, unique=True),
        sa.Column("method", sa.String(32)),
        sa.Column("provider", sa.String(32)),
        sa.Column("provider_reference", sa.String(255)),
        sa.Column("status", sa.Enum(*STATUSES, name="payment_status", create_constraint=True), nullable=False),
        sa.Column("canceled_early", sa.Boolean, nullable=False),
        sa.Column("asked_by", sa.JSON, nullable=False),
        sa.Column("buyer_id", sa.String(64)),
        sa.Column("amount", sa.BigInteger),
        sa.Column("currency", sa.String(3)),
        sa.Column("items", sa.JSON, nullable=False),
        sa.Column("capture", sa.Enum("automatic", "manual", name="capture_mode", create_constraint=True)),
        sa.Column("traceparent", sa.String(55)),
        sa.Column("amount_authorised", sa.BigInteger, nullable=False),
        sa.Column("amount_captured", sa.BigInteger, nullable=False),
        sa.Column("amount_refunded", sa.BigInteger, nullable=False),
        sa.Column("refunded_since", sa.BigInteger),
        sa.Column("amount_disputed", sa.BigInteger, nullable=False),
        sa.Column("failed_attempts", sa.Integer, nullable=False),
        sa.Column("disputed", sa.Boolean, nullable=False),
        sa.Column("disputes_open", sa.Integer, nullable=False),
        sa.Column("refunds_by_hand", sa.Integer, nullable=False),
        sa.Column("capture_before", sa.BigInteger),
        sa.Column("key_numbers", sa.JSON, nullable=False),
        sa.Column("outcome", sa.JSON),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.UniqueConstraint("provider_reference", "provider", name="payments_provider_reference"),
    )
    op.create_index("payments_of_buyer", "payments", ["buyer_id", "number"])
    for name, where in WATCHED.items():
        op.create_index(name, "payments", ["number"], sqlite_where=sa.text(where), postgresql_where=sa.text(where))
    op.create_table(
        "erasures",
        sa.Column("buyer_id", sa.String(64), primary_key=True),
        sa.Column("erased_as", sa.String(64), nullable=False, unique=True),
    )


def downgrade() -> None:
    op.drop_table("erasures")
    op.drop_table("payments")
    for kind in ("payment_status", "capture_mode"):
        sa.Enum(name=kind).drop(op.get_bind(), checkfirst=True)
