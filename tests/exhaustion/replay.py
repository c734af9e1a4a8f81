"""Replays requests that would use up what all tenants share, one case after the other, and prints a table."""

import argparse
import sys
import time

import connections
import engines
import messages
from server import Server

CASES = [*engines.CASES, *messages.CASES, *connections.CASES]


def run(case, demo):
    """One line of the table; whether the bounds hold."""
    started = time.monotonic()
    with Server(demo, case.database, *case.flags) as server:
        holds, now = case.measure(server)
    print(f"{'ok  ' if holds else 'FAIL'} {case.name}")
    print(f"       before: {case.before}")
    print(f"       now:    {now}")
    if case.bound:
        print(f"       bound:  {case.bound}: weaker than what is asked")
    print(f"       asked:  {case.asked}  ({time.monotonic() - started:.0f} s)", flush=True)
    return holds


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--demo", required=True)
    parser.add_argument("cases", nargs="*", help="parts of the names of cases; all of them without any")
    options = parser.parse_args()
    wanted = [case for case in CASES if not options.cases or any(part in case.name for part in options.cases)]
    if not wanted:
        sys.exit("there is no such case")
    results = [run(case, options.demo) for case in wanted]
    print(f"{results.count(True)} passed, {results.count(False)} failed")
    sys.exit(0 if all(results) else 1)


if __name__ == "__main__":
    main()
