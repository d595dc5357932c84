"""What is said of a machine: what figures depend on, and nothing that names it."""

import os
import platform
import subprocess


def described():
    return {"cores": os.cpu_count(), "processor": processor(), "memory_gb": memory_gb(), "kernel": platform.release().split("-")[0], "architecture": platform.machine()}


def processor():
    with open("/proc/cpuinfo") as info:
        names = [line.split(":", 1)[1].strip() for line in info if line.startswith("model name")]
    return names[0] if names else platform.machine()


def memory_gb():
    return round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30)


def commit(root):
    """Of the project, with a mark where it was changed since."""
    said = subprocess.run(["git", "describe", "--always", "--dirty"], cwd=root, capture_output=True, text=True, check=False)
    return said.stdout.strip() or "unknown"
