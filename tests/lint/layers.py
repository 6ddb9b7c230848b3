"""layers.py - who may include whom: folders are layers, and a library has one home."""
import re

from tree import exists, files, lines_matching, without_comments

# A layer of common/ may include itself and these. Adapters never meet: only a service
# joins them.
MAY_USE = {
    "base": set(),
    "ident": {"base"},
    "core": {"base"},
    "crypto": {"base", "core"},
    "codec": {"base", "core"},
    # The log that cannot be rewritten unseen: pure, on values alone.
    "proof": {"base", "crypto"},
    "pg": {"base"},
    "store": {"base", "core", "pg", "proof"},
    "kafka": {"base"},
    "http": {"base"},
    # Other people's servers asked, and told: what is theirs leads nowhere inside.
    "fetch": {"base"},
    "mail": {"base", "core", "ident", "crypto"}, # what is signed and wrapped: S/MIME
    # For mailing programs to embed: consent_filter.[hc] use nothing at all.
    "filter": {"base"},
    # By which key a contact is known: crypto makes it under each secret, the store says
    # which one is there.
    "keying": {"base", "core", "crypto", "pg", "store"},
    # A mailing list against a list, for consentctl and consent-lookup alike: what a line
    # names (codec, ident), its key, and what the store says of it.
    "scrub": {"base", "ident", "core", "crypto", "codec", "sheet", "pg", "store",
              "keying"},
    # What people pack what they send in: ZIP archives and workbooks, which become CSV (codec).
    "book": {"base", "codec"},
    # A table that somebody else exported: which column is what, and what each row says.
    "sheet": {"base", "ident", "core", "crypto", "codec", "book"},
    # What comes in, alike for all who take it or say what would become of it.
    "intake": {"base", "ident", "core", "crypto", "codec", "pg", "store"},
    # Sealed events opened for people: the store's rows, crypto's keys, the codec's forms.
    "vault": {"base", "core", "crypto", "codec", "pg", "store", "archive"},
    # Rows that have left the database, as sealed files.
    "archive": {"base", "crypto"},
    # The register and agreements changed, and what that would do, for consentctl and
    # consent-lookup alike.
    "change": {"base", "core", "crypto", "codec", "pg", "store"},
    # What goes of a person, for consent-keeper and consentctl alike.
    "forget": {"base", "core", "codec", "pg", "store"},
    # What is written to files: lists read from the store, in the codec's forms.
    "export": {"base", "core", "crypto", "codec", "proof", "pg", "store", "vault",
               "archive"},
}

# The second level: the subjects of a layer, and of a service, and which others each may use.
# All of them may use what stands in the folder above; in a layer nothing there uses them.
# The floors of core are vocab -> register -> event, decision -> lists -> people, casework.
_FLOORS = {"register", "event", "decision", "lists"}
SUBJECTS = {
    "common/core": {
        "register": set(),
        "event": {"register"},
        "decision": {"register"},
        "lists": {"register", "event", "decision"},
        "people": _FLOORS,
        "casework": _FLOORS,
    },
    "common/codec": {
        "register": set(),
        "event": set(),
        "lists": set(),
        "people": {"event"},
        "casework": {"event"},
    },
    "common/store": {
        "register": set(),
        # A batch asks by which keys its contacts are known.
        "event": {"people"},
        "lists": set(),
        "people": set(),
        "casework": set(),
        "access": {"people"},
        # Checks the statements of all.
        "operate": {"register", "event", "lists", "people", "casework", "access", "proof"},
        "proof": set(),
    },
    "services/consentctl": {
        "access": set(),
        "register": set(),
        "lists": set(),
        "event": set(),
        "import": {"lists"},
        "people": set(),
        "casework": {"register"},
        "operate": {"lists"},
        "proof": set(),
    },
    "services/gateway": {
        "events": set(),
        "unsubscribe": set(),
    },
    "services/lookup": {
        "access": set(),
        "console": set(),
        "reference": set(),
        "lists": set(),
        "people": set(),
        "casework": set(),
    },
}

# Headers by regular expression, and the folders that may include them. Tests may all.
HOMES = (
    (r"jansson\.h", ("common/codec/",)),
    # libpq hands out OpenSSL's own struct, to ask why a server's certificate is refused.
    (r"openssl/.*", ("common/crypto/", "common/pg/pg_tls.c")),
    (r"(libpq-fe|pg_config|postgres_ext)\.h|libpq/.*", ("common/pg/",)),
    # The mock broker is no client, so it goes past common/kafka.
    (r"librdkafka/.*", ("common/kafka/", "services/devbroker/")),
    (r"microhttpd\.h|gnutls/.*", ("common/http/",)),
    (r"unicode/.*|uni[a-z]*\.h", ("common/ident/",)),
    (r"uuid/.*", ("common/crypto/", "services/")),
    (r"gmime/.*|glib\.h|libxml/.*", ("common/mail/",)),
    (r"zlib\.h", ("common/export/", "common/book/")),
    (r"expat\.h", ("common/book/",)),
    # What is sealed is made small first: afterwards it cannot be.
    (r"zstd\.h", ("common/export/", "common/crypto/")),
    (r"cjose/.*", ("common/crypto/",)),
    (r"curl/.*", ("common/fetch/",)),
    (r"criterion/.*", ()),
)
UNISTD = "unistd.h"

LIBC = re.compile(
    r"(sys|netinet|arpa|linux|net|bits)/.*|(assert|ctype|dirent|dlfcn|endian|err|errno|fcntl|"
    r"fnmatch|ftw|getopt|glob|grp|iconv|ifaddrs|inttypes|langinfo|libgen|limits|locale|malloc|math|"
    r"netdb|poll|pthread|pwd|regex|sched|semaphore|signal|spawn|stdalign|stdarg|stdatomic|"
    r"stdbool|stddef|stdint|stdio|stdlib|stdnoreturn|string|strings|sysexits|syslog|termios|threads|"
    r"time|unistd|wchar|wctype)\.h")

INCLUDE = r'(?m)^[ \t]*#[ \t]*include[ \t]*(<[^>\n]+>|"[^"\n]+")'


def included():
    """(file, line, header, whether in quotes) of every include in common/ and services/."""
    for path in files(".c", ".h", under=("common/", "services/")):
        for line, match in lines_matching(INCLUDE, without_comments(path)):
            header = match.group(1)
            yield path, line, header[1:-1], header[0] == '"'


def place(path):
    """(layer or service, subject or "") of a file, as in ("common/core", "lists")."""
    parts = path.split("/")
    return "/".join(parts[:2]), parts[2] if len(parts) > 3 else ""


def target_of(path, header):
    """The path of a header in quotes: in the file's own folder, in common/, in its service."""
    folder, home = path.rsplit("/", 1)[0], place(path)[0]
    for found in (f"{folder}/{header}", f"common/{header}", f"{home}/{header}"):
        if exists(found):
            return found
    return None


def layering():
    """each layer includes only the layers below it"""
    for path, line, header, quoted in included():
        where = f"{path}:{line}: "
        if not quoted:
            continue
        target = target_of(path, header)
        if ".." in header.split("/"):
            yield where + f'"{header}" climbs out of its folder'
            continue
        if target is None:
            yield where + f'"{header}" is not to be found'
            continue
        (home, _), (other, _) = place(path), place(target)
        layer, below = home.split("/")[1], other.split("/")[1]
        if home == other:
            continue
        if home.startswith("services/") and other.startswith("services/"):
            yield where + f'{home} includes "{header}": services share only common/'
        elif home.startswith("common/") and layer not in MAY_USE:
            yield where + f"{home} is no layer: give it a place in tests/lint/layers.py"
        elif home.startswith("common/") and below not in MAY_USE[layer]:
            yield where + f'layer {layer} may not include "{header}"'


def subjects():
    """within a layer or a service, a subject uses only the subjects below it"""
    for path in files(".c", ".h", under=("common/", "services/")):
        home, subject = place(path)
        if subject and subject not in SUBJECTS.get(home, ()):
            yield f"{path}: {subject} is no subject of {home}: see SUBJECTS in tests/lint/layers.py"
    for path, line, header, quoted in included():
        target = target_of(path, header) if quoted else None
        if target is None or place(target)[0] != place(path)[0]:
            continue
        (home, subject), (_, other) = place(path), place(target)
        may = SUBJECTS.get(home, {}).get(subject, set())
        if not subject and other and home.startswith("common/"):
            yield f'{path}:{line}: stands below the subjects of {home} and includes "{header}"'
        elif subject and other not in may | {subject, ""}:
            yield f'{path}:{line}: {subject} may not include "{header}" of {home}'


def libraries():
    """each third-party library is included from its own folder only"""
    for path, line, header, quoted in included():
        if quoted:
            continue
        where = f"{path}:{line}: "
        home = next((homes for pattern, homes in HOMES if header != UNISTD and
                     re.fullmatch(pattern, header)), None)
        if home is None and not LIBC.fullmatch(header):
            yield where + f"<{header}> belongs to no library that the project knows"
        elif home is not None and not path.startswith(home or ("nowhere",)):
            yield where + f"<{header}> is for {' and '.join(home) or 'tests'} only"


def guards():
    """every header has an include guard of its own, CONSENT_..._H"""
    taken = {}
    for path in files(".h", under=("common/", "services/")):
        found = re.search(r"\s*#ifndef (CONSENT_\w+_H)\n#define \1\n", without_comments(path))
        if found is None:
            yield f"{path}: no guard #ifndef CONSENT_..._H at its head"
        elif found.group(1) in taken:
            yield f"{path}: has the guard of {taken[found.group(1)]}"
        else:
            taken[found.group(1)] = path


CHECKS = (layering, subjects, libraries, guards)
