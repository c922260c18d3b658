#!/bin/sh
# A role and a database of its own for each service, so that none can read what another keeps; and Temporal's role, which
# creates its two databases itself. The image runs this once, when its data volume is new.
# Environment: POSTGRES_USER (the superuser), DATABASE_PASSWORD (of the roles).
set -eu

sql() {
  # The password comes by the environment: every user of a machine may read its command lines.
  { printf '%s\n' '\getenv password DATABASE_PASSWORD'; cat; } |
    psql --no-psqlrc --quiet --set=ON_ERROR_STOP=1 --username="$POSTGRES_USER" --dbname=postgres --set=name="$1"
}

for service in payments projects users notifier; do
  sql "$service" <<'SQL'
CREATE ROLE :"name" LOGIN PASSWORD :'password';
CREATE DATABASE :"name" OWNER :"name";
REVOKE CONNECT ON DATABASE :"name" FROM PUBLIC;
SQL
done

sql temporal <<'SQL'
CREATE ROLE :"name" LOGIN CREATEDB PASSWORD :'password';
SQL
