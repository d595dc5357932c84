"""Dry runs: rows a second, and memory, of a million rows and of other formats."""

from . import people, process


def measure(bench):
    rows = bench.rows(1_000_000)
    bench.take_turns(f"dry run, {rows:,} rows of CSV", whole(bench, rows))
    rows = bench.rows(500_000)
    formats = {kind: reading(bench, dry_run(bench, bench.data(kind, rows)), rows) for kind in ("csv", "jsonl", "xlsx")}
    bench.take_turns(f"dry run, {rows:,} rows of each format", formats)
    bench.take_turns("memory", memory(bench))
    bench.take_turns("growth", growth(bench))
    bench.take_turns("start", {"--version": started(bench, "--version"), "--help": started(bench, "--help")})


def whole(bench, rows):
    file = bench.data("csv", rows)
    # Python gets fewer: it would take half a minute a turn.
    few = bench.data("csv", max(1000, rows // 5))
    qsv, xan = bench.folder / "bin/qsv", bench.folder / "bin/xan"
    return {
        "leadload": reading(bench, dry_run(bench, file), rows),
        "bound (csv + phone engine)": reading(bench, [bench.bare("prepare"), file, people.PHONE, people.COUNTRY], rows),
        "Python csv + phonenumbers": reading(bench, [bench.python(), bench.client("phonenumbers_dry_run.py"), few], max(1000, rows // 5)),
        "xan to ndjson": reading(bench, [xan, "to", "ndjson", file], rows),
        "Miller": reading(bench, ["mlr", "--icsv", "--ojsonl", "cat", file], rows),
        "qsv tojsonl": reading(bench, [qsv, "tojsonl", file], rows),
    }


def dry_run(bench, file):
    command = [bench.leadload, "import", file, "--dry-run", "--quiet", "--platform", "autocalls"]
    return [*command, "--campaign-column", "campaign", "--region-column", "country"]


def reading(bench, command, rows):
    def once():
        # Rows that cannot be called are no failure of leadload.
        used = process.run(command, ok=(0, 1), env=bench.environment(), cwd=str(bench.work()))
        return used | {"rows": rows, "rate": rows / used["seconds"], "cpu_row": used["cpu"] / rows * 1_000_000}

    return once


def growth(bench):
    """The same of ten times as many rows, and again: does a row cost the same?"""
    sizes = [10_000, 100_000, 1_000_000] + ([10_000_000] if bench.long else [])
    return {f"{rows:,} rows": reading(bench, dry_run(bench, bench.data("csv", rows)), rows) for rows in map(bench.rows, sizes)}


def memory(bench):
    variants = {}
    for kind, full in (("csv", 100_000), ("xlsx", 100_000), ("csv", 1_000_000)):
        rows = bench.rows(full)
        variants[f"{kind}, {rows:,} rows"] = reading(bench, dry_run(bench, bench.data(kind, rows)), rows)
    return variants


def started(bench, option):
    return lambda: process.run([bench.leadload, option], env=bench.environment(), cwd=str(bench.work()))
