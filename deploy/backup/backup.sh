#!/bin/sh
# Copies running databases into a new folder, one after the other, in the order in which they are named:
#   backup.sh /backups/2026-11-21 temporal=URL payments=URL projects=URL users=URL notifier=URL
# Temporal first: what its sagas have done is then in every later copy, and what they do again is known there as done.
# URL is postgresql://user:password@host:port/name or sqlite:///path. Each copy is of one moment, and nobody waits for it.
# Needs pg_dump of the server's version or newer; for SQLite python3.
set -eu

[ $# -ge 2 ] || { echo 'usage: backup.sh FOLDER NAME=URL ...' >&2; exit 2; }
folder=$1
shift
umask 077
# A folder that is there may hold an older backup: mixed, the two would be of no moment at all.
mkdir "$folder"

for named; do
  name=${named%%=*} url=${named#*=}
  # What has happened before this moment is in the copy.
  date -u "+$name %Y-%m-%dT%H:%M:%SZ" | tee -a "$folder/moments"
  case $url in
    postgres*://*)
      pg_dump --format=custom --no-owner --dbname="$url" --file="$folder/$name.dump"
      ;;
    sqlite:///*)
      python3 - "${url#sqlite:///}" "$folder/$name.db" <<'PYTHON'
import sqlite3, sys
sqlite3.connect(f"file:{sys.argv[1]}?mode=ro", uri=True).backup(sqlite3.connect(sys.argv[2]))
PYTHON
      ;;
    *)
      echo "$name: no address of a database: it begins with postgresql:// or sqlite:///" >&2
      exit 2
      ;;
  esac
done
