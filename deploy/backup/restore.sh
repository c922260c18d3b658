#!/bin/sh
# Brings databases back from a folder that backup.sh has made, while nothing uses them:
#   restore.sh /backups/2026-11-21 temporal=URL payments=URL projects=URL users=URL notifier=URL
# A PostgreSQL database and its role must be there; what it holds is replaced, all of it or nothing. A SQLite file must
# not be there yet.
set -eu

[ $# -ge 2 ] || { echo 'usage: restore.sh FOLDER NAME=URL ...' >&2; exit 2; }
folder=$1
shift
umask 077

for named; do
  name=${named%%=*} url=${named#*=}
  case $url in
    postgres*://*)
      pg_restore --clean --if-exists --no-owner --single-transaction --exit-on-error --dbname="$url" "$folder/$name.dump"
      ;;
    sqlite:///*)
      file=${url#sqlite:///}
      [ ! -e "$file" ] || { echo "$name: $file is there; move it away first" >&2; exit 1; }
      cp "$folder/$name.db" "$file"
      ;;
    *)
      echo "$name: no address of a database: it begins with postgresql:// or sqlite:///" >&2
      exit 2
      ;;
  esac
  echo "$name is restored"
done
