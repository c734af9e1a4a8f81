"""What a case is made of, and what several of them measure."""

import dataclasses
import threading
import time
import typing


@dataclasses.dataclass
class Case:
    """A request, what it came to before there were limits, and what is asked; `bound` is what fails it where that is less."""

    name: str
    before: str
    asked: str
    measure: typing.Callable
    bound: str = ""
    database: str = "memory"
    flags: tuple = ()


def cpu_of(server, work):
    """What `work` answers, and how many seconds of CPU the server used for it."""
    before = server.cpu()
    answer = work()
    return answer, server.cpu() - before


def is_too_many(status, body):
    return status == 400 and isinstance(body, dict) and body.get("scimType") == "tooMany"


def shown(status, body):
    kind = body.get("scimType") if isinstance(body, dict) else None
    return f"{status} {kind}" if kind else f"{status}"


def percentile(values, part):
    values = sorted(values)
    return values[min(len(values) - 1, int(len(values) * part))]


class Neighbour(threading.Thread):
    """A client of another tenant that reads one user again and again, and notes how long each answer took."""

    def __init__(self, server, name):
        super().__init__(name=name)
        self.client = server.client("two")
        self.user = self.client.create(userName=name)
        self.times, self.refused = [], 0
        self.ends = threading.Event()

    def read(self):
        started = time.monotonic()
        status, _ = self.client.send("GET", f"/Users/{self.user}")
        self.times.append(time.monotonic() - started)
        self.refused += status != 200

    def run(self):
        while not self.ends.is_set():
            self.read()

    def alone(self, seconds):
        """The slowest hundredth while nobody attacks, in seconds."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self.read()
        slow, self.times = percentile(self.times, 0.99), []
        return slow

    def stop(self):
        self.ends.set()
        self.join()
        return percentile(self.times, 0.99)


def all_at_once(count, work):
    """Runs `work(n)` in so many threads; what each came to, in order."""
    results = [None] * count

    def one(index):
        try:
            results[index] = work(index)
        except Exception as err:  # a case decides what it makes of it
            results[index] = err

    threads = [threading.Thread(target=one, args=(index,)) for index in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results
