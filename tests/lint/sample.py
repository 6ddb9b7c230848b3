"""sample.py - deploy/<program>.conf.sample is what <program> --sample prints."""
import difflib
import os
import re
import subprocess

from tree import MODE, ROOT, bare, files, text

FOLDER = "deploy/"
SUFFIX = ".conf.sample"


def program(service):
    return service if service == "consentctl" else f"consent-{service}"


def configured():
    """The programs that have a table of settings."""
    return sorted({program(path.split("/")[1]) for path in files(".c", under=("services/",))
                   if re.search(r"\bstruct\s+conf_key\b|\bconf_load\s*\(", bare(path))})


def built(name):
    """(the program, or None; what went wrong): its tables are in it."""
    target = f"build/{MODE}/bin/{name}"
    env = {k: v for k, v in os.environ.items() if not k.startswith(("MAKE", "MFLAGS"))}
    made = subprocess.run(["make", f"-j{os.cpu_count() or 1}", f"MODE={MODE}", target],
                          cwd=ROOT, env=env, capture_output=True, text=True, check=False)
    if made.returncode != 0:
        return None, f"{name} does not build, so it cannot be asked"
    return ROOT / target, None


def printed(name):
    """(what --sample prints, or None; what went wrong)."""
    path, wrong = built(name)
    if wrong:
        return None, wrong
    done = subprocess.run([path, "--sample"], cwd=ROOT, capture_output=True,
                          text=True, check=False, timeout=30)
    if done.returncode != 0 or not done.stdout:
        return None, f"{name} --sample ended with {done.returncode}: {done.stderr.strip()}"
    return done.stdout, None


def samples():
    """the sample configuration is what the programs print with --sample"""
    names = configured()
    for name in names:
        path = FOLDER + name + SUFFIX
        want, wrong = printed(name)
        if wrong:
            yield wrong
        elif path not in files(SUFFIX):
            yield f"{path} is missing: {name} --sample > {path}"
        elif text(path) != want:
            yield f"{path} is not what {name} --sample prints:"
            yield from difflib.unified_diff(text(path).splitlines(), want.splitlines(),
                                            path, f"{name} --sample", lineterm="", n=0)
    for path in files(SUFFIX):
        name = path.rsplit("/", 1)[-1][:-len(SUFFIX)]
        if name not in names or path != FOLDER + name + SUFFIX:
            yield f"{path}: there is no program {name} with settings"


NAMES = "common/base/conf_names.inc"


def siblings():
    """the settings that a program passes over are those of the others, all of them"""
    wanted = {m for path in files(SUFFIX)
              for m in re.findall(r"^#?([a-z_.]+) =", text(path), re.M)}
    have = re.findall(r'^CONF_NAME\("([a-z_.]+)"\)$', text(NAMES), re.M)
    for name in sorted(wanted - set(have)):
        yield f"{NAMES}: {name} is missing, a setting of a program"
    for name in sorted(set(have) - wanted):
        yield f"{NAMES}: {name} is a setting of no program"
    if have != sorted(have):
        yield f"{NAMES}: is not sorted"


CHECKS = (samples, siblings)
