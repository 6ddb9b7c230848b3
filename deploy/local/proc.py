"""Processes that outlive the command that started them: started once, found again, stopped.

A process is known by a file NAME.pid with its id and its start time (in clock ticks since
boot, from /proc). An id that the kernel has given to somebody else since is therefore never
taken for ours, and never signalled.
"""
import os
import pathlib
import random
import signal
import socket
import subprocess
import time


class Failure(Exception):
    """Something the person at the keyboard must know, as one plain sentence."""


class Unavailable(Failure):
    """Something that cannot be had on this machine, so that a test may be skipped."""


def start_time(pid):
    """When the process was started, or None when it is gone (a zombie is gone)."""
    try:
        text = pathlib.Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return None
    fields = text[text.rindex(")") + 2:].split()
    return None if fields[0] in "ZX" else int(fields[19])


def port_taken(port):
    with socket.socket() as s:
        s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            s.bind(("127.0.0.1", port))
        except OSError:
            return True
    return False


def free_port():
    """A loopback port that nobody listens on just now.

    Not one of the kernel's for outgoing connections (32768 and up): a client that keeps
    trying to reach a stopped server there can end up connected to itself, and the server
    then finds its port taken.
    """
    while True:
        port = random.randrange(15000, 32000)
        if not port_taken(port):
            return port


def wait_until(condition, seconds, pause=0.05):
    """Calls condition until it answers with something true, and returns that (or None)."""
    end = time.monotonic() + seconds
    while True:
        answer = condition()
        if answer:
            return answer
        if time.monotonic() > end:
            return None
        time.sleep(pause)


class Daemon:
    """One process in the background, its id in DIR/NAME.pid and its output in DIR/NAME.log."""

    def __init__(self, directory, name):
        self.name = name
        self.pid_file = pathlib.Path(directory) / f"{name}.pid"
        self.log_file = pathlib.Path(directory) / f"{name}.log"

    def pid(self):
        """The id of the running process, or None."""
        try:
            pid, began = map(int, self.pid_file.read_text().split())
        except (FileNotFoundError, ValueError):
            return None
        return pid if start_time(pid) == began else None

    def start(self, argv, env=None, user=None, cwd=None):
        """Starts it unless it runs. user: become this one (when we are root)."""
        if self.pid():
            return
        self.pid_file.parent.mkdir(parents=True, exist_ok=True)
        become = {"user": user, "group": user, "extra_groups": []} if user else {}
        with open(self.log_file, "ab") as log:
            child = subprocess.Popen(
                [str(a) for a in argv], stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                env=env, cwd=cwd, start_new_session=True, **become)
        part = self.pid_file.with_suffix(".part")
        part.write_text(f"{child.pid} {start_time(child.pid) or 0}\n")
        part.rename(self.pid_file)

    def send(self, sig):
        """True when there was a process of ours to signal."""
        pid = self.pid()
        if not pid:
            return False
        try:
            os.kill(pid, sig)
        except ProcessLookupError:
            return False
        return True

    def gone(self):
        try:  # our own child would stay a zombie for ever
            os.waitpid(int(self.pid_file.read_text().split()[0]), os.WNOHANG)
        except (OSError, ValueError, IndexError):
            pass
        return self.pid() is None

    def stop(self, sig=signal.SIGTERM, seconds=30):
        """Asks it to stop, and after so many seconds insists. False when it had to insist."""
        gently = True
        if self.send(sig) and not wait_until(self.gone, seconds):
            gently = False
            self.kill()
        self.pid_file.unlink(missing_ok=True)
        return gently

    def kill(self):
        """As a power cut would."""
        if self.send(signal.SIGKILL):
            wait_until(self.gone, 10)

    def last_words(self, lines=5):
        try:
            text = self.log_file.read_text(errors="replace")
        except FileNotFoundError:
            return ""
        return "\n".join(text.splitlines()[-lines:])
