"""Processes that outlive the command that started them: started once, found again, stopped.

A process is known by a file NAME.pid with its id and its start time (in clock ticks since
boot, from /proc). An id that the kernel has given to somebody else since is therefore never
taken for ours, and never signalled.
"""
import collections
import fcntl
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
    """When the process was started, or None when it is gone. A zombie is gone, unless it has
    threads that end only now, and until then keep its files and its ports."""
    try:
        text = pathlib.Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return None
    fields = text[text.rindex(")") + 2:].split()
    ended = fields[0] in "ZX" and int(fields[17]) <= 1
    return None if ended else int(fields[19])


def port_taken(port):
    with socket.socket() as s:
        s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            s.bind(("127.0.0.1", port))
        except OSError:
            return True
    return False


CLAIMS = pathlib.Path(__file__).resolve().parent.parent.parent / "build" / "ports"
_claims = {"file": None, "ports": collections.deque()}


def claim_port(port):
    """False when another process of this checkout means to use it, though nobody listens there
    yet, or not just now: a byte of a file is locked for each, as long as the process lives."""
    if _claims["file"] is None:
        CLAIMS.parent.mkdir(parents=True, exist_ok=True)
        _claims["file"] = open(CLAIMS, "ab")  # pylint: disable=consider-using-with
    file, ours = _claims["file"], _claims["ports"]
    if port in ours:
        return False
    try:
        fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, port)
    except OSError:
        return False
    ours.append(port)
    if len(ours) > 1000:  # in a long life most are forgotten
        fcntl.lockf(file, fcntl.LOCK_UN, 1, ours.popleft())
    return True


def free_port():
    """A loopback port that nobody listens on just now, nor is about to.

    Not one of the kernel's for outgoing connections (32768 and up): a client that keeps
    trying to reach a stopped server there can end up connected to itself, and the server
    then finds its port taken.
    """
    while True:
        port = random.randrange(15000, 32000)
        if not port_taken(port) and claim_port(port):
            return port


def port_again(port, seconds=10):
    """The port of one that is started again, or another when somebody keeps it: who was just
    killed may hold it for a moment yet, and its clients know no other."""
    return port if wait_until(lambda: not port_taken(port), seconds) else free_port()


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


def patiently(*command):
    """The finished process: the third, when a registry did not answer the first two."""
    for pause in (5, 20, 0):
        ran = subprocess.run(command, capture_output=True, text=True, check=False)
        if ran.returncode == 0:
            break
        time.sleep(pause)
    return ran


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
            wait_until(self.gone, 60)

    def last_words(self, lines=5):
        try:
            text = self.log_file.read_text(errors="replace")
        except FileNotFoundError:
            return ""
        return "\n".join(text.splitlines()[-lines:])
