#!/bin/sh
# Brings databases back from a folder that backup.sh has made, while nothing uses them:
#   restore.sh /backups/2026-11-21 temporal payments projects users notifier
# Where each is stands in the environment, as for backup.sh. A PostgreSQL database and its role must be there; what it
# holds is replaced, all of it or nothing. A SQLite file must not be there yet.
set -eu

here=$(dirname "$0")
. "$here/databases.sh"

[ $# -ge 2 ] || { echo 'usage: restore.sh FOLDER NAME...' >&2; exit 2; }
folder=$1
shift
umask 077

for name; do
  url=$(url_of "$name")
  case $url in
    postgres*://*)
      with_service "$url" pg_restore --clean --if-exists --no-owner --single-transaction --exit-on-error \
        --dbname=service=backup "$folder/$name.dump"
      ;;
    sqlite:///*)
      file=${url#sqlite:///}
      [ ! -e "$file" ] || { echo "$name: $file is there; move it away first" >&2; exit 1; }
      cp "$folder/$name.db" "$file"
      ;;
  esac
  echo "$name is restored"
done
