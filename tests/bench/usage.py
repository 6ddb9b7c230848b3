"""What processes took, as the operating system and PostgreSQL count it."""
import os
import pathlib

TICK = os.sysconf("SC_CLK_TCK")


def seconds(pid, and_gone_children=False):
    """Processor seconds of a process; 0 when it is gone."""
    try:
        text = pathlib.Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return 0
    fields = text[text.rindex(")") + 2:].split()
    ticks = int(fields[11]) + int(fields[12])
    if and_gone_children:
        ticks += int(fields[13]) + int(fields[14])
    return ticks / TICK


def children(pid):
    try:
        text = pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return []
    return [int(child) for child in text.split()]


def tree(pid):
    """Of a server and all it started, those that have ended too."""
    return seconds(pid, True) + sum(tree(child) for child in children(pid))


def peak_mib(pid):
    status = pathlib.Path(f"/proc/{pid}/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) / 1024


class Meter:
    """Of daemons, of PostgreSQL, and the bytes of its WAL, since it was made."""

    def __init__(self, stack, names):
        self.stack, self.pids = stack, [stack.daemon(name).pid() for name in names]
        self.server = stack.cluster.daemon.pid()
        self.before = self._now()

    def _now(self):
        return (sum(seconds(pid) for pid in self.pids), tree(self.server),
                int(self.stack.value("SELECT pg_current_wal_insert_lsn() - '0/0'")))

    def took(self):
        """(seconds of the daemons, of PostgreSQL, bytes of WAL)"""
        return tuple(b - a for a, b in zip(self.before, self._now()))
