"""The newest result in the README, between two marks: what a user would compare, slower cases included."""

import json

from .report import MILLION, middle, shown

BEGIN = "<!-- benches: written by benches/peers/run --readme -->"
END = "<!-- benches end -->"

# Who is shown, each under the name that the results have.
UPLOADERS = ("leadload", "oha", "aiohttp+uvloop", "reqstorm", "csv2http", "qsv fetchpost", "curl -Z")
READERS = ("leadload", "bound (csv + phone engine)", "Python csv + phonenumbers", "xan to ndjson", "Miller", "qsv tojsonl")


def show(root, file):
    run = json.loads(file.read_text(encoding="utf-8"))
    readme = root / "README.md"
    text = readme.read_text(encoding="utf-8")
    if text.count(BEGIN) != 1 or text.count(END) != 1:
        raise SystemExit(f"README.md must have {BEGIN} and {END} once each, on lines of their own")
    before, rest = text.split(BEGIN)
    after = rest.split(END)[1]
    table = "\n".join(lines(run, f"benches/runs/{file.with_suffix('.md').name}"))
    readme.write_text(f"{before}{BEGIN}\n\n{table}\n\n{END}{after}", encoding="utf-8")


def lines(run, result):
    results, machine = run["results"], run["machine"]
    yield f"Measured on {run['date']} beside what one would take instead: leadload {run['leadload']}, {machine['cores']} cores ({machine['processor']}), medians of {run['rounds']} rounds in turn, all figures in [the result]({result})."
    yield from uploads(results)
    yield from dry_runs(results)


def uploads(results):
    sections = [(f"upload, {latency} ms, {flight} in flight", f"{latency} ms, {flight} at once") for latency, flight in ((20, 64), (20, 256), (0, 64))]
    columns = [[shown(middle(results, section, name, "rate"), ",.0f") for section, _ in sections] for name in UPLOADERS]
    memory = [middle(results, sections[0][0], name, "memory") for name in UPLOADERS]
    lost = [kept(results, name) for name in UPLOADERS]
    yield f"\n| leads a second, server answers after | {' | '.join(title for _, title in sections)} | peak MB | answered leads that a `kill -9` loses, at most |\n|---|---:|---:|---:|---:|---:|"
    for name, rates, peak, gone in zip(UPLOADERS, columns, memory, lost):
        if any(rates):
            yield f"| {name} | {' | '.join(rates)} | {shown(peak, 'MB')} | {gone} |"


def kept(results, name):
    """Who keeps no record at all was not killed."""
    samples = results.get("kill -9", {}).get(name)
    return f"{max(sample['lost'] for sample in samples):,}" if samples else "no record"


def dry_runs(results):
    section = next((name for name in results if name.startswith("dry run") and name.endswith("of CSV")), None)
    if section is None:
        return
    yield f"\n| {section} | rows a second | CPU s for a million | peak MB | reads numbers |\n|---|---:|---:|---:|---|"
    for name in READERS:
        if samples := results[section].get(name):
            figures = {figure: middle(results, section, name, figure) for figure in ("rate", "cpu", "memory")}
            cpu = figures["cpu"] / samples[0]["rows"] * MILLION
            reads = "no" if name in ("xan to ndjson", "Miller", "qsv tojsonl") else "yes"
            yield f"| {name} | {figures['rate']:,.0f} | {cpu:.1f} | {shown(figures['memory'], 'MB')} | {reads} |"
