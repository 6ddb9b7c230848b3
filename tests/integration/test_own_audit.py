"""Who looks people up by consentctl is written down, and what is not is a list in the README."""
import getpass
import re

import pytest

from stack import ROOT

WHOM = ("--email", "watched@audit.example")
QUESTION = ("--controller", "sectigo-limited", "--purpose", "marketing.promotional", "--channel",
            "email")
# Everything that shows what is known about persons.
LOOKS = {"decide": WHOM + QUESTION, "trace": WHOM, "record": WHOM, "export": WHOM}
README = (ROOT / "services/consentctl/README.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def stack(module_stack):
    return module_stack


def rows(stack):
    return stack.sql("SELECT route, outcome, by_role, by_user, why, token_id, contact IS NOT NULL"
                     " FROM v_lookup_audit ORDER BY at, route")


@pytest.mark.parametrize("command, route", [
    ("decide", "decisions"), ("trace", "provenance"), ("record", "records"),
    ("export", "export")])
def test_it_is_written_down_before_it_is_answered(stack, command, route):
    before = len(rows(stack))
    stack.ctl(command, *LOOKS[command], "--why", "ticket 4711", "--json", check=False)
    new = rows(stack)[before:]
    assert [r[0] for r in new] == [route], new
    _, outcome, role, user, why, token, whom = new[0]
    assert outcome in ("deny", "permit", "shown") and role == "consent" and whom
    assert getpass.getuser() in user and why == "ticket 4711" and token == 0


def test_without_the_audit_there_is_no_answer(stack):
    """A role that reads, and may not write it down."""
    conf, _ = stack.write_conf("ctl", "reader.conf", database_url=stack.cluster.url(
        stack.database, "consent_lookup"))
    done = stack.ctl("--config", str(conf), "decide", *WHOM, *QUESTION, "--json", check=False)
    assert done.returncode != 0 and "verdict" not in done.stdout, done.stdout


def test_time_and_role_are_the_databases_to_say(stack):
    """The operator's role has the function alone, and no other way in."""
    rights = stack.sql("SELECT has_table_privilege('consent_operator', 'lookup_audit', 'INSERT'),"
                       " has_any_column_privilege('consent_operator', 'lookup_audit', 'INSERT'),"
                       " has_column_privilege('consent_lookup', 'lookup_audit', 'by_user',"
                       " 'INSERT'), has_function_privilege('consent_lookup', 'audit_own(uuid,"
                       " smallint, smallint, smallint, smallint, smallint, text, text)',"
                       " 'EXECUTE')")
    assert rights == [(False, False, False, False)]


def test_what_is_not_audited_is_named(stack):
    """Every command that reads events, cases or lists of people is in one list or the other."""
    named = re.search(r"\* not audited: (.*?)\n\n", README, re.S).group(1)
    unaudited = set(re.findall(r"`([^`]+)`", named))
    help_text = stack.ctl("--help")
    for command in unaudited:
        assert re.search(rf"(?m)^\s+{command.split()[0]}\b", help_text), command
        before = len(rows(stack))
        stack.ctl(*command.split(), *(["1"] if command.endswith("show") else []), check=False)
        assert len(rows(stack)) == before, f"{command} is audited: say so in the README"
    readers = {"quarantine list", "quarantine show", "rights list", "rights show", "list snapshot",
               "list filter", "list diff", "report late", "report quality", "retention due",
               "whatif"}
    assert unaudited == readers and not unaudited & set(LOOKS)
