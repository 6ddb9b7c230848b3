"""Every statement in common/store is what it says it is, on a freshly migrated database."""
import re
import subprocess

from hands import PROGRAMS, ROOT

TOOL = PROGRAMS.parent / "tools" / "check_statements"


def test_statements_have_the_shape_they_claim(stack):
    done = subprocess.run([TOOL, stack.cluster.url(stack.database)], capture_output=True,
                          text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert int(re.search(r"^(\d+) statements, 0 wrong", done.stdout, re.M)[1]) > 80


def test_no_table_of_statements_is_left_out():
    """A statement that is in no table is prepared by nobody."""
    store = ROOT / "common" / "store"
    listed = (store / "operate" / "statements.c").read_text(encoding="utf-8")
    for header in store.rglob("*.h"):
        for table in re.findall(r"\b(\w+_statements)(?:\[\]|\()",
                                header.read_text(encoding="utf-8")):
            assert table in listed, f"{header.name}: {table} is not in statements.c"
    sources = {f: f.read_text(encoding="utf-8") for f in store.rglob("*.c")}
    for file, text in sources.items():
        # not the pattern of a macro, whose statements have other names
        for name in re.findall(r"const struct pg_stmt (\w+) = \{\n", text):
            uses = sum(len(re.findall(rf"&{name}\b", other)) for other in sources.values())
            assert uses >= 2, f"{file.name}: {name} stands in no table of statements"
