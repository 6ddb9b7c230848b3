"""words.py - functions that may not be called, and where."""
import re

from tree import bare, files, lines_matching

# Anywhere: no bounds, hidden state, a shell, or no way to tell an error.
NEVER = """strcpy strcat stpcpy sprintf vsprintf gets strtok atoi atol atoll atof system popen
    tmpnam tempnam mktemp alloca setjmp longjmp asctime ctime gmtime localtime rand srand
    strerror_l bcopy bzero""".split()

# In the library: it returns what went wrong, and its caller speaks and decides.
LIBRARY = """exit _exit quick_exit abort printf fprintf vprintf vfprintf dprintf puts putchar
    putc fputs fputc perror err errx warn warnx log_write log_err""".split()

# Memory that may be missing is asked for in one place; see common/base/mem.h.
MEMORY = "malloc calloc realloc reallocarray strdup strndup asprintf vasprintf".split()

# The domain is pure functions over values: no clock, no files, no heap of its own.
CORE = """time gettimeofday clock_gettime clock_wall_us clock_mono_us open openat fopen read
    write socket getenv mem_zalloc mem_resize mem_strdup rand random getrandom""".split()

# What has a reason to be an exception.
EXCEPT = {
    "common/base/log.h": {"log_write", "log_err"},
    "common/base/log.c": {"log_write", "log_err"},
    "common/base/mem.c": {"abort", "fputs", "calloc", "realloc", "strdup"},
    "common/base/stop.c": {"_exit"},               # the second signal
    "common/base/conf_print.c": {"printf", "fputs", "putchar"},  # --help and --sample
    "common/base/manual.c": {"printf", "fputs", "putchar"},  # --manual
    # The frame of every daemon speaks for it: options, the words of its log, its end.
    "common/base/daemon.c": {"printf", "fputs", "log_write", "log_err", "_exit"},
    "common/base/peer.c": {"log_write", "log_err"},
    # For embedding: it has libc alone, and lack of memory is an answer.
    "common/filter/consent_filter.c": {"malloc", "calloc", "strdup"},
    # These libraries tell lack of memory as an error of theirs.
    "common/ident/domain.c": {"abort"},
    "common/ident/text.c": {"abort"},
    "common/pg/pg_value.c": {"abort"},  # after a table that covers every letter we use
}
RULES = (
    ("common/", LIBRARY, "library code neither prints, logs nor exits"),
    ("common/", MEMORY, "take memory from base/mem.h"),
    ("services/", MEMORY, "take memory from base/mem.h"),
    ("common/core/", CORE, "the domain has no clock, no I/O and no heap"),
    ("common/", NEVER, "never safe enough"),
    ("services/", NEVER, "never safe enough"),
    ("tests/", NEVER, "never safe enough"),
)


def calls(path, names):
    """(line, name) of every call: not a member, not the end of a longer name."""
    pattern = rf"(?<![\w.>])({'|'.join(map(re.escape, names))})\s*\("
    for line, match in lines_matching(pattern, bare(path)):
        yield line, match.group(1)


def banned():
    """no call of a function that is banned where it stands"""
    for folder, names, reason in RULES:
        for path in files(".c", ".h", under=(folder,)):
            for line, name in calls(path, names):
                if name not in EXCEPT.get(path, ()):
                    yield f"{path}:{line}: {name}: {reason}"


def typedefs():
    """structs, unions and enums are never typedef'd"""
    for path in files(".c", ".h", under=("common/", "services/")):
        for line, _ in lines_matching(r"\btypedef\s+(struct|union|enum)\b", bare(path)):
            yield f"{path}:{line}: say struct where a struct is meant"


CHECKS = (banned, typedefs)
