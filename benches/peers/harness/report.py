"""Medians, ratios and what they were meant to be, as Markdown."""

import json
import sys
from statistics import median

MILLION = 1_000_000


def middle(results, section, name, figure):
    """The median of a figure, or `None` where it was not measured."""
    samples = results.get(section, {}).get(name, [])
    values = [sample[figure] for sample in samples if figure in sample]
    return median(values) if values else None


def section_named(results, start):
    return next((section for section in results if section.startswith(start)), start)


def ratio(results, section, mine, other, figure="rate"):
    above, below = middle(results, section, mine, figure), middle(results, section, other, figure)
    return above / below if above is not None and below else None


class Targets:
    """Rows of the first table: what, the figure, the target, whether it is met."""

    def __init__(self, results):
        self.results = results
        self.rows = []

    def at_least(self, what, value, target, unit="×"):
        self.add(what, value, f"≥ {target:g} {unit}".strip(), value is not None and value >= target, unit)

    def at_most(self, what, value, target, unit):
        self.add(what, value, f"≤ {target:g} {unit}".strip(), value is not None and value <= target, unit)

    def add(self, what, value, target, met, unit):
        shown = "not measured" if value is None else f"{value:,.4g} {unit}".strip()
        verdict = "–" if value is None else ("met" if met else "**missed**")
        self.rows.append((what, shown, target, verdict))


def targets(results):
    told = Targets(results)
    upload_targets(told, results)
    dry_run_targets(told, results)
    rate_targets(told, results)
    record_targets(told, results)
    return told.rows


def upload_targets(told, results):
    for in_flight in (64, 256):
        section = f"upload, 20 ms, {in_flight} in flight"
        told.at_least(f"{section}: of oha", ratio(results, section, "leadload", "oha"), 0.97)
    section = "upload, 0 ms, 64 in flight"
    told.at_least(f"{section}: of oha", ratio(results, section, "leadload", "oha"), 0.30)
    for other in ("aiohttp+uvloop", "reqstorm"):
        told.at_least(f"{section}: of {other}", ratio(results, section, "leadload", other), 2.5)
    told.at_most("CPU for 10,000 leads, plain", middle(results, "10,000 leads, plain", "leadload", "cpu_10000"), 0.35, "s")
    told.at_most("CPU for 10,000 leads, TLS", middle(results, "10,000 leads, TLS", "leadload", "cpu_10000"), 0.42, "s")


def dry_run_targets(told, results):
    section = next((name for name in results if name.startswith("dry run") and name.endswith("of CSV")), "")
    told.at_least("dry run, CSV: of the bound", ratio(results, section, "leadload", "bound (csv + phone engine)"), 0.6)
    told.at_least("dry run, CSV: of Python", ratio(results, section, "leadload", "Python csv + phonenumbers"), 20)
    section = section_named(results, "dry run") if not section else next((n for n in results if n.endswith("of each format")), "")
    for kind, target in (("jsonl", 0.8), ("xlsx", 0.35)):
        value, csv = middle(results, section, kind, "rate"), middle(results, section, "csv", "rate")
        told.at_least(f"dry run, {kind}: of CSV", value / csv if value and csv else None, target)
    memory_targets(told, results)
    for option in ("--version", "--help"):
        seconds = middle(results, "start", option, "seconds")
        told.at_most(f"leadload {option}", seconds * 1000 if seconds else None, 10, "ms")


def memory_targets(told, results):
    memory = {name: middle(results, "memory", name, "memory") for name in results.get("memory", {})}
    rows = {name: results["memory"][name][0]["rows"] for name in memory}
    sizes = sorted((count, memory[name]) for name, count in rows.items() if name.startswith("csv"))
    # With `--long`, ten million rows are among the growth.
    grown = {name: samples[0]["rows"] for name, samples in results.get("growth", {}).items()}
    sizes += [(count, middle(results, "growth", name, "memory")) for name, count in sorted(grown.items(), key=lambda item: item[1]) if sizes and count > sizes[-1][0]]
    if sizes:
        told.at_most(f"memory at {sizes[0][0]:,} rows of CSV", sizes[0][1] / MILLION, 200, "MB")
        book = next((memory[name] for name in memory if name.startswith("xlsx")), None)
        told.at_most("memory: XLSX above CSV", (book - sizes[0][1]) / MILLION if book else None, 60, "MB")
    for (few, less), (many, more) in zip(sizes, sizes[1:]):
        told.at_most(f"memory from {few:,} to {many:,} rows, per lead", (more - less) / (many - few), 80, "bytes")


def rate_targets(told, results):
    for section in results:
        if section.startswith("rate, "):
            told.at_least(f"{section}: share of it", middle(results, section, "leadload", "share"), 0.99, "")
            samples = results[section].get("leadload", [])
            most = max((sample["most"] for sample in samples), default=None)
            allowed = samples[0]["allowed"] if samples else 0
            told.at_most(f"{section}: most in a window of 1 s", most, allowed, "")


def record_targets(told, results):
    told.at_least("resume: of a bare line reader", ratio(results, "resume", "leadload", "bare line reader"), 0.5)
    section = "durable lines, 64 writers"
    told.at_least(f"{section}: of a bare loop", ratio(results, section, "journal", "bare"), 0.5)
    samples = results.get("kill -9", {}).get("leadload", [])
    for figure, what in (("lost", "leads its file does not know"), ("twice", "leads there twice after a resume"), ("never", "leads missing after a resume")):
        value = max((sample[figure] for sample in samples), default=None)
        told.at_most(f"kill -9: {what}", value, 0, "")


# Which figures of a section are shown, by how it begins, and of whom the ratio is.
SHOWN = [
    ("upload", [("rate", "leads/s", ",.0f"), ("whole_rate", "start to end", ",.0f"), ("cpu_10000", "CPU s for 10,000", ".2f"), ("memory", "peak MB", "MB")], "oha"),
    ("10,000 leads", [("cpu_10000", "CPU s for 10,000", ".3f"), ("rate", "leads/s", ",.0f"), ("memory", "peak MB", "MB")], None),
    ("dry run", [("rate", "rows/s", ",.0f"), ("cpu", "CPU s", ".2f"), ("memory", "peak MB", "MB")], "leadload"),
    ("memory", [("memory", "peak MB", "MB"), ("seconds", "s", ".2f")], None),
    ("start", [("seconds", "s", ".4f")], None),
    ("rate", [("share", "share of the rate", ".3f"), ("most", "most in a window", ",.0f")], None),
    ("growth", [("rate", "rows/s", ",.0f"), ("cpu_row", "CPU µs a row", ".1f"), ("memory", "peak MB", "MB"), ("seconds", "s", ".2f")], None),
    ("durable", [("rate", "lines/s", ",.0f"), ("cpu", "CPU s", ".2f")], "bare"),
    ("group", [("rate", "lines/s", ",.0f"), ("syncs", "syncs/s", ",.0f"), ("per_sync", "lines per sync", ",.1f"), ("cpu", "CPU s", ".2f")], None),
    ("resume", [("rate", "leads/s", ",.0f"), ("cpu", "CPU s", ".2f"), ("memory", "peak MB", "MB")], "bare line reader"),
    ("import", [("rate", "leads/s", ",.0f"), ("cpu", "CPU s", ".2f"), ("memory", "peak MB", "MB")], None),
    ("kill", [("created", "created", ",.0f"), ("lost", "of these unknown to its files", ",.0f"), ("twice", "twice after a resume", ",.0f"), ("never", "missing after it", ",.0f")], None),
]


def tables(results):
    for section, variants in results.items():
        figures, against = next((figures, against) for start, figures, against in SHOWN if section.startswith(start))
        titles = [title for _, title, _ in figures] + ([f"× {against}"] if against in variants else []) + ["spread", "others"]
        yield f"\n### {section}\n"
        yield f"| | {' | '.join(titles)} |"
        yield "|---|" + "---:|" * len(titles)
        for name in variants:
            cells = [shown(middle(results, section, name, figure), form) for figure, _, form in figures]
            if against in variants:
                cells.append(shown(ratio(results, section, name, against), ".2f"))
            yield f"| {name} | {' | '.join(cells + [spread(variants[name], figures[0][0]), disturbed(variants[name])])} |"


def shown(value, form):
    if value is None:
        return ""
    return f"{value / MILLION:,.0f}" if form == "MB" else format(value, form)


def spread(samples, figure):
    """From the least to the most, of the median."""
    values = [sample[figure] for sample in samples]
    return f"±{(max(values) - min(values)) / 2 / median(values):.0%}" if len(values) > 1 and median(values) else ""


def disturbed(samples):
    values = [sample["others"] for sample in samples if "others" in sample]
    return f"{median(values):.0%}" if values else ""


def warned(results):
    samples = (sample for variants in results.values() for all_of_one in variants.values() for sample in all_of_one)
    others = median([sample["others"] for sample in samples if "others" in sample] or [0])
    if others > 0.1:
        yield f"**The machine was busy**: in the median other programs used {others:.0%} of it. Seconds are too long, and ratios between those who need much of a processor and those who need little are too bad.\n"


def markdown(run):
    machine = run["machine"]
    yield f"# Beside its peers, {run['date']}\n"
    smaller = f", each measure {run['smaller']} times smaller than usual" if run["smaller"] > 1 else ""
    yield f"{machine['cores']} cores of {machine['processor']}, {machine['memory_gb']} GB, Linux {machine['kernel']}; {run['rounds']} rounds in turn{smaller}. leadload {run['leadload']}.\n"
    yield "Medians. *Others* is the part of the machine that programs not of this measurement used meanwhile, *spread* half of the distance from the least to the most.\n"
    yield from warned(run["results"])
    yield "| what | leadload | target | |\n|---|---:|---:|---|"
    for row in targets(run["results"]):
        yield f"| {' | '.join(row)} |"
    yield from tables(run["results"])
    yield "\n### Versions\n"
    yield ", ".join(f"{name}: {version}" for name, version in run["versions"].items()) + "."
    if run.get("again"):
        yield "\n### Measured again, since others disturbed the first time\n"
        yield from (f"- {section}: {when}" for section, when in run["again"].items())
    if run["missing"]:
        yield "\n### Not measured\n"
        yield from (f"- {name}: {why}" for name, why in run["missing"].items())


def main():
    """A result once more: `python3 -m harness.report FILE.json`."""
    with open(sys.argv[1], encoding="utf-8") as file:
        print("\n".join(markdown(json.load(file))))


if __name__ == "__main__":
    main()
