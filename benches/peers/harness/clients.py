"""How each client is told to create leads: a function for each gives its command.

`rate`: so many a second, where the client can be told; `None`: as fast as it can.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Callable, Optional

# What those send who send one body only: as long as that of a lead.
BODY = (
    '{"allow_dupplicate":false,"campaign_id":7,"phone_number":"+493023125001","variables":{"city":"Berlin",'
    '"company":"Example Trading & Partners","country":"DE","email":"ada.example.1@mailbox.customers-of-nobody.example.com",'
    '"first_name":"Ada","last_name":"Example"}}'
)
QSV_TEMPLATE = (
    '{"campaign_id":7,"phone_number":"{{ phone_number }}","variables":{"city":"{{ city }}","company":"{{ company }}",'
    '"country":"{{ country }}","email":"{{ email }}","first_name":"{{ first_name }}","last_name":"{{ last_name }}"}}'
)


@dataclass
class Order:
    """What is to be sent where."""

    url: str
    api: str
    file: Path
    leads: int
    in_flight: int
    folder: Path
    rate: Optional[int] = None
    certificate: Optional[str] = None


@dataclass
class Client:
    command: Callable
    # It sends the rows of the file, not one body again and again.
    sends_rows: bool = True
    # What the part of the leads is that it gets where the server answers after 20 ms, and at once: slow ones get fewer.
    share_slow: float = 1.0
    share_fast: float = 1.0
    speaks_tls: bool = True
    has_rate: bool = False
    # The part of the leads that it gets at high rates: it falls so far behind that all would take minutes.
    share_rate: float = 1.0


def leadload(bench, order):
    pace = f"{order.rate or 1_000_000}/s"
    command = [bench.leadload, "import", order.file, "--platform", "autocalls", "--base-url", order.api, "--campaign", "7"]
    command += ["--rate", pace, "--concurrency", order.in_flight, "--results", order.folder / "leadload.results.jsonl"]
    command += ["--yes", "--quiet", "--settle", "1s"]
    return command + (["--ca-file", order.certificate] if order.certificate else [])


def oha(bench, order):
    command = [bench.folder / "bin/oha", "--no-tui", "-n", order.leads, "-c", order.in_flight, "-m", "POST", "-d", BODY]
    command += ["-T", "application/json", "-H", "Authorization: Bearer bench"]
    command += ["-q", order.rate] if order.rate else []
    return command + (["--insecure"] if order.certificate else []) + [order.url]


def reqwest(bench, order):
    return [bench.bare("upload"), order.url, order.in_flight, order.leads, "-", order.certificate or "-"]


def reqwest_durable(bench, order):
    return [bench.bare("upload"), order.url, order.in_flight, order.leads, order.folder / "records.jsonl", order.certificate or "-"]


def script(name):
    def command(bench, order):
        told = [bench.python(), bench.client(name), order.url, order.file, order.in_flight, order.folder / "out.jsonl"]
        told += ["--rate", order.rate] if order.rate else []
        return told + (["--ca", order.certificate] if order.certificate else [])

    return command


def csv2http(bench, order):
    return [bench.folder / "python/bin/csv2http", order.file, order.url, "-c", order.in_flight, "-t", 30]


def curl(_bench, order):
    command = ["curl", "-s", "-Z", "--parallel-immediate", "--parallel-max", order.in_flight, "-d", BODY, "-o", "/dev/null"]
    command += ["-H", "Content-Type: application/json", "-H", "Authorization: Bearer bench"]
    command += ["--cacert", order.certificate] if order.certificate else []
    return [*command, f"{order.url}?[1-{order.leads}]"]


def qsv(bench, order):
    template = order.folder / "body.j2"
    template.write_text(QSV_TEMPLATE)
    command = [bench.folder / "bin/qsv", "fetchpost", order.url, "--payload-tpl", template, "--content-type", "application/json"]
    command += ["--no-cache", "--new-column", "answer", "--rate-limit", order.rate or 0, "-o", order.folder / "out.csv"]
    return [*command, order.file]


CLIENTS = {
    "leadload": Client(leadload, has_rate=True),
    "oha": Client(oha, sends_rows=False, has_rate=True),
    "reqwest loop": Client(reqwest, sends_rows=False),
    "reqwest loop, durable lines": Client(reqwest_durable, sends_rows=False),
    "aiohttp+uvloop": Client(script("aiohttp_upload.py"), share_fast=0.25, has_rate=True),
    "reqstorm": Client(script("reqstorm_upload.py"), share_fast=0.25, has_rate=True),
    "csv2http": Client(csv2http, share_slow=0.1, share_fast=0.1, speaks_tls=False),
    "curl -Z": Client(curl, sends_rows=False, share_fast=0.5),
    "qsv fetchpost": Client(qsv, share_slow=0.015, share_fast=0.25, speaks_tls=False, has_rate=True, share_rate=0.1),
}


def head(file, rows, folder):
    """The first rows of a CSV file, as a file of its own."""
    short = folder / "leads.csv"
    with open(file, "rb") as whole, open(short, "wb") as part:
        for _ in range(rows + 1):
            part.write(whole.readline())
    return short
