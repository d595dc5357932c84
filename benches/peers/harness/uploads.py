"""Uploads: leads a second as the server counts them, and what 10,000 leads cost the client."""

from . import clients, process
from .server import Server

# The most rows of an upload: numbers for fiction are few.
MOST = 60_000


def measure(bench):
    for latency, in_flight, leads in ((20, 64, 12_000), (20, 256, 40_000), (0, 64, 40_000)):
        with Server(bench.bare("leadload-peers-server"), latency) as server:
            section = f"upload, {latency} ms, {in_flight} in flight"
            bench.take_turns(section, speeds(bench, server, leads, in_flight, latency))
    with Server(bench.bare("leadload-peers-server")) as server:
        bench.take_turns("10,000 leads, plain", costs(bench, server))
    folder = bench.work().parent
    with Server(bench.bare("leadload-peers-server"), folder=folder) as server:
        bench.take_turns("10,000 leads, TLS", costs(bench, server))


def speeds(bench, server, leads, in_flight, latency):
    def variant(client):
        share = client.share_slow if latency else client.share_fast
        count = bench.rows(int(leads * share))
        return lambda: upload(bench, server, client, count, in_flight)

    return {name: variant(client) for name, client in clients.CLIENTS.items()}


def costs(bench, server):
    def variant(client):
        # Never fewer, also where it should be quick: starting counts. Only for the slowest that makes no difference.
        return lambda: upload(bench, server, client, 10_000 if client.share_fast > 0.1 else 2_000, 64)

    usable = clients.CLIENTS.items()
    return {name: variant(client) for name, client in usable if client.speaks_tls or not server.certificate}


def upload(bench, server, client, leads, in_flight):
    folder = bench.work()
    file = clients.head(bench.data("e164", MOST), leads, folder)
    order = clients.Order(server.create, server.api, file, leads, in_flight, folder, certificate=server.certificate)
    server.reset()
    used = process.run(client.command(bench, order), env=bench.environment(), cwd=str(folder), beside=[server.pid])
    seen = server.counts()
    if seen["creates"] != leads:
        raise process.Failed(f"{seen['creates']} of {leads} leads were created")
    return used | {
        "leads": leads,
        "rate": leads / (seen["ended"] - seen["first"]),
        "whole_rate": leads / used["seconds"],
        "cpu_10000": used["cpu"] / leads * 10_000,
    }
