# A new folder gets its superuser, and then the scripts, on a server that listens on its local socket alone.
set -eu
if [ "$(id -u)" = 0 ]; then
  exec setpriv --reuid=postgres --regid=postgres --init-groups bash "$0" "$@"
fi
if [ ! -s "$PGDATA/PG_VERSION" ]; then
  initdb --username="$POSTGRES_USER" --auth-local=trust --auth-host=scram-sha-256 --pwfile=<(echo "$POSTGRES_PASSWORD")
  echo 'host all all all scram-sha-256' >> "$PGDATA/pg_hba.conf"
  pg_ctl start --wait --options='-c listen_addresses='
  for script in /docker-entrypoint-initdb.d/*.sh; do
    # As the image does it: run where it may be, else read.
    if [ -x "$script" ]; then "$script"; else . "$script"; fi
  done
  pg_ctl stop --wait
fi
exec "$@"
