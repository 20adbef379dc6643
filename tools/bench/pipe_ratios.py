"""What tools/bench/record, report and compare share: running skep_bench_pipe, and what is made of its rows.

Absolute figures say little on a machine that others share, so each row is judged by its ratio to the floor that the same
run measured beside it (see tools/bench/pipe). A cost is how bad a row is: more is worse, whatever its unit.
"""

import json
import math
import os
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BENCH = ROOT / "build/release/tools/bench/skep_bench_pipe"
SKEP = ROOT / "build/release/skep"
RECORDED = ROOT / "tools/bench/ratios.json"
PARTS = ("trips", "pipelined", "durable", "large", "start", "memory")

# What a change must be at least to be called one, as a factor.
WORSE = 1.10


def server_command(text):
    """A path is served; more than one word is a command line as it stands."""
    words = text.split()
    return [str(Path(text).resolve()), "serve"] if len(words) == 1 else words


def measure(command, part, rounds):
    """The rows of one part, as skep_bench_pipe prints them. RuntimeError: it could not."""
    run = subprocess.run([BENCH, "--json", "--only", part, "--rounds", str(rounds), *command], capture_output=True,
                         text=True, check=False)
    if run.returncode != 0:
        raise RuntimeError(run.stderr.strip() or f"{BENCH} ended with status {run.returncode}")
    rows = json.loads(run.stdout)["rows"]
    # Of one round the best is the only one, which has a row of its own.
    return [row for row in rows if rounds > 1 or "pipelined, best" not in row["name"]]


def cost(row):
    """What a row costs against its floor; of rows without one (memory), what it costs."""
    value = row.get("ratio", row["value"])
    return 1 / value if row["unit"].endswith("/s") else value


def median(values):
    values = sorted(values)
    middle = len(values) // 2
    return values[middle] if len(values) % 2 else (values[middle - 1] + values[middle]) / 2


def median_interval(values, confidence=0.95):
    """Between which two of the values the true median lies, whatever their distribution (order statistics: how many lie
    below it is binomial). None: there are too few for that, fewer than six at 95 %."""
    values, count = sorted(values), len(values)
    tail, below = 0.0, 0
    while below < count / 2:
        tail += math.comb(count, below) / 2**count
        if 2 * tail > 1 - confidence:
            break
        below += 1
    return (values[below - 1], values[count - below]) if below > 0 else None


def verdict(ratios):
    """What the paired ratios of costs, B over A, show: (word, median, interval)."""
    middle, interval = median(ratios), median_interval(ratios)
    if interval is None:
        return "too few rounds", middle, None
    low, high = interval
    if low > 1:
        return ("WORSE" if middle >= WORSE else "worse, by less than 10 %"), middle, interval
    if high < 1:
        return ("better" if middle <= 1 / WORSE else "better, by less than 10 %"), middle, interval
    return "no difference shown", middle, interval


def machine():
    cpu = next((line.split(":", 1)[1].strip() for line in Path("/proc/cpuinfo").read_text().splitlines()
                if line.startswith("model name")), "unknown")
    return {"cpu": cpu, "cores": os.cpu_count(), "kernel": os.uname().release}


def revision():
    """The revision that is checked out; with "+" when files of it were changed. Nothing outside of a repository."""
    def git(*arguments):
        return subprocess.run(["git", "-C", ROOT, *arguments], capture_output=True, text=True, check=False).stdout.strip()

    head = git("rev-parse", "--short", "HEAD")
    return head + ("+" if head and git("status", "--porcelain", "--untracked-files=no", "src", "include") else "")
