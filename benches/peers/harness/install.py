"""Brings the peers into a folder below `target/`, from the public registries and by their names."""

import shutil
import subprocess
from pathlib import Path

PYTHON_PACKAGES = ["aiohttp", "uvloop", "aiolimiter", "phonenumbers", "reqstorm", "csv2http==0.0.3a1"]
CARGO = {
    "oha": ["oha"],
    "xan": ["xan"],
    # What is needed for `tojsonl` and `fetchpost`, and no more.
    "qsv": ["qsv", "--bin", "qsv", "--no-default-features", "--features", "feature_capable,fetch"],
}


def install(folder, log):
    """What could not be had, with the reason."""
    folder.mkdir(parents=True, exist_ok=True)
    missing = {}
    if not (folder / "python/bin/reqstorm").exists():
        attempt("python packages", [["python3", "-m", "venv", folder / "python"], [folder / "python/bin/pip", "install", "--quiet", *PYTHON_PACKAGES]], missing, log)
    for name, arguments in CARGO.items():
        if not (folder / "bin" / name).exists():
            command = ["nice", "-n", "15", "cargo", "install", "--locked", "--root", folder, "--target-dir", folder / "build", *arguments]
            attempt(name, [command], missing, log)
    for name in ("mlr", "curl"):
        if not shutil.which(name):
            missing[name] = "not on this machine: `apt-get install miller curl`"
    return missing


def attempt(name, commands, missing, log):
    print(f"installing {name} …", flush=True)
    for command in commands:
        done = subprocess.run([str(part) for part in command], stdout=log, stderr=log, check=False)
        if done.returncode != 0:
            missing[name] = f"`{' '.join(Path(part).name for part in map(str, command[:4]))}` failed"
            return


def build(root):
    """leadload itself, the server and the bare loops."""
    subprocess.run(["cargo", "build", "--release", "--locked"], cwd=root, check=True)
    subprocess.run(["cargo", "build", "--release", "--locked", "--target-dir", root / "target"], cwd=root / "benches/peers", check=True)


def versions(folder):
    """Of all that is there."""
    asked = {
        "oha": [folder / "bin/oha", "--version"],
        "xan": [folder / "bin/xan", "--version"],
        "qsv": [folder / "bin/qsv", "--version"],
        "miller": ["mlr", "--version"],
        "curl": ["curl", "--version"],
        "python": [folder / "python/bin/python", "--version"],
        "rustc": ["rustc", "--version"],
    }
    found = {name: said(command) for name, command in asked.items()}
    freeze = said([folder / "python/bin/pip", "freeze"], whole=True) or ""
    wanted = {package.split("==")[0] for package in PYTHON_PACKAGES}
    found |= dict(line.split("==") for line in freeze.split() if line.split("==")[0] in wanted)
    return {name: version for name, version in found.items() if version}


def said(command, whole=False):
    try:
        out = subprocess.run([str(part) for part in command], capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return None
    # A word about features or hosts is nobody's business.
    return out if whole else " ".join(out.splitlines()[0].split()[:2])
