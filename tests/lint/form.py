"""form.py - length, layout, scripts."""
import shutil
import subprocess

from tree import ROOT, Skip, files, note, text, everything

LINES_MOST = 400


def shell_scripts():
    for path in everything():
        if path.endswith(".sh"):
            yield path
        elif "." not in path.rsplit("/", 1)[-1]:
            first = (ROOT / path).open("rb").readline(80)
            if first.startswith(b"#!") and first.split()[-1].rsplit(b"/")[-1] in (
                    b"sh", b"bash", b"dash"):
                yield path


def python_scripts():
    for path in everything():
        if path.endswith(".py"):
            yield path
        elif "." not in path.rsplit("/", 1)[-1]:
            first = (ROOT / path).open("rb").readline(80)
            if first.startswith(b"#!") and b"python" in first:
                yield path


def tool(argv, paths):
    """The tool's complaints, cut to what a person reads."""
    if not paths:
        return
    done = subprocess.run([*argv, *paths], cwd=ROOT, text=True, errors="replace",
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    if done.returncode != 0:
        lines = done.stdout.splitlines() or [f"{argv[0]} ended with {done.returncode}"]
        yield from lines[:60]
        if len(lines) > 60:
            yield f"... and {len(lines) - 60} lines more"


def length():
    """files stay under 400 lines (longer ones are only listed)"""
    for path in files(".c", ".h", ".py", ".sh", ".sql"):
        lines = text(path).count("\n")
        if lines > LINES_MOST:
            yield note(f"{path}: {lines} lines")


def layout():
    """clang-format would change nothing"""
    if shutil.which("clang-format") is None:
        raise Skip("clang-format is not installed")
    sources = files(".c", ".h", under=("common/", "services/", "tests/"))
    yield from (line for line in tool(["clang-format", "--dry-run", "-Werror"], sources)
                if ": error:" in line or line.startswith("..."))


def whitespace():
    """no tab, blank at the end of a line, or missing last newline in C"""
    for path in files(".c", ".h", under=("common/", "services/", "tests/")):
        body = text(path)
        if not body.endswith("\n"):
            yield f"{path}: no newline at the end"
        for number, line in enumerate(body.splitlines(), 1):
            if "\t" in line or line != line.rstrip():
                yield f"{path}:{number}: a tab, or blanks at the end"


def shell():
    """shell scripts are free of shellcheck's complaints (or parse, where it is absent)"""
    scripts = list(shell_scripts())
    if shutil.which("shellcheck") is not None:
        yield from tool(["shellcheck", "--severity=style", "--format=gcc", "-x"], scripts)
        return
    yield note("shellcheck is not installed: only parsed with bash -n")
    for path in scripts:
        yield from tool(["bash", "-n"], [path])


def python():
    """python scripts parse"""
    for path in python_scripts():
        try:
            compile(text(path), path, "exec")
        except SyntaxError as wrong:
            yield f"{path}:{wrong.lineno}: {wrong.msg}"


CHECKS = (length, layout, whitespace, shell, python)
