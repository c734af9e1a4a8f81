"""A process of the demo on a free loopback port, what it costs, and a client that talks to it."""

import contextlib
import http.client
import json
import os
import socket
import subprocess
import tempfile
import time

USER = "urn:ietf:params:scim:schemas:core:2.0:User"
PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group"
SEARCH = "urn:ietf:params:scim:api:messages:2.0:SearchRequest"
BULK = "urn:ietf:params:scim:api:messages:2.0:BulkRequest"
TICKS = os.sysconf("SC_CLK_TCK")
LONGEST = 120


class Server:
    """A running demo; `main` is the tenant that attacks, `other` its neighbour."""

    def __init__(self, demo, database, *flags):
        self.folder = tempfile.TemporaryDirectory()
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        database = database.replace("{tmp}", self.folder.name)
        command = [demo, "--listen", f"127.0.0.1:{self.port}", "--database", database, "--tenant", "main=one"]
        with open(os.path.join(self.folder.name, "log"), "wb") as log:
            self.process = subprocess.Popen([*command, "--tenant", "other=two", *flags], stdout=log, stderr=log)
        self.wait()

    def wait(self):
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 1):
                return
            time.sleep(0.05)
        self.end()
        raise SystemExit("the demo does not answer")

    def end(self):
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.folder.cleanup()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.end()

    def cpu(self):
        """Seconds of CPU that it has used."""
        with open(f"/proc/{self.process.pid}/stat", encoding="ascii") as stat:
            fields = stat.read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / TICKS

    def memory(self, what):
        """Memory in MB: `VmRSS` is now, `VmHWM` the most since `forget_peak`."""
        with open(f"/proc/{self.process.pid}/status", encoding="ascii") as status:
            line = next(line for line in status if line.startswith(what))
        return int(line.split()[1]) / 1024

    def forget_peak(self):
        with open(f"/proc/{self.process.pid}/clear_refs", "w", encoding="ascii") as refs:
            refs.write("5")

    def client(self, token="one"):
        return Client(self.port, token)


class Client:
    """One connection, kept alive."""

    def __init__(self, port, token):
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=LONGEST)
        self.headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/scim+json"}

    def raw(self, method, path, body=None, headers=None):
        """The status, the body as bytes, and the head of the answer."""
        try:
            self.connection.request(method, path, body, headers or self.headers)
            answer = self.connection.getresponse()
            return answer.status, answer.read(), answer
        except (OSError, http.client.HTTPException):
            self.connection.close()
            raise

    def send(self, method, path, body=None):
        """The status, and the body read as JSON."""
        if body is not None and not isinstance(body, bytes):
            body = json.dumps(body).encode()
        status, text, _ = self.raw(method, f"/scim/v2{path}", body)
        return status, json.loads(text) if text else None

    def create(self, **attributes):
        status, user = self.send("POST", "/Users", {"schemas": [USER], **attributes})
        if status != 201:
            raise SystemExit(f"a user could not be made: {status} {str(user)[:300]}")
        return user["id"]

    def create_many(self, users):
        """By bulk requests of a few megabytes."""
        ids = []
        for start in range(0, len(users), 50):
            some = users[start : start + 50]
            operations = [
                {"method": "POST", "path": "/Users", "bulkId": f"b{n}", "data": {"schemas": [USER], **user}}
                for n, user in enumerate(some)
            ]
            status, answer = self.send("POST", "/Bulk", {"schemas": [BULK], "Operations": operations})
            if status != 200 or any(it["status"] != "201" for it in answer["Operations"]):
                raise SystemExit(f"users could not be made: {status} {str(answer)[:300]}")
            ids += [it["location"].rsplit("/", 1)[1] for it in answer["Operations"]]
        return ids


def patch(*operations):
    return {"schemas": [PATCH], "Operations": list(operations)}
