"""What a lead's record costs and is worth: durable lines, resume, and what a kill -9 loses."""

import json
import os
import re
import signal
import subprocess
import time
from collections import Counter

from . import clients, process
from .server import Server
from .uploads import MOST


def measure(bench):
    lines = bench.rows(100_000)
    bench.take_turns("durable lines, 64 writers", {kind: durable(bench, kind, 64, lines) for kind in ("journal", "bare")})
    bench.take_turns("group commit", group_commit(bench))
    killed = ("leadload", "aiohttp+uvloop", "reqstorm", "csv2http", "qsv fetchpost")
    bench.take_turns("kill -9", {name: kill(bench, name) for name in killed})
    resume(bench)


def group_commit(bench):
    """More and more writers that wait at the same time: where does one sync for all of them stop to be faster?"""
    writers = (1, 4, 16, 64, 256, 1024)
    return {f"{count:,} waiting": durable(bench, "journal", count, max(count, bench.rows(min(100_000, 4000 * count)))) for count in writers}


def durable(bench, kind, writers, lines):
    def once():
        folder = bench.work()
        output = folder / "out.json"
        used = process.run([bench.bare("durable"), kind, folder / "lines.jsonl", writers, lines], env=bench.environment(), cwd=str(folder), output=output)
        told = json.loads(output.read_text())
        return used | {"rate": told["lines"] / told["seconds"], "syncs": told["syncs"] / told["seconds"], "per_sync": told["lines"] / told["syncs"]}

    return once


def kill(bench, name):
    return lambda: killed(bench, clients.CLIENTS[name])


def killed(bench, client):
    """Kills it in the middle of an upload, and counts the created leads of which its files know nothing."""
    with Server(bench.bare("leadload-peers-server"), 20) as server:
        folder = bench.work()
        file = clients.head(bench.data("e164", MOST), 10_000, folder)
        order = clients.Order(server.create, server.api, file, 10_000, 64, folder)
        command = client.command(bench, order)
        child = process.start(command, env=bench.environment(), cwd=str(folder))
        until = time.monotonic() + 60
        while server.counts()["creates"] < (2000 if client.share_slow == 1.0 else 50) and time.monotonic() < until:
            time.sleep(0.01)
        os.killpg(child.pid, signal.SIGKILL)
        child.wait()
        time.sleep(0.2)
        created = server.phones()
        known = digits_in(folder, file)
        outcome = {"created": len(created), "lost": sum(1 for phone in created if phone not in known)}
        return outcome | (resumed(bench, server, command, folder) if client is clients.CLIENTS["leadload"] else {})


def digits_in(folder, file):
    """Every number in whatever the client has written."""
    texts = (path.read_bytes() for path in folder.iterdir() if path.is_file() and path != file)
    return {number.decode() for text in texts for number in re.findall(rb"\d{8,15}", text)}


def resumed(bench, server, command, folder):
    """The same command again: afterwards each lead is there exactly once."""
    process.run(command, env=bench.environment(), cwd=str(folder), beside=[server.pid])
    counts = Counter(server.phones())
    return {"twice": sum(1 for count in counts.values() if count > 1), "never": 10_000 - len(counts)}


def resume(bench):
    """A results file as an import of a million leads leaves it, and the same command again: nothing is sent."""
    rows = bench.rows(1_000_000)
    folder = bench.folder / "resume"
    folder.mkdir(exist_ok=True)
    results = folder / f"{rows}.results.jsonl"
    results.unlink(missing_ok=True)
    with Server(bench.bare("leadload-peers-server")) as server:
        print(f"importing {rows:,} leads …", flush=True)
        made = process.run(import_all(bench, server, bench.data("csv", rows), results), ok=(0, 1), env=bench.environment(), cwd=str(folder), beside=[server.pid])
        made["rate"] = rows / made["seconds"]
        bench.results["import of all leads"] = {"leadload": [made]}
        one = clients.head(bench.data("csv", rows), 1, folder)
        again = import_all(bench, server, one, results)
        bench.take_turns("resume", {
            "leadload": reading(bench, again, results, rows),
            "bare line reader": reading(bench, [bench.bare("resume"), results], results, rows),
        })
    subprocess.run(["rm", "-r", folder], check=True)


def import_all(bench, server, file, results):
    command = [bench.leadload, "import", file, "--platform", "autocalls", "--base-url", server.api, "--campaign-column", "campaign"]
    command += ["--region-column", "country", "--rate", "1000000/s", "--concurrency", "64", "--yes", "--quiet"]
    return [*command, "--results", results]


def reading(bench, command, results, leads):
    def once():
        used = process.run(command, ok=(0, 1), env=bench.environment(), cwd=str(bench.work()))
        return used | {"rate": leads / used["seconds"], "bytes": results.stat().st_size}

    return once
