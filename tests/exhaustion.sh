#!/usr/bin/env bash
# Requests that would use up what all tenants share, replayed against the demo: what each came to before there were limits, what
# it comes to now, and what was asked for. Ends with a failure where a bound does not hold.
#
#   tests/exhaustion.sh [CASE...]
#
# Needs Python 3 and the demo: `cargo build --release --example axum_server`, or $DEMO. Sends nothing beyond loopback; each case
# has a process of the demo of its own, which ends with it.
set -euo pipefail
cd "$(dirname "$0")/.."

demo=${DEMO:-${CARGO_TARGET_DIR:-target}/release/examples/axum_server}
exec python3 tests/exhaustion/replay.py --demo "$(realpath "$demo")" "$@"
