#!/bin/sh
# Creates or updates Temporal's two databases. Safe to run again: what is there already is left as it is.
# Environment: POSTGRES_SEEDS (host), DB_PORT (5432), POSTGRES_USER (may create databases), SQL_PASSWORD.
set -eu

tool() {
  temporal-sql-tool --plugin postgres12 --ep "$POSTGRES_SEEDS" --port "${DB_PORT:-5432}" --user "$POSTGRES_USER" --database "$@"
}

for purpose in temporal visibility; do
  database=temporal
  [ "$purpose" = temporal ] || database=temporal_visibility
  tool "$database" create
  tool "$database" setup-schema --version 0.0
  tool "$database" update-schema --schema-name "postgresql/v12/$purpose"
done
