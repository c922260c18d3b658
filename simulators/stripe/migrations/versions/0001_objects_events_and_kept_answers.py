"""objects events and kept answers."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:

    op.create_table(
        "charges",
        sa.Column("payment_intent", sa.String(length=64), nullable=False),
        sa.Column("sequence", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("created", sa.Integer(), nullable=False),
        sa.Column("document", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("sequence"),
        sa.UniqueConstraint("id"),
    )
    op.create_index(op.f("ix_charges_created"), "charges", ["created"], unique=False)
    op.create_index(op.f("ix_charges_payment_intent"), "charges", ["payment_intent"], unique=False)
    op.create_table(
        "events",
        sa.Column("type", sa.String(length=64), nullable=False),
        sa.Column(
            "delivery",
            sa.Enum("PENDING", "DELIVERED", "GIVEN_UP", name="delivery", native_enum=False, length=16),
            nullable=False,
        ),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("due_at", sa.Float(), nullable=False),
        sa.Column("last_status", sa.Integer(), nullable=True),
        sa.Column("sequence", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("created", sa.Integer(), nullable=False),
        sa.Column("document", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("sequence"),
        sa.UniqueConstraint("id"),
    )
    op.create_index(op.f("ix_events_created"), "events", ["created"], unique=False)
    op.create_index("ix_events_due", "events", ["delivery", "due_at"], unique=False)
    op.create_index(op.f("ix_events_type"), "events", ["type"], unique=False)
    op.create_table(
        "kept_answers",
        sa.Column("scope", sa.String(length=64), nullable=False),
        sa.Column("key", sa.String(length=255), nullable=False),
        sa.Column("endpoint", sa.String(length=255), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("request_id", sa.String(length=64), nullable=True),
        sa.Column("created", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("scope", "key"),
    )
    op.create_index(op.f("ix_kept_answers_created"), "kept_answers", ["created"], unique=False)
    op.create_table(
        "payment_intents",
        sa.Column("card", sa.String(length=64), nullable=True),
        sa.Column("settles_at", sa.Float(), nullable=True),
        sa.Column("sequence", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("created", sa.Integer(), nullable=False),
        sa.Column("document", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("sequence"),
        sa.UniqueConstraint("id"),
    )
    op.create_index(op.f("ix_payment_intents_created"), "payment_intents", ["created"], unique=False)
    op.create_index(op.f("ix_payment_intents_settles_at"), "payment_intents", ["settles_at"], unique=False)
    op.create_table(
        "refunds",
        sa.Column("payment_intent", sa.String(length=64), nullable=False),
        sa.Column("charge", sa.String(length=64), nullable=False),
        sa.Column("sequence", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("created", sa.Integer(), nullable=False),
        sa.Column("document", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("sequence"),
        sa.UniqueConstraint("id"),
    )
    op.create_index(op.f("ix_refunds_charge"), "refunds", ["charge"], unique=False)
    op.create_index(op.f("ix_refunds_created"), "refunds", ["created"], unique=False)
    op.create_index(op.f("ix_refunds_payment_intent"), "refunds", ["payment_intent"], unique=False)


def downgrade() -> None:

    op.drop_index(op.f("ix_refunds_payment_intent"), table_name="refunds")
    op.drop_index(op.f("ix_refunds_created"), table_name="refunds")
    op.drop_index(op.f("ix_refunds_charge"), table_name="refunds")
    op.drop_table("refunds")
    op.drop_index(op.f("ix_payment_intents_settles_at"), table_name="payment_intents")
    op.drop_index(op.f("ix_payment_intents_created"), table_name="payment_intents")
    op.drop_table("payment_intents")
    op.drop_index(op.f("ix_kept_answers_created"), table_name="kept_answers")
    op.drop_table("kept_answers")
    op.drop_index(op.f("ix_events_type"), table_name="events")
    op.drop_index("ix_events_due", table_name="events")
    op.drop_index(op.f("ix_events_created"), table_name="events")
    op.drop_table("events")
    op.drop_index(op.f("ix_charges_payment_intent"), table_name="charges")
    op.drop_index(op.f("ix_charges_created"), table_name="charges")
    op.drop_table("charges")
