#!/usr/bin/python3
"""shut_in.py UNIT PROGRAM ARGUMENT... - runs the program with the system calls that the unit
leaves it (SystemCallFilter of systemd), and with no new privileges. Any other call kills it
with SIGSYS, where systemd answers EPERM: so nothing can go wrong unseen.
"""
import os
import pathlib
import re
import subprocess
import sys

import seccomp


def calls_of(name, seen=None):
    """A name of systemd's, @groups taken apart."""
    if not name.startswith("@"):
        return {name}
    text = subprocess.run(["systemd-analyze", "syscall-filter", name], check=True, text=True,
                          capture_output=True).stdout
    lines = [line.strip() for line in text.splitlines()[1:]]
    return set().union(*(calls_of(line) for line in lines if line and line[0] != "#"))


def allowed(unit):
    """What is left by the unit's lines, in their order."""
    left = calls_of("@default")
    for line in re.findall(r"^SystemCallFilter=(.*)$", pathlib.Path(unit).read_text(), re.M):
        named = set().union(*(calls_of(name) for name in line.lstrip("~").split()))
        left = left - named if line.startswith("~") else left | named
    return left


def shut_in(unit):
    filter_ = seccomp.SyscallFilter(defaction=seccomp.KILL_PROCESS)
    for name in sorted(allowed(unit)):
        try:
            filter_.add_rule(seccomp.ALLOW, name)
        except (RuntimeError, OSError):
            pass  # a call that this kernel's library does not know: nobody can make it
    filter_.load()


if __name__ == "__main__":
    shut_in(sys.argv[1])
    os.execv(sys.argv[2], sys.argv[2:])
