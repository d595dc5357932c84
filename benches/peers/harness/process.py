"""Runs a program, and says what it took: seconds, processor time, memory, and what others took of the machine meanwhile."""

import os
import shutil
import signal
import subprocess
import time

TICK = os.sysconf("SC_CLK_TCK")
CORES = os.cpu_count()
# Whatever lasts longer is broken.
LONGEST = 900


class Failed(Exception):
    """A program ended otherwise than it should."""


def machine_busy():
    """Processor seconds that anybody used since the machine began, what the hypervisor took away included."""
    with open("/proc/stat") as stat:
        user, nice, system, _idle, _iowait, irq, softirq, steal = (int(field) for field in stat.readline().split()[1:9])
    return (user + nice + system + irq + softirq + steal) / TICK


def process_busy(pid):
    with open(f"/proc/{pid}/stat") as stat:
        fields = stat.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICK


def wait_for_quiet(longest):
    """Until nobody uses more than a tenth of the machine, or so many seconds have gone."""
    until = time.monotonic() + longest
    while time.monotonic() < until:
        busy, began = machine_busy(), time.monotonic()
        time.sleep(0.25)
        if (machine_busy() - busy) / (time.monotonic() - began) < CORES / 10:
            return


def run(command, *, ok=(0,), env=None, cwd=None, beside=(), output=None, lines_in=None):
    """`beside`: ids of our own programs that work for this one. `ok`: exit codes that are none of a failure."""
    must_be_there(command[0])
    own = lambda: sum(process_busy(pid) for pid in beside) + process_busy(os.getpid())
    out = open(output, "wb") if output else subprocess.DEVNULL
    errors = open((cwd or ".") + "/stderr.txt", "w+b")
    busy, helpers, began = machine_busy(), own(), time.monotonic()
    child = subprocess.Popen([str(part) for part in command], stdout=out, stderr=errors, stdin=lines_in or subprocess.DEVNULL, env=env, cwd=cwd)
    pid, status, used = wait(child.pid, began)
    seconds = time.monotonic() - began
    child.returncode = os.waitstatus_to_exitcode(status)
    cpu = used.ru_utime + used.ru_stime
    others = max(0.0, machine_busy() - busy - cpu - (own() - helpers))
    if child.returncode not in ok:
        errors.seek(0)
        raise Failed(f"exit code {child.returncode}: {errors.read()[-600:].decode(errors='replace')}")
    return {
        "seconds": seconds,
        "cpu": cpu,
        "memory": used.ru_maxrss * 1024,
        "others": others / (seconds * CORES),
    }


def must_be_there(program):
    if not shutil.which(str(program)):
        raise Failed(f"{os.path.basename(program)} is not installed")


def wait(pid, began):
    while True:
        ended, status, used = os.wait4(pid, os.WNOHANG)
        if ended:
            return ended, status, used
        if time.monotonic() - began > LONGEST:
            os.kill(pid, signal.SIGKILL)
        time.sleep(0.002)


def start(command, *, env=None, cwd=None):
    """One that is killed later."""
    must_be_there(command[0])
    return subprocess.Popen([str(part) for part in command], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL, env=env, cwd=cwd, start_new_session=True)
