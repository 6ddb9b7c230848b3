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
    tool = (ROOT / "tests" / "tools" / "check_statements.c").read_text(encoding="utf-8")
    for header in (ROOT / "common" / "store").rglob("*.h"):
        for table in re.findall(r"\b(\w+_statements)\b(?:\[\]|\()",
                                header.read_text(encoding="utf-8")):
            assert table in tool, f"{header.name}: {table} is not checked"
