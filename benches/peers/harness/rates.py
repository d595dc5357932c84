"""The allowed rate: how much of it is used, and the most that any window of its length holds."""

from concurrent.futures import ThreadPoolExecutor

from . import clients, process
from .server import Server
from .uploads import MOST

WINDOW = 1.0
# So many a second, for so many seconds. The slow ones leave the machine idle: there all clients run at once.
CASES = ((1, 12, "together"), (50, 6, "together"), (500, 5, "one by one"), (2000, 5, "one by one"))


def measure(bench):
    for rate, seconds, how in CASES:
        leads = rate * seconds // min(bench.smaller, 2)
        variants = {name: variant(bench, client, rate, leads) for name, client in clients.CLIENTS.items() if client.has_rate}
        if how == "together":
            variants = together(variants)
        bench.take_turns(f"rate, {rate:,} a second", variants)


def together(variants):
    """All are started by the first turn; each then waits for its own."""
    pool = ThreadPoolExecutor(len(variants))
    running = {}

    def turn(name):
        def once():
            if name not in running:
                running.update({other: pool.submit(measure_one) for other, measure_one in variants.items() if other not in running})
            # What the others of its own kind took disturbs nobody at such rates.
            return {figure: value for figure, value in running.pop(name).result().items() if figure != "others"}

        return once

    return {name: turn(name) for name in variants}


def variant(bench, client, rate, leads):
    leads = leads if rate <= 50 else int(leads * client.share_rate)
    return lambda: paced(bench, client, rate, leads)


def paced(bench, client, rate, leads):
    with Server(bench.bare("leadload-peers-server")) as server:
        folder = bench.folder / "work" / f"rate-{server.pid}"
        folder.mkdir(parents=True)
        file = clients.head(bench.data("e164", MOST), leads, folder)
        order = clients.Order(server.create, server.api, file, leads, 64, folder, rate=rate)
        used = process.run(client.command(bench, order), env=bench.environment(), cwd=str(folder), beside=[server.pid])
        times = server.times("creates")
        requests = server.times("requests")
    if len(times) != leads:
        raise process.Failed(f"{len(times)} of {leads} leads were created")
    share = (len(times) - 1) / (times[-1] - times[0]) / rate
    return {"share": share, "most": most_in_a_window(requests), "allowed": rate, "leads": leads, "others": used["others"]}


def most_in_a_window(times):
    """The most of `times` (in order) in any window, wherever it begins."""
    most = first = 0
    for last, time in enumerate(times):
        while time - times[first] >= WINDOW:
            first += 1
        most = max(most, last - first + 1)
    return most
