#!/usr/bin/env bash
# Two processes of the demo over one PostgreSQL, while eight clients write to both: one process is killed and started again,
# then the database fails over to its synchronous standby. Afterwards all that was acknowledged has to be there, once.
# Then SQLite: a process that is killed twenty times in the middle of writes.
#
#   tests/failover.sh [postgres|sqlite] [ROUNDS]
#
# Needs PostgreSQL (Debian's `postgresql`), Python 3, and the demo: `cargo build --example axum_server`, or $DEMO.
set -euo pipefail
cd "$(dirname "$0")/.."

what=${1:-all}
rounds=${2:-1}
demo=${DEMO:-${CARGO_TARGET_DIR:-target}/debug/examples/axum_server}
demo=$(realpath "$demo")
clients=$PWD/tests/failover/clients.py
token=failover

workdir=$(mktemp -d)
chmod 755 "$workdir"
declare -A running=()
servers=()

# PostgreSQL does not run as root.
as_postgres() {
  if [ "$(id -u)" = 0 ]; then (cd / && setpriv --reuid=65534 --regid=65534 --clear-groups "$@"); else "$@"; fi
}

cleanup() {
  for pid in "${running[@]}"; do kill -9 "$pid" 2>/dev/null || true; done
  for data in "${servers[@]}"; do as_postgres "$bin/pg_ctl" -D "$data" -s -m immediate stop 2>/dev/null || true; done
  rm -rf "$workdir"
}
trap cleanup EXIT

# Starts a process of the demo on a port; it is named so that it can be killed.
start_demo() {
  local name=$1 port=$2 database=$3
  "$demo" --listen "127.0.0.1:$port" --database "$database" --tenant "main=$token" >>"$workdir/$name.log" 2>&1 &
  running[$name]=$!
}

kill_demo() {
  kill -9 "${running[$1]}"
  wait "${running[$1]}" 2>/dev/null || true
  unset "running[$1]"
}

free_port() {
  python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

# Starts a database server on a socket in a folder of its own.
start_server() {
  local data=$1 settings=$2
  as_postgres "$bin/pg_ctl" -D "$data" -s -w -l "$data.log" \
    -o "-c listen_addresses= -c unix_socket_directories=$(dirname "$data") $settings" start
  servers+=("$data")
}

# Makes a primary and a standby that has each commit before it is acknowledged.
start_cluster() {
  local folder=$1
  for place in one two; do
    mkdir "$folder/$place"
    if [ "$(id -u)" = 0 ]; then chown 65534:65534 "$folder/$place"; fi
  done
  as_postgres "$bin/initdb" -U postgres -A trust -E UTF8 --locale=C.UTF-8 --locale-provider=icu --icu-locale=en-US \
    -D "$folder/one/data" >/dev/null
  start_server "$folder/one/data" "-c wal_level=replica -c hot_standby=on"
  as_postgres "$bin/psql" -q -h "$folder/one" -U postgres -c "CREATE DATABASE scim" postgres
  as_postgres "$bin/pg_basebackup" -h "$folder/one" -U postgres -D "$folder/two/data" -R -X stream -c fast
  # The name by which the primary waits for it.
  as_postgres sh -c "echo \"primary_conninfo = 'host=$folder/one user=postgres application_name=standby'\" >>'$folder/two/data/postgresql.auto.conf'"
  start_server "$folder/two/data" "-c hot_standby=on"
  as_postgres "$bin/psql" -q -h "$folder/one" -U postgres postgres \
    -c "ALTER SYSTEM SET synchronous_standby_names = 'standby'" -c "SELECT pg_reload_conf()" >/dev/null
}

# The primary is gone at once; the standby takes over.
fail_over() {
  local folder=$1
  as_postgres "$bin/pg_ctl" -D "$folder/one/data" -s -m immediate stop
  as_postgres "$bin/pg_ctl" -D "$folder/two/data" -s -w promote
}

postgres_round() {
  local folder first second database
  folder=$(mktemp -d "$workdir/cluster.XXXX")
  chmod 755 "$folder"
  servers=()
  start_cluster "$folder"
  database="postgres:///scim?host=$folder/one,$folder/two&user=postgres&target_session_attrs=read-write"
  first=$(free_port)
  start_demo first "$first" "$database"
  second=$(free_port)
  start_demo second "$second" "$database"
  python3 "$clients" run --token "$token" --journal "$folder/journal" --seconds 14 "$first" "$second" &
  running[clients]=$!
  sleep 4
  kill_demo first
  echo "one process was killed"
  sleep 1
  start_demo first "$first" "$database"
  sleep 3
  fail_over "$folder"
  echo "the database failed over"
  wait "${running[clients]}"
  unset "running[clients]"
  python3 "$clients" check --token "$token" --journal "$folder/journal" "$first" "$second"
  kill_demo first
  kill_demo second
  as_postgres "$bin/pg_ctl" -D "$folder/two/data" -s -m immediate stop
  servers=()
}

sqlite_round() {
  local folder port
  folder=$(mktemp -d "$workdir/file.XXXX")
  port=$(free_port)
  start_demo only "$port" "sqlite:$folder/scim.db"
  python3 "$clients" run --token "$token" --journal "$folder/journal" --seconds 25 "$port" &
  running[clients]=$!
  for _ in $(seq 20); do
    sleep 0.8
    kill_demo only
    start_demo only "$port" "sqlite:$folder/scim.db"
  done
  wait "${running[clients]}"
  unset "running[clients]"
  python3 "$clients" check --token "$token" --journal "$folder/journal" "$port"
  kill_demo only
}

bin=$(dirname "$(find /usr/lib/postgresql/*/bin /usr/local/bin /usr/bin -name initdb 2>/dev/null | sort | head -1)")
for round in $(seq "$rounds"); do
  if [ "$what" != sqlite ]; then
    if [ ! -x "$bin/pg_basebackup" ]; then echo "PostgreSQL is not installed"; exit 1; fi
    echo "-- PostgreSQL, round $round"
    postgres_round
  fi
  if [ "$what" != postgres ]; then
    echo "-- SQLite, round $round"
    sqlite_round
  fi
done
