"""consentctl list scrub: what comes out is read back by python's csv and json."""
import contextlib
import csv
import io
import json
import os
import pathlib
import pty
import subprocess
import threading
import zipfile

from asking import Lookup
from facts import ALL, Facts, now, token
from hands import ROOT, wait_until
from lists import entries, quiet

MAY = ["may_mail", "status", "reason"]
SENT, CALLED = "promotional-email", "promotional-phone"


def scrub(stack, text, *options, listed=SENT, code=0, suffix=".csv", tmp=None):
    """(output bytes, summary) of a scrub of a file."""
    file = stack.dir / f"mailing{suffix}"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    done = subprocess.run([stack.program("ctl"), "--config", conf(stack), "list", "scrub",
                           listed, str(file), "--json", *options], capture_output=True,
                          check=False, timeout=120)
    assert done.returncode == code, (done.returncode, done.stderr)
    return done.stdout, done.stderr.decode()


def conf(stack):
    stack.ctl("register", "show")  # writes it
    return str(stack._ctl_conf)


def summary(said):
    return json.loads(said.strip().splitlines()[-1])


def table(out, delimiter=","):
    return list(csv.reader(io.StringIO(out.decode(), newline=""), delimiter=delimiter))


def people(stack):
    world = Facts(stack)
    grant = {"purpose": "marketing.promotional", "flags": ("DIRECT", "EVIDENCE")}
    world.add("yes@example.com", "GRANT", occurred=now(-7200), **grant)
    world.add("no@example.com", "OPTOUT")
    world.add("back@example.com", "OPTOUT", purpose="marketing.promotional",
              occurred=now(-7200), known=now(-7200))
    world.key("lead@example.com")
    world.add("+442071234567", "OPTOUT", channels=ALL, flags=("DIRECT", "WIDE"))
    world.link("linked@example.com", "+442071234567")
    world.commit()
    return world, grant


LINES = """name,email
A,yes@example.com
B,"NO@Example.COM"
C,back@example.com
D,lead@example.com
E,linked@example.com
F,nobody@example.com
G,not an address
H,yes@example.com
"""


def test_verdicts(stack):
    """The same before the publisher has looked and after, but for what was taken back."""
    world, grant = people(stack)
    out, said = scrub(stack, LINES, code=1)
    rows = table(out)
    assert [r[:2] for r in rows] == [r[:2] for r in csv.reader(io.StringIO(LINES))]
    assert rows[0] == ["name", "email", *MAY]
    assert [r[2:] for r in rows[1:]] == [
        ["yes", "permitted", "CONSENT"], ["no", "suppressed", "OPTOUT"],
        ["no", "suppressed", "OPTOUT"], ["no", "suppressed", "NO_GRANT"],
        ["no", "suppressed", "OPTOUT"], ["no", "unknown", "NO_GRANT"],
        ["no", "invalid", "EMAIL_NO_AT"], ["yes", "permitted", "CONSENT"]]
    assert "line 8: EMAIL_NO_AT" in said
    assert summary(said) == {
        "list": SENT, "lines": 8, "may_mail": 2, "suppressed": 4, "permitted": 2,
        "released": 0, "unknown": 1, "invalid": 1, "refused": 0,
        "bad": [{"line": 8, "reason": "EMAIL_NO_AT"}]}
    stack.start("publish")
    wait_until(lambda: quiet(stack), what="the lists")
    world.add("back@example.com", "GRANT", occurred=now(-900), **grant)
    world.commit()
    wait_until(lambda: quiet(stack), what="the release")
    after = table(scrub(stack, LINES, code=1)[0])
    assert after[3] == ["C", "back@example.com", "yes", "released", "CONSENT"]
    assert after[:3] + after[4:] == rows[:3] + rows[4:]
    # who asked about whom
    calls = stack.sql("SELECT lines, may_mail, may_not, unknown, invalid, list, token_id"
                      " FROM v_scrub ORDER BY scrub_id")
    assert calls == [(8, 2, 5, 1, 1, SENT, None), (8, 3, 4, 1, 1, SENT, None)]
    assert stack.value("SELECT count(*) FROM v_scrub_contact WHERE contact = %s",
                       world.keys["no@example.com"]) == 2
    # a permit list: only who is permitted
    permit = table(scrub(stack, LINES, listed="marketing-email-permit", code=1)[0])
    assert [r[2] for r in permit[1:]] == ["yes", "no", "yes", "no", "no", "no", "no", "yes"]
    # somebody who says no now is heard before the publisher speaks
    stack.stop()
    world.add("yes@example.com", "OPTOUT", occurred=now(-1))
    world.add("back@example.com", "OPTOUT", occurred=now(-1))
    world.commit()
    rows = table(scrub(stack, LINES, code=1)[0])
    assert [rows[i][2:] for i in (1, 3)] == 2 * [["no", "suppressed", "OPTOUT"]]
    permit = table(scrub(stack, LINES, listed="marketing-email-permit", code=1)[0])
    assert [r[2] for r in permit[1:]] == 8 * ["no"], "whatever the list said last"
    asked = f"{token('back@example.com')}\n"
    assert scrub(stack, asked, "--tokens", suffix=".txt")[0].split()[1:] \
        == [b"no", b"suppressed", b"OPTOUT"]


def test_tokens(stack):
    people(stack)
    stack.start("publish")
    wait_until(lambda: quiet(stack), what="the lists")
    asked = [token("no@example.com"), token("no@example.com").upper(),
             token("nobody@example.com"), token("yes@example.com"), "no@example.com", ""]
    out, _ = scrub(stack, "\n".join(asked) + "\n", "--tokens", suffix=".txt", code=1)
    rows = [line.split("\t") for line in out.decode().splitlines()]
    assert [r[0] for r in rows] == asked
    assert [r[1:] for r in rows] == [
        ["no", "suppressed", "OPTOUT"], ["no", "suppressed", "OPTOUT"],
        ["no", "unknown", "NO_GRANT"], ["no", "unknown", "NO_GRANT"],
        ["no", "invalid", "BAD_TOKEN"], []]


def test_ndjson(stack):
    people(stack)
    lines = ['{"email":"yes@example.com","n":1}', '{"n":2, "email": "no@example.com" }', "{}",
             "[1]", '{"email":7}', '{"email":"nobody@example.com","scrub":"old"}',
             '{"email":"yes@example.com"', "\x01"]
    out, said = scrub(stack, "\r\n".join(lines).encode() + b"\r\n\xff\xfe\x00\n", code=1,
                      suffix=".ndjson")
    found = [json.loads(line) for line in out.split(b"\n")[:-1]]
    assert [f["scrub"]["status"] for f in found] == [
        "permitted", "suppressed", "invalid", "invalid", "invalid", "unknown", "invalid",
        "invalid", "invalid"]
    assert [f["scrub"].get("line") for f in found] == [None, None, 3, 4, 5, None, 7, 8, 9]
    assert found[0] == {"email": "yes@example.com", "n": 1, "scrub": {
        "may_mail": True, "status": "permitted", "reason": "CONSENT"}}
    assert found[3]["line"] == "[1]" and found[6]["line"] == lines[6]
    assert found[8]["line_hex"] == "fffe00"
    assert summary(said)["lines"] == 9


def test_phones(stack):
    people(stack)
    stack.sql("UPDATE register_version SET version = version + 1")
    path = stack.dir / "more.json"
    path.write_text(json.dumps({"register": "more", "lists": [{
        "id": "calls", "controller": "sectigo-limited", "purpose": "*promotional",
        "channel": "phone", "polarity": "deny", "recipient": "mta-eu1",
        "profile": "sha256-hex"}]}))
    stack.ctl("register", "apply", path)
    text = "phone\n020 7123 4567\n+44 20 7123 4567\n+491701234567\nabc\n"
    rows = table(scrub(stack, text, "--country", "GB", listed="calls", code=1)[0])
    assert [r[2] for r in rows[1:]] == ["suppressed", "suppressed", "unknown", "invalid"]


BAD = b"""\xef\xbb\xbfname;email\r
J\xe9r\xf4me;yes@example.com\r
"stray;yes@example.com\r
mid"dle;no@example.com\r
"two\r
lines";no@example.com\r
"stray;but a quote follows\r
later";yes@example.com\r
quoted;"no@example.com\r
x;yes@example.com"\r
formula;=HYPERLINK(1)\r
\r
nul\0;no@example.com\r
short\r
a;no@example.com;yes\r
jos\xc3\xa9;jos\xe9@example.com\r
end;no@example.com"""


def test_bad_lines_cost_only_themselves(stack):
    people(stack)
    out, said = scrub(stack, BAD, code=1)
    assert out.startswith(b"\xef\xbb\xbfname;email;may_mail;status;reason\r\n")
    assert b"J\xe9r\xf4me;yes@example.com;yes;permitted;CONSENT\r\n" in out
    rows = list(csv.reader(io.StringIO(out.decode("latin-1"), newline=""), delimiter=";"))
    assert [(r[-2], r[-1]) for r in rows[1:] if r] == [
        ("permitted", "CONSENT"), ("invalid", "BAD_QUOTE"), ("invalid", "BAD_QUOTE"),
        ("suppressed", "OPTOUT"), ("permitted", "CONSENT"), ("invalid", "BAD_QUOTE"),
        ("invalid", "BAD_QUOTE"), ("invalid", "FORMULA"),
        ("invalid", "NUL"), ("invalid", "NO_FIELD"), ("invalid", "TOO_MANY_FIELDS"),
        ("invalid", "EMAIL_NOT_UTF8"), ("suppressed", "OPTOUT")]
    assert rows[2][0] == '"stray;yes@example.com' and rows[4][0] == "two\r\nlines"
    assert all(len(r) == 5 for r in rows if r), "the verdict stands in its column"
    assert [line for line in said.splitlines() if "consentctl: line" in line] == [
        f"consentctl: line {n}: {code}" for n, code in (
            (3, "BAD_QUOTE"), (4, "BAD_QUOTE"), (9, "BAD_QUOTE"), (10, "BAD_QUOTE"), (11, "FORMULA"), (13, "NUL"),
            (14, "NO_FIELD"), (15, "TOO_MANY_FIELDS"), (16, "EMAIL_NOT_UTF8"))]


def test_unicode_text_of_a_spreadsheet(stack):
    """UTF-16 comes back as UTF-8, and nobody is lost at the seams of what is read."""
    people(stack)
    text = "Name\tEmail\n" + "".join(f"Zoë 🙂 {i}\tno@example.com\n" for i in range(30000))
    plain, _ = scrub(stack, text.encode())
    for coding, mark in (("utf-16-le", True), ("utf-16-be", True), ("utf-16-le", False)):
        out, said = scrub(stack, (("\ufeff" if mark else "") + text).encode(coding))
        assert summary(said)["suppressed"] == 30000
        assert out == (b"\xef\xbb\xbf" if mark else b"") + plain, coding
    out, said = scrub(stack, "\ufeffno@example.com\nyes@example.com\n".encode("utf-16"), suffix=".txt")
    assert summary(said)["suppressed"] == 1 and summary(said)["lines"] == 2
    out, _ = scrub(stack, "\ufeffemail\nno@example.com\n".encode("utf-16-le")[:-1], code=1)
    assert "\ufffd" in out.decode(), "half a character is seen"


def test_whole_files_that_are_none(stack):
    people(stack)
    for text, code, words in ((b"", 1, "empty"), (b"\xff\xfe\0\0a\0\0\0", 1, "UTF"),
                              (b"a,b\n1,2\n", 1, "which column"),
                              (b"\xef\xbb\xbf", 1, "empty")):
        out, said = scrub(stack, text, code=code)
        assert words in said and out in (b"",) or b'"error"' in out, (text, out, said)
    file = stack.dir / "kept.csv"
    file.write_text("what was there")
    scrub(stack, b"", "--output", str(file), code=1)
    assert file.read_text() == "what was there"
    assert [f.name for f in stack.dir.glob("kept.csv*")] == ["kept.csv"]
    done = stack.ctl("list", "scrub", SENT, stack.dir / "mailing.csv", "--column", "mail",
                     check=False)
    assert done.returncode == 1


def test_long_lines(stack):
    """Ten megabytes in one line, and one that is longer than may be."""
    people(stack)
    ten = b"x" * 10_000_000
    text = b"email,note\nno@example.com," + ten + b"\n" + ten + b",n\n" + 2 * ten + \
        b"\nyes@example.com,n\n"
    out, said = scrub(stack, text, code=1)
    lines = out.split(b"\n")
    assert lines[1] == b"no@example.com," + ten + b",no,suppressed,OPTOUT"
    assert lines[2].endswith(b",no,invalid,TOO_LONG") and len(lines[2]) > len(ten)
    assert lines[3].endswith(b",no,invalid,TOO_LONG")
    assert lines[4] == b"yes@example.com,n,yes,permitted,CONSENT"
    assert "line 3: TOO_LONG" in said and "line 4: TOO_LONG" in said


def test_many_keep_their_order(stack):
    """Over several parts, through a pipe, by column number, into a file."""
    people(stack)
    who = ["yes@example.com", "no@example.com", "nobody{}@example.com", "bad"]
    lines = [f"{i},{who[i % 4].format(i)}" for i in range(200_000)]
    file = stack.dir / "out.csv"
    done = subprocess.run([stack.program("ctl"), "--config", conf(stack), "list", "scrub",
                           SENT, "-", "--column", "2", "--output", str(file), "--json"],
                          input="\n".join(lines) + "\n", capture_output=True, text=True,
                          check=False, timeout=120)
    assert done.returncode == 1, done.stderr
    assert json.loads(done.stdout)["lines"] == 200_000
    found = file.read_text().splitlines()
    assert len(found) == 200_000
    verdicts = ["yes,permitted,CONSENT", "no,suppressed,OPTOUT", "no,unknown,NO_GRANT",
                "no,invalid,EMAIL_NO_AT"]
    for i in range(0, 200_000, 997):
        assert found[i] == f"{lines[i]},{verdicts[i % 4]}"
    assert stack.value("SELECT count(*) FROM scrub_part") == 4
    assert not entries(stack)


def post(lookup, text, kind="text/csv", arguments="", token="mailing", listed=SENT):
    return lookup.ask("POST", f"/v1/lists/{listed}/scrub{arguments}",
                      text if isinstance(text, bytes) else text.encode(), token,
                      **{"Content-Type": kind})


def test_over_http(lookup):
    people(lookup.stack)
    wanted = scrub(lookup.stack, LINES, code=1)[0].decode()
    status, found, headers = post(lookup, LINES)
    assert (status, found) == (200, wanted) and headers["Content-Type"].startswith("text/csv")
    assert post(lookup, LINES, token="dpo")[1] == wanted
    status, found, _ = post(lookup, '{"email":"no@example.com"}\n', "application/x-ndjson")
    assert found["scrub"]["status"] == "suppressed"
    one = lookup.stack.sql("SELECT token_id, lines FROM v_scrub ORDER BY scrub_id")
    assert one == [(None, 8), (lookup.ids["mailing"], 8), (lookup.ids["dpo"], 8),
                   (lookup.ids["mailing"], 1)]
    assert {(r[1], r[2], r[3]) for r in lookup.audit("route = 'scrub'")} \
        == {("scrub", "shown", None)}
    for answer, code in (
            (post(lookup, LINES, "application/json"), 415),
            (post(lookup, LINES, listed="no-such-list"), 404),
            (post(lookup, LINES, listed="marketing-phone"), 404),
            (post(lookup, "a,b\n1,2\n"), 422), (post(lookup, ""), 422),
            (post(lookup, LINES, arguments="?header=maybe"), 400),
            (post(lookup, LINES, arguments="?more=1"), 400),
            (post(lookup, LINES, token="reseller"), 403)):
        assert answer[0] == code, answer


def test_over_http_by_number_and_token(lookup):
    people(lookup.stack)
    lookup.stack.start("publish")
    wait_until(lambda: quiet(lookup.stack), what="the lists")
    found = post(lookup, f"x,{token('no@example.com')}\nx,{token('other')}\n",
                 arguments="?column=2&tokens=true")[1]
    assert [r[2:] for r in csv.reader(found.splitlines())] == [
        ["no", "suppressed", "OPTOUT"], ["no", "unknown", "NO_GRANT"]]


def test_the_days_budget(lookup):
    """Distinct contacts count, known or not; what is past the budget is not answered."""
    people(lookup.stack)
    lookup.token("poor", "mailing", "--budget", "5")
    five = "".join(f"{who}@example.com\n" for who in ("yes", "no", "a", "b", "c"))

    def ask(text):
        found = post(lookup, text, "text/plain", token="poor")[1]
        return [line.split("\t")[2] for line in found.splitlines()]
    assert ask(five + five) == 2 * (["permitted", "suppressed"] + 3 * ["unknown"])
    assert ask(five) == ["permitted", "suppressed", "unknown", "unknown", "unknown"]
    assert ask("no@example.com\nnew@example.com\n") == ["refused", "refused"]
    assert ask("no@example.com\n") == ["suppressed"]
    tokens = post(lookup, token("guessed") + "\n", "text/plain", "?tokens=true", "poor")[1]
    assert tokens.split("\t")[2:] == ["refused", "OVER_BUDGET\n"]


def test_a_large_list_over_http(lookup):
    people(lookup.stack)
    lines = [f"{i},{'no' if i % 10 == 0 else f'nobody{i}'}@example.com" for i in range(60_000)]
    status, found, _ = post(lookup, "id,email\n" + "\n".join(lines) + "\n")
    rows = found.splitlines()
    assert status == 200 and len(rows) == 60_001
    assert all(rows[i + 1].startswith(lines[i] + ",no,") for i in range(60_000))
    assert sum(",suppressed," in r for r in rows) == 6000


def test_with_the_rights_of_its_role(stack):
    """The service, and the operator's command, as the roles that the migrations make."""
    people(stack)
    url = stack.cluster.url(stack.database)
    url += ("&" if "?" in url else "?") + "options=-c%20role%3D"
    lookup = Lookup(stack, database_url=url + "consent_lookup")
    lookup.token("few", "mailing", "--budget", "10")
    for name in ("few", "dpo"):
        status, found, _ = post(lookup, LINES, token=name)
        assert status == 200 and ",suppressed,OPTOUT" in found
    stack.write_conf("ctl", "operator.conf", database_url=url + "consent_operator")
    file = stack.dir / "mailing.csv"
    file.write_text("email\nno@example.com\n")
    for argv in (["scrub", SENT, file], ["filter", SENT, "--output", stack.dir / "f"]):
        subprocess.run([stack.program("ctl"), "--config", stack.dir / "operator.conf", "list",
                        *argv], check=True, capture_output=True)
    assert {r[0] for r in stack.sql("SELECT by_role FROM scrub")} >= {stack.value(
        "SELECT session_user")}


def test_scrubbed_again_and_again(stack):
    """Our own columns are replaced, wherever they stand; theirs stay, whatever they say."""
    people(stack)
    text = "name,email,status\nA,yes@example.com,vip\nB,\"no@example.com\",\"a, \"\"b\"\"\"\n"
    once = scrub(stack, text)[0]
    assert once.splitlines()[0] == b"name,email,status,may_mail,status,reason"
    assert scrub(stack, once)[0] == once
    # as two earlier scrubs left it, with a column that somebody added behind
    twice = "\n".join(line + ",old,old,old" if i else line + ",may_mail,status,reason"
                      for i, line in enumerate(once.decode().splitlines()))
    moved = "\n".join(line + (",x" if i else ",note")
                      for i, line in enumerate(twice.splitlines())) + "\n"
    again = table(scrub(stack, moved)[0])
    assert again[0] == ["name", "email", "status", "note", *MAY]
    assert again[1] == ["A", "yes@example.com", "vip", "x", "yes", "permitted", "CONSENT"]
    assert again[2][2:4] == ['a, "b"', "x"] and again[2][4:6] == ["no", "suppressed"]
    # without names, as plain lines, as NDJSON
    bare = "A;no@example.com\nB;yes@example.com\n"
    once = scrub(stack, bare, "--column", "2")[0]
    assert scrub(stack, once, "--column", "2")[0] == once
    once = scrub(stack, "no@example.com\n\nyes@example.com\n", suffix=".txt")[0]
    assert scrub(stack, once, suffix=".txt")[0] == once
    once = scrub(stack, '{"EMAIL":"no@example.com","n":1}\n{"eMail":"yes@example.com"}\n',
                 suffix=".ndjson")[0]
    assert [json.loads(line)["scrub"]["may_mail"] for line in once.splitlines()] \
        == [False, True]
    assert [json.loads(a) for a in scrub(stack, once, suffix=".ndjson")[0].splitlines()] \
        == [json.loads(a) for a in once.splitlines()]
    # two members, and nobody knows which one the mailing program takes
    two = scrub(stack, '{"Email":"no@example.com","email":"yes@example.com"}\n',
                suffix=".ndjson", code=1)[0]
    assert json.loads(two)["scrub"] == {"may_mail": False, "status": "invalid",
                                        "reason": "TWO_MEMBERS", "line": 1}


def test_what_spreadsheets_write(stack):
    people(stack)
    out = scrub(stack, "sep=;\nE-Mail-Adresse;Name\n'no@example.com;A\n")[0]
    assert out.splitlines() == [b"sep=;", b"E-Mail-Adresse;Name;may_mail;status;reason",
                                b"'no@example.com;A;no;suppressed;OPTOUT"]
    out = scrub(stack, "Name|Correo electrónico\nA|no@example.com\n")[0]
    assert table(out, "|")[1][2:4] == ["no", "suppressed"]
    said = scrub(stack, "Work Email,Private Email\nno@example.com,yes@example.com\n",
                 code=1)[1]
    assert "2 columns may be meant" in said


def test_standard_output_by_its_name(stack):
    people(stack)
    out, said = scrub(stack, LINES, "--output", "-", code=1)
    assert table(out)[1][2:] == ["yes", "permitted", "CONSENT"]
    assert summary(said)["lines"] == 8 and not (stack.dir / "-").exists()


BOOKS = pathlib.Path(ROOT) / "tests" / "golden" / "import"


def retold(name, **words):
    """The workbook with other words in its cells."""
    out = io.BytesIO()
    with zipfile.ZipFile(BOOKS / name) as old, zipfile.ZipFile(out, "w") as new:
        for part in old.namelist():
            text = old.read(part)
            for word, other in words.items():
                text = text.replace(f"{word}@example.com".encode(),
                                    f"{other}@example.com".encode())
            new.writestr(part, text)
    return out.getvalue()


def test_a_workbook_comes_back_as_csv(stack):
    people(stack)
    book = retold("book.xlsx", ann="no", bob="yes")
    out, said = scrub(stack, book, suffix=".xlsx", code=1)
    rows = table(out)
    assert rows[0] == ["E-Mail", "Telefon", "Abgemeldet am", "Bemerkung", *MAY]
    assert [(r[0], *r[-3:]) for r in rows[1:3]] == [
        ("no@example.com", "no", "suppressed", "OPTOUT"),
        ("yes@example.com", "yes", "permitted", "CONSENT")]
    assert rows[4] == [], "an empty row stays where it is"
    assert {r[-2] for r in rows[1:] if r and r[0].count("@") != 1} == {"invalid"}
    assert 'sheet "Abmeldungen" of a workbook: its rows go out as CSV' in said
    assert "row 9: FORMULA" in said, "by the rows of the sheet, not the lines of a cell"
    # the same by standard input
    done = subprocess.run([stack.program("ctl"), "--config", conf(stack), "list", "scrub", SENT,
                           "-"], input=book, capture_output=True, check=False, timeout=120)
    assert (done.returncode, done.stdout) == (1, out)
    # of several sheets the one that is named; what comes out is no workbook
    for options, code in ((), "SEVERAL_SHEETS"), (("--sheet", "July"), "NO_SHEET"), \
            (("--sheet", "may", "--format", "plain"), "BAD_FORMAT"), \
            (("--sheet", "may", "--output", "x.xlsx"), "BAD_OPTION"):
        answer = scrub(stack, (BOOKS / "book-sheets.xlsx").read_bytes(), *options,
                       suffix=".xlsx", code=1 if options == () else 2)[0]
        assert json.loads(answer)["error"]["code"] == code, answer
    out = scrub(stack, (BOOKS / "book-sheets.xlsx").read_bytes(), "--sheet", "may",
                suffix=".xlsx")[0]
    assert [r[0] for r in table(out)] == ["may@example.com"], "which has no names"
    # only of a workbook
    said = scrub(stack, LINES, "--sheet", "may", code=2)[0]
    assert json.loads(said)["error"]["code"] == "NO_SHEET"


def test_a_number_that_a_workbook_lost_is_nobody_s(stack):
    """Not even when its digits would be somebody's: row 10 is shown with other ones."""
    people(stack)
    out, said = scrub(stack, (BOOKS / "book-numbers.xlsx").read_bytes(), "--country", "DE",
                      listed=CALLED, suffix=".xlsx", code=1)
    assert [r[-1] for r in table(out)[1:]] == [
        "NO_GRANT", "ROUNDED_NUMBER", "ROUNDED_NUMBER", "PHONE_CHARACTER", "PHONE_CHARACTER",
        "ROUNDED_NUMBER", "NO_GRANT", "NO_GRANT", "NUMBER_FORMAT", "NUMBER_FORMAT"]
    assert "row 10: NUMBER_FORMAT" in said


def test_empty_lines_above_the_names(stack):
    people(stack)
    out = scrub(stack, "\n\nname,email\nA,no@example.com\n")[0]
    assert table(out)[2:] == [["name", "email", *MAY],
                              ["A", "no@example.com", "no", "suppressed", "OPTOUT"]]


def test_what_is_no_text_is_refused_at_once(lookup):
    stack = lookup.stack
    file = stack.dir / "out"
    for blob in (b"PK\x03\x04" + bytes(100), bytes(range(256)) * 100, b"\x1f\x8b\x08" * 50,
                 b"email\n" + bytes(1000)):
        said = scrub(stack, blob, "--output", str(file), code=1)
        assert json.loads(said[0])["error"]["code"] == "BINARY", said
        assert not file.exists()
        status, answer = post(lookup, blob)[:2]
        assert status == 422 or b"BINARY" in answer, (status, answer)


def test_a_person_watching_sees_how_far_it_is(stack):
    """The bar, on a terminal; a file's lines still go to standard output alone."""
    people(stack)
    file = stack.dir / "watched.csv"
    file.write_text("email\n" + "no@example.com\n" * 50_000)
    master, slave = pty.openpty()
    done = subprocess.Popen([stack.program("ctl"), "--config", conf(stack), "list", "scrub",
                             SENT, str(file)], stdout=subprocess.PIPE, stderr=slave)
    os.close(slave)
    seen = bytearray()

    def watch():
        """All the while: a terminal takes few bytes that nobody reads, and then it waits."""
        with contextlib.suppress(OSError):  # the end
            while part := os.read(master, 65536):
                seen.extend(part)
    watching = threading.Thread(target=watch)
    watching.start()
    out = done.stdout.read()
    assert done.wait(60) == 0 and out.count(b"\n") == 50_001
    watching.join()
    os.close(master)
    assert b"100 %" in seen and b"50000 lines" in seen
