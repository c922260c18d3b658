#!/bin/sh
# Copies running databases into a new folder, one after the other, in the order in which they are named:
#   backup.sh /backups/2026-11-21 temporal payments projects users notifier
# Temporal first: what its sagas have done is then in every later copy, and what they do again is known there as done.
# Where each is stands in the environment, for every user of a machine may read its command lines: TEMPORAL_DATABASE_URL,
# PAYMENTS_DATABASE_URL and so on, postgresql://user:password@host:port/name or sqlite:///path. Each copy is of one
# moment, and nobody waits for it.
# Needs python3, and for PostgreSQL pg_dump of the server's version or newer.
set -eu

here=$(dirname "$0")
. "$here/databases.sh"

[ $# -ge 2 ] || { echo 'usage: backup.sh FOLDER NAME...' >&2; exit 2; }
folder=$1
shift
umask 077
# A folder that is there may hold an older backup: mixed, the two would be of no moment at all.
mkdir "$folder"

for name; do
  url=$(url_of "$name")
  # What has happened before this moment is in the copy.
  date -u "+$name %Y-%m-%dT%H:%M:%SZ" | tee -a "$folder/moments"
  case $url in
    postgres*://*)
      with_service "$url" pg_dump --format=custom --no-owner --file="$folder/$name.dump"
      ;;
    sqlite:///*)
      python3 - "${url#sqlite:///}" "$folder/$name.db" <<'PYTHON'
import sqlite3, sys
sqlite3.connect(f"file:{sys.argv[1]}?mode=ro", uri=True).backup(sqlite3.connect(sys.argv[2]))
PYTHON
      ;;
  esac
done
