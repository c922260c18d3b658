# What backup.sh and restore.sh share: where a database is, and how its password reaches a program. They stand in `here`.

# The address of a database by its name: payments is at PAYMENTS_DATABASE_URL.
url_of() {
  variable=$(printf %s "$1" | tr '[:lower:]-' '[:upper:]_')_DATABASE_URL
  case $variable in
    *[!A-Z0-9_]*) echo "$1: no name of a database" >&2; exit 2 ;;
  esac
  eval "url=\${$variable:-}"
  case $url in
    postgres*://* | sqlite:///*) printf %s "$url" ;;
    *) echo "$1: $variable is no address of a database: it begins with postgresql:// or sqlite:///" >&2; exit 2 ;;
  esac
}

# Run a program of PostgreSQL on a database; the password is in a file that its owner alone may read, and gone afterwards.
with_service() {
  file=$(mktemp)
  trap 'rm -f "$file"' EXIT
  printf %s "$1" | python3 "$here/service_file.py" >"$file"
  shift
  PGSERVICEFILE=$file PGSERVICE=backup "$@"
  rm -f "$file"
}
