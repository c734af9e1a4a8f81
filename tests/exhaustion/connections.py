"""Tokens by the thousand, and connections that hold what they have."""

import base64
import contextlib
import json
import socket
import statistics
import threading
import time

from case import Case

CLIENT = ("idp", "0123456789abcdef-one")
TOKENS = 2_000
# A connection that is still open then is taken for one that nobody closes.
PATIENCE = 45
CLOSED_BY = 30


def many_tokens(server):
    client = server.client()
    basic = base64.b64encode(":".join(CLIENT).encode()).decode()
    headers = {"Authorization": f"Basic {basic}", "Content-Type": "application/x-www-form-urlencoded"}

    def give():
        before = time.monotonic()
        status, text, _ = client.raw("POST", "/oauth/token", "grant_type=client_credentials", headers)
        return time.monotonic() - before, status, text

    times, refused, last = [], 0, None
    for _ in range(TOKENS):
        seconds, status, text = give()
        times.append(seconds)
        refused += status != 200
        last = text if status == 200 else last
    token = json.loads(last)["access_token"]
    good, _ = server.client(token).send("GET", "/Users?count=1")
    first, end = (statistics.median(part) * 1000 for part in (times[100:300], times[-200:]))
    holds = end < max(2 * first, first + 2) and good == 200
    return holds, f"{first:.2f} ms after 200, {end:.2f} ms after {TOKENS}, {refused} refused, the last one is good: {good == 200}"


class Silent(threading.Thread):
    """A connection that does not do its part; how long it was held is in `seconds`."""

    def __init__(self, port, name, begin=b"", drip=None):
        super().__init__(name=name)
        self.port, self.begin, self.drip = port, begin, drip
        self.seconds = None

    def run(self):
        started = time.monotonic()
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port)) as connection:
            connection.settimeout(1)
            connection.sendall(self.begin)
            while time.monotonic() - started < PATIENCE:
                with contextlib.suppress(TimeoutError):
                    if not connection.recv(65536):
                        break
                if self.drip:
                    connection.sendall(self.drip)
        self.seconds = time.monotonic() - started


class Unread(Silent):
    """A client that asks for large answers and reads none of them."""

    def __init__(self, port, request):
        super().__init__(port, "reads nothing", request)

    def run(self):
        started = time.monotonic()
        with contextlib.suppress(OSError), socket.socket() as connection:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            connection.settimeout(5)
            connection.connect(("127.0.0.1", self.port))
            while time.monotonic() - started < PATIENCE:
                # Fails once the server has given up; a full buffer is only to be waited for.
                with contextlib.suppress(TimeoutError):
                    connection.sendall(self.begin)
                time.sleep(0.5)
        self.seconds = time.monotonic() - started


def slow_connections(server):
    server.client().create(userName="user", title="t" * 4_000_000)
    head = b"POST /scim/v2/Users HTTP/1.1\r\nHost: localhost\r\n"
    authorized = head + b"Authorization: Bearer one\r\nContent-Type: application/scim+json\r\nContent-Length: 1000\r\n\r\n{"
    request = b"GET /scim/v2/Users HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer one\r\n\r\n"
    slow = [
        Silent(server.port, "sends nothing"),
        Silent(server.port, "half a head", head),
        Silent(server.port, "a header a second", head, b"X-More: 1\r\n"),
        Silent(server.port, "half a body", authorized),
        Unread(server.port, request),
    ]
    for connection in slow:
        connection.start()
    for connection in slow:
        connection.join()
    held = ", ".join(f"{connection.name} {connection.seconds:.0f} s" for connection in slow)
    return all(connection.seconds < CLOSED_BY + 5 for connection in slow), held


CASES = [
    Case(
        "2,000 client-credentials tokens",
        "43 ms each and growing",
        "flat",
        many_tokens,
        flags=("--oauth-client", f"main={CLIENT[0]}:{CLIENT[1]}"),
    ),
    Case(
        "connections that send nothing, half a head, a header a second, half a body; that read nothing",
        "for ever",
        "closed in 10 to 30 s",
        slow_connections,
    ),
]
