"""What all measures share: where things are, how much is measured, and the taking of turns."""

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

from . import process


# The part of the machine that others may use before a turn is taken again.
DISTURBED = 0.05


@dataclass
class Bench:
    root: Path
    rounds: int
    # 1 for a real measurement, 10 for a quick look.
    smaller: int
    long: bool
    # How often a turn is taken again during which others used much of the machine.
    patience: int
    # Seconds that a turn waits for others to be done with what they do.
    wait: float
    missing: dict = field(default_factory=dict)
    results: dict = field(default_factory=dict)

    @property
    def folder(self):
        return self.root / "target/peers"

    @property
    def leadload(self):
        return self.root / "target/release/leadload"

    def bare(self, name):
        return self.root / "target/release" / name

    def python(self):
        return self.folder / "python/bin/python"

    def client(self, name):
        return self.root / "benches/peers/clients" / name

    def rows(self, full):
        return max(10, full // self.smaller)

    def environment(self):
        """Nothing of the user's own configuration, and no proxy."""
        home = self.folder / "home"
        home.mkdir(exist_ok=True)
        return {"PATH": os.environ["PATH"], "HOME": str(home), "LEADLOAD_TOKEN": "bench", "LANG": "C.UTF-8"}

    def work(self):
        """An empty folder for one turn."""
        folder = self.folder / "work"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        return folder

    def data(self, kind, rows):
        """A file of `kind` (see people.py), made once."""
        ending = "csv" if kind == "e164" else kind
        file = self.folder / "data" / f"{kind}-{rows}.{ending}"
        if not file.exists():
            file.parent.mkdir(exist_ok=True)
            print(f"making {file.name} …", flush=True)
            part = file.with_suffix(".part")
            subprocess.run([sys.executable, self.root / "benches/peers/harness/people.py", kind, str(rows), part], check=True)
            part.rename(file)
        return file

    def take_turns(self, section, variants):
        """Each of `variants` (a name and what to call), one after the other, and again, so that a drift hits all."""
        samples = self.results.setdefault(section, {})
        failed = set()
        for turn in range(self.rounds):
            for name, measure in variants.items():
                if name not in failed and (sample := self.turn(f"{section} · {name}", turn, measure)) is not None:
                    samples.setdefault(name, []).append(sample)
                elif name not in failed:
                    failed.add(name)

    def turn(self, title, turn, measure):
        best = None
        for _ in range(1 + self.patience):
            process.wait_for_quiet(self.wait)
            try:
                sample = measure()
            except (process.Failed, OSError, ValueError, subprocess.SubprocessError) as error:
                print(f"  {title}: {error}", flush=True)
                # Where this machine keeps things is nobody's business.
                self.missing[title] = str(error).replace(str(self.root), ".").splitlines()[0][:200]
                return None
            if best is None or sample.get("others", 0) < best.get("others", 0):
                best = sample
            if best.get("others", 0) <= DISTURBED:
                break
        shown = ", ".join(f"{key} {value:,.3f}" for key, value in best.items() if isinstance(value, (int, float)))
        print(f"  {turn + 1}/{self.rounds} {title}: {shown}", flush=True)
        return best
