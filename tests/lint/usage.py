"""usage.py - a command line that somebody reads or runs is one that the program takes.

The table is what `consentctl completion bash` prints, so it is the one that lines are read by.
"""
import re
import subprocess

from docs import code_spans, documents
from sample import built
from tree import ROOT, files, text, without_comments

END = re.compile(r"^(?:[|&;<>#)]|\d>)")  # the shell's: what follows is another command's
LAST = re.compile(r"[;.,:)\"'`]+$")      # the sentence's
TAKES = r'\{"([a-z-]+)", (?:no|required|optional)_argument'


def table():
    """{"list scrub": (the words below it, its options)}, from the program itself."""
    path, wrong = built("consentctl")
    if wrong:
        return {}, wrong
    said = subprocess.run([path, "completion", "bash"], cwd=ROOT, capture_output=True,
                          text=True, check=False, timeout=30).stdout
    found = {}
    for command, words in re.findall(r"^    '([a-z ]*)'\) echo '([^']*)' ;;$", said, re.M):
        words = words.split()
        found[command] = ({w for w in words if not w.startswith("--")},
                          {w for w in words if w.startswith("--")} | {"--sample", "--manual"})
    return found, None if len(found) > 20 else "completion prints no table: has it changed?"


def daemons():
    """{program: its options}."""
    shared = set(re.findall(TAKES, without_comments("common/base/daemon.c")))
    return {f"consent-{path.split('/')[1]}":
            {f"--{o}" for o in shared | set(re.findall(TAKES, without_comments(path)))}
            for path in files("/main.c", under=("services/",))}


def tokens(line):
    """The words of a command, up to where it ends."""
    for word in line.split():
        if END.match(word):
            return
        bare = LAST.sub("", word)
        if bare:
            yield bare
        if bare != word and word[-1] != '"' and word[-1] != "'":
            return


def wrong(commands, line, strict):
    """What is not in the table, of a line as it stands after `consentctl`."""
    at, given, open_ = "", [], True
    for word in tokens(line):
        name = word.split("=")[0].lstrip("[").rstrip("]")
        deeper = f"{at} {word}".strip()
        if re.fullmatch(r"--[a-z][a-z0-9-]*", name):
            given.append(name)
        elif open_ and deeper in commands and deeper != at:
            at = deeper
        elif not given:
            if strict and open_ and at and commands[at][0] and \
                    re.fullmatch(r"[a-z]+", word):
                yield f"consentctl {at} has no command {word}"
            open_ = False
    for name in given:
        if name not in commands[at][1]:
            yield f"{('consentctl ' + at).strip()} has no option {name}"


def lines():
    """(where, text, is it a document) of all that may hold a command line."""
    for path in documents():
        whole = ""
        for number, span in code_spans(path):
            if span.endswith("\\"):
                whole += span[:-1] + " "
                continue
            yield f"{path}:{number}", whole + span, True
            whole = ""
    for path in files(".service", ".yml", ".yaml", ".sql", under=("deploy/", "schemas/")):
        for number, line in enumerate(text(path).splitlines(), 1):
            yield f"{path}:{number}", line, False
    for path in files(".c", ".h", under=("services/", "common/")):
        whole = re.sub(r'"\s*\n\s*"', "", without_comments(path))
        for said in re.findall(r'"((?:\\.|[^"\\\n])*)"', whole):
            yield path, said, False


def options():
    """every option in a document, a unit or a message is one of its command"""
    commands, broken = table()
    if broken:
        yield broken
        return
    others = daemons()
    starts = {c.split()[0] for c in commands if c} - {"help"}
    for where, line, document in lines():
        for after in re.findall(r"(?:^|%s|[\s/(`'\"])consentctl (?=[a-z-])(.*)", line):
            for fault in wrong(commands, after, document):
                yield f"{where}: {fault}"
        for name, after in re.findall(r"(?:^|[\s/])(consent-[a-z]+) (--.*)", line):
            for given in tokens(after):
                given = given.split("=")[0]
                if given.startswith("--") and given not in others.get(name, {given}):
                    yield f"{where}: {name} has no option {given}"
        first = line.split(maxsplit=1)[0] if line.strip() else ""
        if document and first in starts and "--" in line:  # `feed create --all`
            for fault in wrong(commands, line, False):
                yield f"{where}: {fault}"
    every = {o for _, known in commands.values() for o in known}
    page = "services/consentctl/README.md"
    for number, span in code_spans(page):
        for name in re.findall(r"^(--[a-z][a-z-]*)", span):
            if name not in every:
                yield f"{page}:{number}: no command has an option {name}"


CHECKS = (options,)
