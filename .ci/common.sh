# What the steps share; each begins by sourcing this. The step then runs at the root of the repository, with `workdir`, a folder
# of its own that is gone afterwards, as is every process that was started here.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

# Debug information would only cost time and space here.
export CARGO_PROFILE_DEV_DEBUG=0 CARGO_PROFILE_TEST_DEBUG=0 CARGO_INCREMENTAL=0

target=$(realpath -m "${CARGO_TARGET_DIR:-target}")
demo=$target/debug/examples/axum_server
# Runners of wire transcripts, vectors and conformance suites stand beside the repository; what is not there is left out.
shared=$(realpath -m ../shared)

server=
workdir=$(mktemp -d)
cleanup() {
  if [ -n "$server" ]; then kill "$server" 2>/dev/null || true; wait "$server" 2>/dev/null || true; fi
  rm -rf "$workdir"
}
trap cleanup EXIT

heading() { printf '\n== %s\n' "$*"; }

install() { apt-get update -q && apt-get install -qy "$@"; }

need_python() {
  python3 -c 'import ensurepip, venv' 2>/dev/null || install python3 python3-venv
}

# Tests over PostgreSQL then fail where it is missing, rather than being left out.
need_postgres() {
  [ -n "$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null)" ] || command -v initdb >/dev/null || install postgresql
  export SCIMWIRE_REQUIRE_POSTGRES=1
}

# The same for tests of the console in a browser.
need_chromium() {
  { command -v chromium && command -v chromedriver; } >/dev/null || install chromium chromium-driver
  export SCIMWIRE_REQUIRE_CHROMIUM=1
}

# need_shared FOLDER: ends the step well where the folder is not beside the repository.
need_shared() {
  if [ ! -d "$shared/$1" ]; then
    echo "$shared/$1 is not here: left out"
    exit 0
  fi
}

build_demo() { cargo build --all-features --example axum_server; }

# Lines of a package that is published, a space, and one of its features; the features of each begin with none.
features_of_packages() {
  cargo metadata --no-deps --format-version 1 | python3 -c '
import json, sys
for package in json.load(sys.stdin)["packages"]:
    if package["publish"] != []:
        for feature in ["", *sorted(set(package["features"]) - {"default"})]:
            print(package["name"], feature)'
}

# Starts the demo on a free port with the flags given; $base is then its SCIM base URL.
start_demo() {
  local port
  port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
  "$demo" --listen "127.0.0.1:$port" --database memory --tenant main=vectors "$@" >"$workdir/demo.log" 2>&1 &
  server=$!
  base="http://127.0.0.1:$port/scim/v2"
  python3 - "$base" <<'PY'
import sys, time, urllib.error, urllib.request
for _ in range(300):
    try:
        urllib.request.urlopen(sys.argv[1] + "/ServiceProviderConfig")
    except urllib.error.HTTPError:
        sys.exit(0)
    except OSError:
        time.sleep(0.1)
    else:
        sys.exit(0)
sys.exit("the demo does not answer")
PY
}

stop_demo() {
  kill "$server"
  wait "$server"
  server=
}
