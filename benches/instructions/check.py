#!/usr/bin/env python3
"""Counts the instructions of each hot path, and compares them with those on record.

    check.py BINARY            fails where a path takes over 3 % more than record.json says, and says where one takes less
    check.py BINARY --renew    writes record.json anew

What a path takes by itself is the difference of two runs of so many rounds, divided by the rounds between them. The figures
depend on the compiler and on what the processor can do: where either is another than on record, they are shown and not
compared.
"""

import json
import os
import platform
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

RECORD = Path(__file__).parent / "record.json"
TOLERANCE = 0.03
# So many rounds of a path are run to see what it takes; then so many that what is rare, such as a table that grows, counts
# for little.
FIRST_LOOK = (20, 40)
INSTRUCTIONS = 20_000_000
# The allocator and the seeds of tables make a difference from run to run: the least of so many counts.
RUNS = 3


def count(binary, path, rounds):
    command = ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", binary, path, str(rounds)]
    done = subprocess.run(command, capture_output=True, text=True)
    found = re.search(r"Collected : (\d+)", done.stderr)
    if done.returncode or not found:
        sys.exit(f"{path}: {done.stderr}")
    return int(found[1])


def between(binary, path, few, many):
    return (count(binary, path, many) - count(binary, path, few)) / (many - few)


def each_round(binary, path):
    rounds = max(20, round(INSTRUCTIONS / between(binary, path, *FIRST_LOOK)))
    return round(min(between(binary, path, rounds, 2 * rounds) for _ in range(RUNS)))


def surroundings():
    """What the figures depend on beside the code."""
    flags = re.search(r"^flags\s*:(.*)$", Path("/proc/cpuinfo").read_text(), re.M)
    vectors = sorted({"avx2", "avx512f", "erms", "fsrm"} & set(flags[1].split() if flags else ()))
    compiler = subprocess.run(["rustc", "--version"], check=True, capture_output=True, text=True).stdout.strip()
    return {"compiler": compiler, "processor": " ".join([platform.machine(), *vectors])}


def main():
    binary, renew = sys.argv[1], sys.argv[2:] == ["--renew"]
    paths = subprocess.run([binary], check=True, capture_output=True, text=True).stdout.split()
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        counted = dict(zip(paths, pool.map(lambda path: each_round(binary, path), paths)))
    for path, unlimited in counted.items():
        limited = counted.get(path.removesuffix("_unlimited"), unlimited)
        if path.endswith("_unlimited"):
            print(f"the budget costs {limited / unlimited - 1:.1%} of {path}")
    here = surroundings()
    if renew:
        RECORD.write_text(json.dumps({**here, "instructions": counted}, indent=2) + "\n")
        return
    record = json.loads(RECORD.read_text())
    comparable = all(record[key] == value for key, value in here.items())
    worse, better = [], []
    for path, now in counted.items():
        before = record["instructions"].get(path)
        if before is None or now / before > 1 + TOLERANCE:
            worse.append(path)
        elif now / before < 1 - TOLERANCE:
            better.append(path)
        print(f"{path:24} {now:>10} of {before or 0:>10}" + (f"  {now / before - 1:+.1%}" if before else "  not on record"))
    if not comparable:
        print(f"not compared: on record are {record['compiler']} on {record['processor']}, here are {here['compiler']} on {here['processor']}")
        return
    if better:
        print("better than on record: " + ", ".join(better) + "; renew it, so that this is kept: .ci/instructions --renew")
    gone = sorted(set(record["instructions"]) - set(counted))
    if worse or gone:
        sys.exit("worse than on record, or gone: " + ", ".join(worse + gone) + "\nwhere that is meant, renew the record: .ci/instructions --renew")


main()
