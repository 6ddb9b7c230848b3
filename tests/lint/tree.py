"""tree.py - the files of the project, and C text without its comments and strings."""
import functools
import os
import pathlib
import re

ROOT = pathlib.Path(__file__).resolve().parents[2]
MODE = os.environ.get("MODE", "release")
LEFT_OUT = {"build", "__pycache__", ".git", ".pytest_cache"}


class Skip(Exception):
    """This check cannot run here; the text says why."""


class Note(str):
    """Worth showing, not wrong."""


def note(text):
    return Note(text)


@functools.lru_cache(maxsize=None)
def everything():
    found = []
    for folder, folders, files in os.walk(ROOT):
        folders[:] = sorted(f for f in folders if f not in LEFT_OUT)
        found += [os.path.relpath(os.path.join(folder, f), ROOT) for f in sorted(files)]
    return tuple(found)


def files(*suffixes, under=("",)):
    """Paths relative to the root, with one of the suffixes, under one of the folders."""
    return [f for f in everything() if f.endswith(suffixes) and f.startswith(tuple(under))]


@functools.lru_cache(maxsize=None)
def text(path):
    return (ROOT / path).read_text(encoding="utf-8", errors="replace")


def exists(path):
    return (ROOT / path).exists()


TOKEN = re.compile(r'//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', re.S)


def blank(match):
    """As many lines as before, nothing in them."""
    return "\n" * match.group().count("\n") or " "


@functools.lru_cache(maxsize=None)
def bare(path):
    """C without comments, strings and includes, line for line."""
    return re.sub(r"^[ \t]*#[ \t]*include[^\n]*", "", TOKEN.sub(blank, text(path)),
                  flags=re.M)


def without_comments(path):
    return TOKEN.sub(lambda m: blank(m) if m.group().startswith("/") else m.group(),
                     text(path))


def lines_matching(pattern, content):
    """(line number, match) of every match."""
    for match in re.finditer(pattern, content):
        yield content.count("\n", 0, match.start()) + 1, match
