"""`flask payload-key`: a new key by which payloads are encrypted (docs/privacy.md)."""

import click

from lib.settings.payload_keys import PAYLOAD_KEY_ID, new_entry


@click.command("payload-key")
@click.option("--id", "key_id", required=True, help="how it is known, for example 2026-11: it stands in each payload")
def payload_key(key_id: str) -> None:
    """Make a key that encrypts what Temporal keeps; it is shown once, and kept nowhere."""
    if not PAYLOAD_KEY_ID.fullmatch(key_id):
        raise click.BadParameter("letters, digits, '.', '_' and '-', at most 32", param_hint="--id")
    click.echo(
        f"The entry in PAYLOAD_KEYS, beside the others, with commas between; it is a secret:\n{new_entry(key_id)}"
    )
    click.echo(f"Once every process has it there, it is put to use by:\nPAYLOAD_KEY={key_id}")
