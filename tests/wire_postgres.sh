#!/usr/bin/env bash
# Replays wire transcripts to the demo over PostgreSQL: a cluster that is gone afterwards, and a fresh database for each file.
#
#   tests/wire_postgres.sh RUNNER FILE...     RUNNER: run_wire.py
#
# Needs PostgreSQL (Debian's `postgresql`), Python 3, and the demo: `cargo build --example axum_server`, or $DEMO.
set -euo pipefail
cd "$(dirname "$0")/.."

demo=$(realpath "${DEMO:-${CARGO_TARGET_DIR:-target}/debug/examples/axum_server}")
runner=$1
shift

bin=$(dirname "$(find /usr/lib/postgresql/*/bin /usr/local/bin /usr/bin -name initdb 2>/dev/null | sort | head -1)")
if [ ! -x "$bin/pg_ctl" ]; then echo "PostgreSQL is not installed" >&2; exit 1; fi

# PostgreSQL does not run as root.
as_postgres() {
  if [ "$(id -u)" = 0 ]; then (cd / && setpriv --reuid=65534 --regid=65534 --clear-groups "$@"); else "$@"; fi
}

folder=$(mktemp -d)
chmod 755 "$folder"
cleanup() {
  as_postgres "$bin/pg_ctl" -D "$folder/pg/data" -s -m immediate stop 2>/dev/null || true
  rm -rf "$folder"
}
trap cleanup EXIT

mkdir "$folder/pg"
if [ "$(id -u)" = 0 ]; then chown 65534:65534 "$folder/pg"; fi
as_postgres "$bin/initdb" -U postgres -A trust -E UTF8 --locale=C.UTF-8 --locale-provider=icu --icu-locale=en-US --no-sync \
  -D "$folder/pg/data" >/dev/null
# Nothing is lost that anybody looks for: the power does not fail meanwhile.
as_postgres "$bin/pg_ctl" -D "$folder/pg/data" -s -w -l "$folder/pg/log" \
  -o "-c listen_addresses= -c unix_socket_directories=$folder/pg -c fsync=off" start

for file in "$@"; do
  echo "CREATE DATABASE \"$(basename "$file" .jsonl)\";"
done | as_postgres "$bin/psql" -q -v ON_ERROR_STOP=1 -h "$folder/pg" -U postgres postgres
# The runner puts the name of the file, without its end, in the place of {stem}.
python3 "$runner" --server "$demo --database postgres:///{stem}?host=$folder/pg&user=postgres" "$@"
