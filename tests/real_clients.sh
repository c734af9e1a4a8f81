#!/usr/bin/env bash
# Drives the demo with programs that others wrote: scim2-cli, scim-sim, and the OAuth 2 client of requests-oauthlib. What they
# print is checked, and what one of them did is looked at with another.
#
#   tests/real_clients.sh [DEMO]     DEMO: the server (default: as `cargo build --example axum_server` leaves it)
#
# Needs Python 3.10 or later; the programs are installed by pip into a folder that is gone afterwards, as are all processes.
# Exit status: 0 all is as expected; 1 something is not; 2 the programs could not be installed, or there is no server.
set -euo pipefail
cd "$(dirname "$0")/.."

demo=${1:-${CARGO_TARGET_DIR:-target}/debug/examples/axum_server}
# Pinned, so that two runs mean the same.
programs="scim2-cli==0.6.0 scim-sim==0.2.0 requests-oauthlib==2.0.0"

workdir=$(mktemp -d)
server=
cleanup() {
  if [ -n "$server" ]; then kill "$server" 2>/dev/null || true; wait "$server" 2>/dev/null || true; fi
  rm -rf "$workdir"
}
trap cleanup EXIT

# What is asked of these programs is on their command lines, unless said otherwise.
exec </dev/null

fail() { printf 'real clients: %s\n' "$*" >&2; exit 1; }

[ -x "$demo" ] || { echo "real clients: no server at $demo: run \`cargo build --example axum_server\`" >&2; exit 2; }
# shellcheck disable=SC2086
{ python3 -m venv "$workdir/venv" && "$workdir/venv/bin/pip" install -q --disable-pip-version-check $programs; } >&2 \
  || { echo "real clients: the programs could not be installed" >&2; exit 2; }
PATH=$workdir/venv/bin:$PATH
# scim-sim keeps its settings at home; what is said is UTF-8 wherever this runs; loopback needs no proxy.
export HOME=$workdir PYTHONIOENCODING=utf-8 NO_PROXY=127.0.0.1 no_proxy=127.0.0.1

# The system chooses the port, and the server says which.
secret=a-secret-of-the-client password="a password to allow it"
callback=https://idp.example.com/callback
"$demo" --listen 127.0.0.1:0 --database memory --tenant main=cli-token --tenant second=sim-token \
  --admin-password "$password" --oauth-client "main=idp:$secret" --oauth-redirect "idp=$callback" >"$workdir/demo.log" 2>&1 &
server=$!
for _ in $(seq 300); do
  address=$(sed -n 's/.*listening address=\([0-9.:]*\).*/\1/p' "$workdir/demo.log")
  [ -z "$address" ] || break
  kill -0 "$server" 2>/dev/null || { cat "$workdir/demo.log" >&2; fail "the server has ended"; }
  sleep 0.1
done
[ -n "$address" ] || fail "the server does not say where it listens"
origin=http://$address base=http://$address/scim/v2

# check NAME EXPRESSION: whether a Python expression over `said` (the JSON of the last answer) and `text` (as it was printed) holds.
check() {
  python3 - "$2" "$workdir/said" <<'PY' || { cat "$workdir/said" >&2; fail "$1: expected $2"; }
import json, sys
text = open(sys.argv[2], encoding="utf-8").read()
try:
    said = json.loads(text)
except ValueError:
    said = None
sys.exit(not eval(sys.argv[1]))
PY
  echo "ok  $1"
}

id_said() { python3 -c 'import json, sys; print(json.load(open(sys.argv[1]))["id"])' "$workdir/said"; }

# run COMMAND...: its output is what `check` looks at; its failure ends this.
run() { "$@" >"$workdir/said" 2>"$workdir/errors" || { cat "$workdir/said" "$workdir/errors" >&2; fail "failed: $*"; }; }

# fails COMMAND...: the same, where it has to fail.
fails() { if "$@" >"$workdir/said" 2>&1; then cat "$workdir/said" >&2; fail "did not fail: $*"; fi; }

echo "== scim2-cli"
export SCIM_CLI_URL=$base SCIM_CLI_HEADERS="Authorization: Bearer cli-token"
run scim2 create user --user-name bjensen --display-name Barbara --emails '[{"value": "bj@example.com", "type": "work"}]'
check "a user is created" 'said["userName"] == "bjensen" and said["active"] is True and said["meta"]["resourceType"] == "User"'
user=$(id_said)
fails scim2 create user --user-name BJENSEN
check "a second one of that name is not" '"uniqueness" in text or "409" in text'
run scim2 search user --filter 'userName eq "bjensen" and emails.type eq "work"'
check "the user is found" "said['totalResults'] == 1 and said['Resources'][0]['id'] == '$user'"
run scim2 search user --filter 'userName eq "nobody"'
check "nobody is not" 'said["totalResults"] == 0'
run scim2 modify user "$user" replace displayName "Babs Jensen" replace active false add emails '[{"value": "b@example.org"}]'
check "the user is modified" 'said["displayName"] == "Babs Jensen" and said["active"] is False and len(said["emails"]) == 2'
printf '{"schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "id": "%s", "userName": "bjensen", "displayName": "Barbara",
  "active": true}' "$user" >"$workdir/body"
run scim2 replace user <"$workdir/body"
check "the user is replaced" 'said["displayName"] == "Barbara" and said["active"] is True and not said.get("emails")'
run scim2 create group --display-name "Tour Guides" --members "[{\"value\": \"$user\"}]"
check "a group is created" "[member['value'] for member in said['members']] == ['$user']"
group=$(id_said)
run scim2 query user "$user"
check "the user is in the group" "[group['value'] for group in said['groups']] == ['$group']"
run scim2 modify group "$group" remove "members[value eq \"$user\"]"
run scim2 query group "$group"
check "the member is removed" 'said["displayName"] == "Tour Guides" and not said.get("members")'
run scim2 delete group "$group"
run scim2 delete user "$user"
run scim2 query user
check "user and group are deleted" 'said["totalResults"] == 0'
fails scim2 query user "$user"
check "the user is not found any more" '"404" in text or "not found" in text.lower()'

echo "== scim-sim"
printf '%s\nwrong\n' "$base" >"$workdir/answers"
run scim-sim setup <"$workdir/answers"
check "a wrong token is told from a wrong address" '"Token is invalid" in text'
printf '%s\nsim-token\n' "$base" >"$workdir/answers"
run scim-sim setup <"$workdir/answers"
check "it is set up" '"Configuration saved" in text'
run scim-sim add-user
check "a user is created" '"User created successfully" in text'
user=$(sed -n 's/.*User ID: //p' "$workdir/said")
run scim-sim create-group Engineering
check "a group is created" '"created successfully" in text'
group=$(sed -n 's/.*Group ID: //p' "$workdir/said")
run scim-sim create-group engineering
check "a second one of that name is not" '"Failed to create group" in text and "uniqueness" in text'
run scim-sim add-to-group "$user" "$group"
check "the user is added" '"added to group" in text'
run scim-sim show
check "group and member are shown" "text.index('$group') < text.index('$user') and 'Ungrouped' not in text"
run scim2 query user
check "another tenant sees none of it" 'said["totalResults"] == 0'
run env SCIM_CLI_HEADERS="Authorization: Bearer sim-token" scim2 query user "$user"
check "another program sees it" "[group['display'] for group in said['groups']] == ['Engineering']"
run scim-sim remove-from-group "$user" "$group"
check "the user is removed" '"removed from group" in text'
run scim-sim show
check "the user is shown without a group" '"Ungrouped" in text'
run scim-sim add-to-group "$user" "$group"
run scim-sim delete-group "$group"
check "the group is deleted with its members" 'text.count("deleted successfully") == 2'
run scim-sim show
check "nothing is left" '"(empty)" in text'

echo "== requests-oauthlib"
run env OAUTHLIB_INSECURE_TRANSPORT=1 python3 - "$origin" "$secret" "$password" "$callback" <<'PY'
import html.parser, json, sys
import requests
from oauthlib.oauth2 import BackendApplicationClient
from requests_oauthlib import OAuth2Session

origin, secret, password, callback = sys.argv[1:]


class Form(html.parser.HTMLParser):
    fields = {}

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        if tag == "input" and attrs.get("type") == "hidden":
            self.fields[attrs["name"]] = attrs["value"]


session = OAuth2Session("idp", redirect_uri=callback, scope=["scim"], pkce="S256")
url, _ = session.authorization_url(origin + "/oauth/authorize")
browser = requests.Session()
form = Form()
form.feed(browser.get(url).text)
answer = browser.post(url, {**form.fields, "password": password, "decision": "allow"}, allow_redirects=False)
session.fetch_token(origin + "/oauth/token", authorization_response=answer.headers["Location"], client_secret=secret)
statuses = [session.get(origin + "/scim/v2/Users").status_code]
session.refresh_token(origin + "/oauth/token", client_id="idp", client_secret=secret)
statuses.append(session.get(origin + "/scim/v2/Users").status_code)
own = OAuth2Session(client=BackendApplicationClient("idp"))
own.fetch_token(origin + "/oauth/token", client_secret=secret)
statuses.append(own.get(origin + "/t/main/scim/v2/Groups").status_code)
print(json.dumps({"status": statuses, "refreshable": "refresh_token" in session.token}))
PY
check "code with PKCE, refresh, and the client's own credentials" 'said == {"status": [200, 200, 200], "refreshable": True}'

kill "$server"
wait "$server" || fail "the server did not end well"
server=
echo "real clients: all as expected"
