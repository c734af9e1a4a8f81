"""Bodies, answers and cursors that are larger than they look."""

import json

from case import Case
from server import BULK, GROUP, SEARCH, USER

BASE_MEMORY = 60


def grown(server, work):
    """What `work` answers, and how many MB above the base the process had meanwhile."""
    base = server.memory("VmRSS")
    server.forget_peak()
    answer = work()
    return answer, server.memory("VmHWM") - base


def unknown_arrays(server):
    client = server.client()
    array = b"[" + b",".join([b'{"":0}'] * 99_999) + b"]"
    parts = b",".join(b'"unknown%d":%s' % (n, array) for n in range(14))
    body = b'{"schemas":["%s"],"userName":"user",%s}' % (USER.encode(), parts)
    (status, _), megabytes = grown(server, lambda: client.send("POST", "/Users", body))
    return status in (400, 413) and megabytes < BASE_MEMORY, f"{status}, {len(body) / 1e6:.1f} MB sent, {megabytes:.0f} MB above the base"


def unknown_attributes(server):
    client = server.client()
    user = client.create(userName="user")
    unknown = ",".join(f'"x{n}":{n}' for n in range(400_000))
    body = f'{{"schemas":["{USER}"],"userName":"user",{unknown}}}'.encode()

    def eight_times():
        return [client.send("PUT", f"/Users/{user}", body)[0] for _ in range(8)]

    statuses, megabytes = grown(server, eight_times)
    return megabytes < BASE_MEMORY, f"{statuses}, {len(body) / 1e6:.1f} MB sent, {megabytes:.0f} MB above the base"


def known_arrays(server):
    """Small objects take a hundred times their text."""
    client = server.client()
    array = b"[" + b",".join([b'{"":0}'] * 99_999) + b"]"
    parts = b",".join(b'"%s":%s' % (name, array) for name in (b"emails", b"phoneNumbers", b"ims"))
    body = b'{"schemas":["%s"],"userName":"user",%s}' % (USER.encode(), parts)
    (status, _), megabytes = grown(server, lambda: client.send("POST", "/Users", body))
    return status in (400, 413) and megabytes < BASE_MEMORY, f"{status}, {len(body) / 1e6:.1f} MB sent, {megabytes:.0f} MB above the base"


def unknown_members(server):
    """What nobody knows of a message."""
    client = server.client()
    array = "[" + ",".join(['{"":0}'] * 99_999) + "]"
    unknown = f'"a":{array},"b":{array}'
    search = f'{{"schemas":["{SEARCH}"],"count":1,{unknown}}}'.encode()
    bulk = f'{{"schemas":["{BULK}"],"Operations":[],{unknown}}}'.encode()

    def both():
        return [client.send("POST", path, body)[0] for path, body in (("/.search", search), ("/Bulk", bulk))]

    statuses, megabytes = grown(server, both)
    return statuses == [200, 200] and megabytes < BASE_MEMORY, f"{statuses}, {len(bulk) / 1e6:.1f} MB sent, {megabytes:.0f} MB above the base"


def large_page(server):
    """Pages end early, and lead to all users all the same."""
    client = server.client()
    for n in range(60):
        client.create(userName=f"user{n:02}", title="t" * 2_000_000)
    largest, pages, names, start = 0, 0, set(), 1
    while True:
        status, text, _ = client.raw("GET", f"/scim/v2/Users?count=200&startIndex={start}")
        page = json.loads(text)
        resources = page.get("Resources", [])
        if status != 200 or not resources or page["itemsPerPage"] != len(resources):
            break
        largest, pages = max(largest, len(text)), pages + 1
        names |= {user["userName"] for user in resources}
        start += len(resources)
        if start > page["totalResults"]:
            break
    holds = largest < 40_000_000 and len(names) == 60
    return holds, f"{pages} pages, the largest of {largest / 1e6:.0f} MB, {len(names)} users in all"


def large_groups(server):
    """A page is put together before it is written: it has to end while that is done."""
    client = server.client()
    members = [{"value": f"2819c223-7f76-453a-919d-{n:012}"} for n in range(50_000)]
    for n in range(12):
        group = {"schemas": [GROUP], "displayName": f"group{n:02}", "members": members}
        if client.send("POST", "/Groups", group)[0] != 201:
            raise SystemExit("a group could not be made")

    def walk():
        pages, names, start, total = 0, [], 1, 12
        while start <= total:
            status, text, _ = client.raw("GET", f"/scim/v2/Groups?count=100&startIndex={start}")
            page = json.loads(text)
            if status != 200 or not page.get("Resources"):
                break
            names += [group["displayName"] for group in page["Resources"]]
            pages, start, total = pages + 1, len(names) + 1, page["totalResults"]
        return pages, names

    (pages, names), megabytes = grown(server, walk)
    holds = names == [f"group{n:02}" for n in range(12)] and megabytes < 2 * BASE_MEMORY
    return holds, f"{pages} pages, {len(names)} groups in all, {megabytes:.0f} MB above the base"


def long_cursor(server):
    client = server.client()
    titles = [f"{'t' * 1_000_000}{n}" for n in range(6)]
    for n, title in enumerate(titles):
        client.create(userName=f"user{n}", title=title)
    longest, names, cursor = 0, [], ""
    while cursor is not None and len(names) < 20:
        status, page = client.send("GET", f"/Users?sortBy=title&count=1&attributes=userName&cursor={cursor}")
        if status != 200:
            return False, f"{status} {str(page)[:200]}"
        names += [user["userName"] for user in page["Resources"]]
        cursor = page.get("nextCursor")
        longest = max(longest, len(cursor or ""))
    holds = longest < 2048 and sorted(names) == [f"user{n}" for n in range(6)]
    return holds, f"cursors of {longest} bytes at most, {len(names)} users, each once: {len(set(names)) == 6}"


CASES = [
    Case(
        'POST with 14 unknown arrays of 99,999 x {"":0}',
        "950 MB of memory",
        "413 or 400, under 60 MB above the base",
        unknown_arrays,
    ),
    Case("PUT with 400,000 unknown attributes, 8 times", "531 MB", "under 60 MB above the base", unknown_attributes),
    Case('POST with 3 known arrays of 99,999 x {"":0}', "458 MB", "413 or 400, under 60 MB above the base", known_arrays),
    Case(
        'search and Bulk with 2 unknown arrays of 99,999 x {"":0}',
        "200 MB",
        "under 60 MB above the base",
        unknown_members,
    ),
    Case("60 users of 2 MB, GET /Users?count=200", "126 MB answer", "the page ends at the limit", large_page),
    Case("memory, 12 groups of 50,000, GET /Groups?count=100", "288 MB", "all of them, under 120 MB above the base", large_groups),
    Case(
        "SQLite, 12 groups of 50,000, GET /Groups?count=100",
        "the same",
        "all of them, under 120 MB above the base",
        large_groups,
        database="sqlite:{tmp}/scim.db",
    ),
    Case(
        "sortBy=title with titles of 1 MB, by cursor",
        "cursor of 1.4 MB",
        "cursor under 2 KB, the walk complete",
        long_cursor,
    ),
]
