"""consentctl import: what other systems export, and bad files, become events."""
import hashlib
import json

from feeding import settled
from hands import wait_until
from lists import entries, quiet
from sealed import opened
from partners import grant, send


def token(email):
    return hashlib.sha256(email.encode()).hexdigest()


def bring(stack, tmp_path, text, form, *more, name="export", source="mta-eu1"):
    """(exit code, answer, standard error) of an import."""
    file = tmp_path / name
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    done = stack.ctl("import", file, "--format", form, "--source", source, "--json", *more,
                     check=False)
    return done.returncode, json.loads(done.stdout), done.stderr


def facts(stack):
    """{(kind, channels)} by address cannot be said: how many of each kind"""
    return dict(stack.sql("SELECT kind, count(*) FROM v_fact GROUP BY 1"))


SES_JSON = json.dumps({"SuppressedDestinationSummaries": [
    {"EmailAddress": "bounce@example.com", "Reason": "BOUNCE",
     "LastUpdateTime": "2026-03-01T10:00:00.123000+00:00"},
    {"EmailAddress": "spam@example.com", "Reason": "COMPLAINT",
     "LastUpdateTime": 1767225600.5}], "NextToken": "x"})
SES_CSV = ("EmailAddress,Reason,LastUpdateTime\r\n"
           "bounce@example.com,BOUNCE,2026-03-01T10:00:00Z\r\n"
           "spam@example.com,COMPLAINT,2026-03-02T10:00:00Z\r\n"
           "hand@example.com,MANUAL,2026-03-02T10:00:00Z\r\n")
SENDGRID_BOUNCES = ('status,reason,email,created\n5.1.1,"550 5.1.1 no such user, ""sorry""\n'
                    'try again",bounce@example.com,1767225600\n'
                    "4.2.1,421 busy,soft@example.com,1767225600\n")
SENDGRID_SPAM = "email,created,ip\nspam@example.com,1767225600,192.0.2.1\n"
SENDGRID_INVALID = "email,created,reason\ninvalid@example.com,1767225600,Mail domain\n"
SENDGRID_GROUP = "email,created\nleave@example.com,1767225600\n"
MAILGUN_BOUNCES = ('address,code,error,created_at,MessageHash\nbounce@example.com,550,'
                   'No such mailbox,"Fri, 18 Oct 2024 18:28:14 UTC",abc\n')
MAILGUN_JSON = json.dumps({"items": [
    {"address": "leave@example.com", "tags": ["*"],
     "created_at": "Fri, 18 Oct 2024 18:28:14 UTC"}], "paging": {"next": "x"}})
MAILGUN_SPAM = 'address,created_at\nspam@example.com,"Fri, 18 Oct 2024 18:28:14 UTC"\n'


def test_what_mail_services_export(stack, tmp_path):
    """Each list of each service becomes the events that it means."""
    stack.start("ingest")
    for text, form, kinds in (
            (SES_JSON, "ses", {"bounce": 1, "complaint": 1}),
            (SES_CSV, "ses", {"bounce": 1, "complaint": 1, "optout": 1}),
            (SENDGRID_BOUNCES, "sendgrid", {"bounce": 1, "soft_bounce": 1}),
            (SENDGRID_SPAM, "sendgrid", {"complaint": 1}),
            (SENDGRID_INVALID, "sendgrid", {"bounce": 1}),
            (SENDGRID_GROUP, "sendgrid", {"optout": 1}),
            (MAILGUN_BOUNCES, "mailgun", {"bounce": 1}),
            (MAILGUN_JSON, "mailgun", {"optout": 1}),
            (MAILGUN_SPAM, "mailgun", {"complaint": 1})):
        before, had = facts(stack), stack.value("SELECT count(*) FROM ledger")
        code, answer, said = bring(stack, tmp_path, text, form)
        assert code == 0 and answer["sent"] == sum(kinds.values()), (text, answer, said)
        wait_until(lambda: stack.value("SELECT count(*) FROM ledger") == had + answer["sent"],
                   what="the events")
        after = facts(stack)
        assert {k: n - before.get(k, 0) for k, n in after.items()
                if n > before.get(k, 0)} == kinds, text
    assert stack.value("SELECT count(*) FROM quarantine") == 0
    assert stack.value("SELECT bool_and(imported) FROM v_ledger")
    # a bounce that is for good does not lapse, one of the moment does
    assert stack.sql("SELECT kind, expires IS NULL, count(*) FROM v_fact WHERE kind LIKE '%bounce'"
                     " GROUP BY 1, 2 ORDER BY 1") == [("bounce", True, 5), ("soft_bounce", False, 1)]


def test_a_file_counts_once_and_its_provenance_stands_in_the_ledger(stack, tmp_path):
    stack.start("ingest")
    for name in ("march.csv", "copy of march.csv"):
        assert bring(stack, tmp_path, SENDGRID_GROUP, "sendgrid", name=name,
                     *("--at", "2026-01-02"))[0] == 0
    settled(stack, 2)
    assert stack.value("SELECT count(*) FROM ledger") == 1
    raw = json.loads(opened(stack)[0][0])
    digest = hashlib.sha256(SENDGRID_GROUP.encode()).hexdigest()
    assert raw["data"]["provenance"]["source_type"] == "mailing"
    assert raw["data"]["provenance"]["evidence"] == [
        {"kind": "import_file", "sha256": digest, "uri": f"sha256:{digest}#line=2"}]
    assert raw["importbatch"] == f"sendgrid-{digest[:16]}"
    # the row says the same in another file, under another date: it counts once
    assert bring(stack, tmp_path, SENDGRID_GROUP.replace("\n", "\r\n"), "sendgrid", "--at",
                 "2026-02-03")[0] == 0
    settled(stack, 3)
    assert stack.value("SELECT count(*) FROM ledger") == 1


def test_a_dry_run_shows_what_would_come_of_it(stack, tmp_path):
    for daemon in ("ingest", "publish", "keeper"):
        stack.start(daemon)
    send(stack, grant("sectigo.com", 1, "yes@example.com"))
    code, answer, _ = bring(stack, tmp_path, "out@example.com\n", "plain")
    assert code == 0
    wait_until(lambda: len(entries(stack)) == 1 and quiet(stack), what="the first opt-out")
    text = "out@example.com\nyes@example.com\nnew@example.com\nNEW@example.com\nnonsense\n"
    code, dry, said = bring(stack, tmp_path, text, "plain", "--dry-run")
    assert code == 1 and [b["line"] for b in dry["bad"]] == [5], said
    assert (dry["good"], dry["contacts"]) == (4, {"known": 2, "new": 1})
    assert dry["events"] == {"optout.recorded.v1": 4}
    by_list = {row.pop("list"): row for row in dry["lists"]}
    assert by_list["promotional-email"] == {"already": 1, "newly": 2, "taken_off": 0}
    assert by_list["marketing-email-permit"] == {"already": 0, "newly": 0, "taken_off": 1}
    assert stack.value("SELECT count(*) FROM ledger") == 2, "nothing was sent"
    bring(stack, tmp_path, text, "plain")
    wait_until(lambda: len(entries(stack)) == 3 and quiet(stack), what="the import")
    assert {s for s, _ in entries(stack).values()} == {"suppressed"}
    # a source that may not say such a thing: told before it is sent
    assert bring(stack, tmp_path, SENDGRID_BOUNCES, "sendgrid", "--dry-run",
                 source="acme-hosting")[1]["quarantined"] == 2


def test_bad_files(stack, tmp_path):
    """The good lines are done, the bad are named, nothing is lost."""
    stack.start("ingest")
    text = b"\r\n".join([
        b"\xef\xbb\xbfemail,created",         # 1, a byte order mark
        b"one@example.com,2026-01-01",
        b"caf\xe9@example.com,2026-01-01",    # 3, Latin-1
        b'=HYPERLINK("mailto:x@example.com"),2026-01-01',  # 4, a formula
        b'two@example.com,"2026-01-01',       # 5, a quote that is never closed
        b"three@example.com,2026-01-01",
        b"a" * 10_000_000 + b"@example.com,1",  # 7, ten megabytes
        b'"four"@example.com,2026-01-01',     # 8, a quote in the wrong place
        b"five@example.com,yesterday",        # 9, no time: kept, and noted
        b"",
        b"six@example.com\x00,2026-01-01",    # 11
        b'"seven@example.com","2026-01-01"',
        b"eight@ex\xc3\xa4mple.com,2026-01-01",  # UTF-8
    ])
    code, answer, said = bring(stack, tmp_path, text, "sendgrid", "--controller",
                               "sectigo-limited")
    assert code == 1
    assert [b["line"] for b in answer["bad"]] == [3, 4, 5, 7, 8, 11], (answer["bad"], said)
    assert answer["sent"] == 5 and answer["noted"] == 1 and "line 9: BAD_TIME" in said
    wait_until(lambda: stack.value("SELECT count(*) FROM ledger") == 5, what="the good lines")
    assert stack.value("SELECT count(*) FROM quarantine") == 0
    for bad, form, code_of_it in ((b"", "plain", "EMPTY"), (b" \r\n\r\n", "ses", "EMPTY"),
                                  ("email\n".encode("utf-16"), "plain", "NO_ROWS"),
                                  ("email\n".encode("utf-32"), "plain", "UTF32"),
                                  (b"a,b\n1,2\n", "ses", "NO_HEADER"),
                                  (b'{"items": [', "mailgun", "NOT_JSON")):
        code, answer, said = bring(stack, tmp_path, bad, form)
        assert code == 1 and answer["error"]["code"] == code_of_it, (bad, answer)
    for wrong in (("--format", "csv"), ("--as", "nonsense"), ("--controller", "nobody"),
                  ("--at", "soon")):
        assert stack.ctl("import", tmp_path / "export", "--source", "mta-eu1", "--format",
                         "plain", *wrong, check=False).returncode == 2


def test_phones_and_standard_input(stack):
    stack.start("ingest")
    done = stack.ctl("import", "-", "--format", "plain", "--source", "mta-eu1", "--json",
                     stdin="+442071234567\n+1 415 555 0100 9\na@example.com\n", check=False)
    answer = json.loads(done.stdout)
    assert answer["sent"] == 2 and [b["line"] for b in answer["bad"]] == [2]
    wait_until(lambda: stack.value("SELECT count(*) FROM ledger") == 2, what="the events")
    assert sorted(c for c, in stack.sql("SELECT channels FROM v_fact")) \
        == [["email"], ["phone", "sms"]]
