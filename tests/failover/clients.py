"""Eight provisioning clients that write to several processes of the demo at random, and a check of what is there afterwards.

Each client owns some users: it makes them, changes their names, switches them off and on, puts them into groups that all
clients share, and takes them out. It repeats what was not acknowledged until it is, and keeps a journal of what was. A write
that was not acknowledged may have been done or not; the repetition settles it.
"""

import argparse
import http.client
import json
import random
import sys
import threading
import time

CLIENTS = 8
USERS = 6
GROUPS = 3
PATIENCE = 60
USER = "urn:ietf:params:scim:schemas:core:2.0:User"
GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group"
PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"


class Lost(Exception):
    """Whether a request was done is not known."""


class Servers:
    """The processes; each request goes to one at random."""

    def __init__(self, ports, token, seed):
        self.ports, self.token = ports, token
        self.random = random.Random(seed)
        self.repeated = 0

    def once(self, method, path, body=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.random.choice(self.ports), timeout=20)
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/scim+json"}
        try:
            connection.request(method, f"/scim/v2{path}", body and json.dumps(body), headers)
            answer = connection.getresponse()
            text = answer.read()
        except (OSError, http.client.HTTPException) as err:
            raise Lost(str(err)) from err
        finally:
            connection.close()
        if answer.status in (429, 503):
            raise Lost(f"{answer.status}")
        return answer.status, text and json.loads(text), answer.getheader("ETag")

    def send(self, method, path, body=None):
        """Repeats until there is an answer; also says whether it was the first attempt that was answered."""
        deadline = time.monotonic() + PATIENCE
        first = True
        while True:
            try:
                return *self.once(method, path, body), first
            except Lost as err:
                first = False
                self.repeated += 1
                if time.monotonic() > deadline:
                    raise SystemExit(f"{method} {path}: no answer for {PATIENCE} seconds: {err}") from err
                time.sleep(0.05 + self.random.random() / 10)


def patch(operations):
    return {"schemas": [PATCH], "Operations": operations}


def number(etag):
    return int(etag.strip('W/"'))


class Client(threading.Thread):
    """One client, its users, and what was acknowledged of them."""

    def __init__(self, index, servers, groups, ends):
        super().__init__(name=f"client {index}")
        self.index, self.servers, self.groups, self.ends = index, servers, groups, ends
        self.random = random.Random(index)
        self.users, self.writes, self.failure = {}, 0, None

    def run(self):
        try:
            for place in range(USERS):
                self.create(f"user-{self.index}-{place}")
            while time.monotonic() < self.ends:
                user = self.random.choice(list(self.users.values()))
                self.random.choice([self.rename, self.switch, self.member, self.member])(user)
                self.writes += 1
        except BaseException as err:
            self.failure = f"{self.name}: {err!r}"

    def create(self, name):
        body = {"schemas": [USER], "userName": name, "displayName": "0", "active": True}
        status, answer, _, first = self.servers.send("POST", "/Users", body)
        if status == 409 and not first:
            # An attempt that was not acknowledged was done.
            status, answer, _, _ = self.servers.send("GET", f"/Users?filter=userName%20eq%20%22{name}%22")
            answer = answer["Resources"][0]
        elif status != 201:
            raise AssertionError(f"create {name}: {status} {answer}")
        self.users[name] = {"id": answer["id"], "name": "0", "active": True, "groups": [], "version": number(answer["meta"]["version"])}

    def change(self, user, operations):
        status, answer, etag, first = self.servers.send("PATCH", f"/Users/{user['id']}", patch(operations))
        if status != 200:
            raise AssertionError(f"change of {user['id']}: {status} {answer}")
        # Only this client writes to the user: a change that was acknowledged raises the version, a repetition may not.
        risen = number(etag) - user["version"]
        if risen < 1 or (first and risen != 1):
            raise AssertionError(f"version of {user['id']}: {user['version']}, then {etag}")
        user["version"] = number(etag)

    def rename(self, user):
        name = str(int(user["name"]) + 1)
        self.change(user, [{"op": "replace", "path": "displayName", "value": name}])
        user["name"] = name

    def switch(self, user):
        self.change(user, [{"op": "replace", "value": {"active": not user["active"]}}])
        user["active"] = not user["active"]

    def member(self, user):
        group = self.random.choice(self.groups)
        if group in user["groups"]:
            operation = {"op": "remove", "path": f'members[value eq "{user["id"]}"]'}
        else:
            operation = {"op": "add", "path": "members", "value": [{"value": user["id"]}]}
        status, answer, _, _ = self.servers.send("PATCH", f"/Groups/{group}?excludedAttributes=members", patch([operation]))
        if status not in (200, 204):
            raise AssertionError(f"member of {group}: {status} {answer}")
        if group in user["groups"]:
            user["groups"].remove(group)
        else:
            user["groups"].append(group)


def run(servers, options):
    await_all(servers)
    groups = []
    for place in range(GROUPS):
        status, answer, _, _ = servers.send("POST", "/Groups", {"schemas": [GROUP], "displayName": f"group {place}"})
        if status != 201:
            raise SystemExit(f"group: {status} {answer}")
        groups.append(answer["id"])
    ends = time.monotonic() + options.seconds
    clients = [Client(index, Servers(options.ports, options.token, index), groups, ends) for index in range(CLIENTS)]
    for client in clients:
        client.start()
    for client in clients:
        client.join()
    failures = [client.failure for client in clients if client.failure]
    if failures:
        raise SystemExit("\n".join(failures))
    journal = {"groups": groups, "users": {name: user for client in clients for name, user in client.users.items()}}
    with open(options.journal, "w", encoding="utf-8") as file:
        json.dump(journal, file)
    writes, repeated = sum(client.writes for client in clients), sum(client.servers.repeated for client in clients)
    print(f"{writes} writes were acknowledged, {repeated} attempts were not")


def await_all(servers):
    for port in servers.ports:
        Servers([port], servers.token, 0).send("GET", "/ServiceProviderConfig")


def check(options):
    with open(options.journal, encoding="utf-8") as file:
        journal = json.load(file)
    wrong = []
    for port in options.ports:
        servers = Servers([port], options.token, 0)
        total = servers.send("GET", "/Users?count=0")[1]["totalResults"]
        if total != len(journal["users"]):
            wrong.append(f"{port}: {total} users, not {len(journal['users'])}")
        for name, user in journal["users"].items():
            _, found, etag, _ = servers.send("GET", f"/Users/{user['id']}")
            there = {"userName": found.get("userName"), "name": found.get("displayName"), "active": found.get("active"),
                     "groups": sorted(group["value"] for group in found.get("groups", []))}
            asked = {"userName": name, "name": user["name"], "active": user["active"], "groups": sorted(user["groups"])}
            if there != asked:
                wrong.append(f"{port}: {name} is {there}, and {asked} was acknowledged")
            if number(etag) != user["version"]:
                wrong.append(f"{port}: {name} has version {etag}, and {user['version']} was acknowledged")
        for group in journal["groups"]:
            _, found, _, _ = servers.send("GET", f"/Groups/{group}")
            members = sorted(member["value"] for member in found.get("members", []))
            asked = sorted(user["id"] for user in journal["users"].values() if group in user["groups"])
            if members != asked:
                wrong.append(f"{port}: group {group} has {len(members)} members, and {len(asked)} were acknowledged")
    if wrong:
        raise SystemExit("\n".join(wrong))
    print(f"all that was acknowledged is there, once: {len(journal['users'])} users, {len(journal['groups'])} groups")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("task", choices=["run", "check"])
    parser.add_argument("--token", required=True)
    parser.add_argument("--journal", required=True)
    parser.add_argument("--seconds", type=float, default=14)
    parser.add_argument("ports", nargs="+", type=int)
    options = parser.parse_args()
    if options.task == "run":
        run(Servers(options.ports, options.token, 99), options)
    else:
        check(options)


if __name__ == "__main__":
    sys.exit(main())
