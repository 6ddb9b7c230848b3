"""consentctl import, from a file to the list: who is suppressed in the end, and who is not."""
import csv
import hashlib
import io
import json
import os
import pathlib
import zipfile

from hands import ROOT, wait_until
from lists import entries, quiet
from partners import at, decide, grant, said, send
from test_hashed import b64
from test_import import bring, token
from test_lists import calm, more_lists


def sha(text):
    return hashlib.sha256(text.encode()).hexdigest()


def on(stack, email):
    return entries(stack).get(token(email), (None,))[0]


def denied(stack, number):
    answer = stack.ctl_json("decide", "--phone", number, "--controller", "sectigo-limited",
                            "--purpose", "marketing.promotional", "--channel", "phone")
    return "suppressed" if (answer["verdict"], answer["reason"]) == ("DENY", "OPTOUT") else None


def ses_page(*rows):
    return {"SuppressedDestinationSummaries": [
        {"EmailAddress": a, "Reason": r, "LastUpdateTime": "2026-04-10T21:03:05+00:00"}
        for a, r in rows], "NextToken": "x"}


def utf16(text):
    return b"\xff\xfe" + text.encode("utf-16-le")


BOOK = pathlib.Path(ROOT) / "tests" / "golden" / "import" / "book-sheets.xlsx"

# name, format and options, file, who is suppressed then, who is not, exit code
FILES = (
    ("one line", ["plain"], "a1@example.com, a2@example.com, a3@example.com\n",
     ["a1@example.com", "a2@example.com", "a3@example.com"], [], 0),
    ("one line, semicolons", ["plain"], "b1@example.com; b2@example.com\n",
     ["b1@example.com", "b2@example.com"], [], 0),
    ("half a line", ["plain"], "email\n\"c1@example.com, nonsense\"\nc2@example.com\n",
     ["c2@example.com"], ["c1@example.com"], 1),
    ("both columns", ["plain"], "email,phone\nd1@example.com,+447911123401\n",
     ["d1@example.com", "+447911123401"], [], 0),
    ("German", ["plain"], "E-Mail-Adresse;Telefonnummer\ne1@example.com;+447911123402\n",
     ["e1@example.com", "+447911123402"], [], 0),
    ("numbers by country", ["plain", "--country", "DE"],
     "Telefon\n4930123401\n030 123402\n0049 30 123403\n",
     ["+4930123401", "+4930123402", "+4930123403"], [], 0),
    ("numbers by their own country", ["plain"],
     "phone,country\n393123456701,IT\n919876543201,IN\n0011 501 222-1201,AU\n",
     ["+393123456701", "+919876543201", "+5012221201"], [], 0),
    ("hashes of numbers", ["hashed", "--profile", "sha256-hex"],
     f"phone_hash\n{sha('+447911123403')}\n", ["+447911123403"], [], 0),
    ("both hashes", ["hashed", "--profile", "sha256-hex"],
     f"email_hash,phone_hash\n{sha('f1@example.com')},{sha('+447911123404')}\n",
     ["f1@example.com", "+447911123404"], [], 0),
    ("Customer Match", ["hashed", "--profile", "google-sha256"],
     f"Email,Phone,Country\n{sha('glee@gmail.com')},{sha('+447911123405')},GB\n",
     ["g.lee@gmail.com", "+447911123405"], [], 0),
    ("custom audience", ["hashed", "--profile", "meta-sha256"],
     f"em,ph\n{sha('h1@example.com')},{sha('447911123406')}\n",
     ["h1@example.com", "+447911123406"], [], 0),
    ("SES pages", ["ses"], json.dumps([ses_page(("i1@example.com", "COMPLAINT")),
                                       ses_page(("i2@example.com", "BOUNCE"))]),
     ["i1@example.com", "i2@example.com"], [], 0),
    ("SES pages behind each other", ["ses"],
     json.dumps(ses_page(("j1@example.com", "COMPLAINT"))) + "\n" +
     json.dumps(ses_page(("j2@example.com", "BOUNCE"))),
     ["j1@example.com", "j2@example.com"], [], 0),
    ("SES in UTF-16", ["ses"], utf16(json.dumps(ses_page(("k1@example.com", "COMPLAINT")))),
     ["k1@example.com"], [], 0),
    ("SES without names", ["ses"], "l1@example.com,BOUNCE\r\nl2@example.com,COMPLAINT\r\n",
     ["l1@example.com", "l2@example.com"], [], 0),
    ("Mailgun with an empty array first", ["mailgun"],
     json.dumps({"errors": [], "items": [{"address": "m1@example.com", "tags": ["*"],
                                          "created_at": "Tue, 21 Apr 2026 11:02:55 GMT"}]}),
     ["m1@example.com"], [], 0),
    ("an allow list", ["mailgun"],
     "address,reason,created_at\nn1@example.com,never,\"Tue, 21 Apr 2026 11:02:55 GMT\"\n",
     [], ["n1@example.com"], 1),
    ("a block is no bounce", ["sendgrid"],
     "created,email,reason,status\n1776960000,o1@example.com,550 5.7.1 content,5.7.1\n",
     [], ["o1@example.com"], 0),
    ("a postal address first", ["plain"],
     "Address,City,Email\n\"1 High St, Leeds\",Leeds,p1@example.com\n",
     ["p1@example.com"], [], 0),
    ("sep", ["plain"], "sep=;\nemail;name\nq1@example.com;A\n", ["q1@example.com"], [], 0),
    ("pipes", ["plain"], "email|name\nr1@example.com|A\n", ["r1@example.com"], [], 0),
    ("Brevo", ["plain"], "CONTACT ID;EMAIL;SMS;ADDED_TIME;MODIFIED_TIME\n"
     "1;s1@example.com;33612345601;01-02-2026;05-04-2026\n",
     ["s1@example.com", "+33612345601"], [], 0),
    ("HubSpot", ["hubspot"], "Email,Unsubscribed from all email,Create Date\n"
     "t1@example.com,true,2020-01-01 10:00\nt2@example.com,false,2020-01-01 10:00\n",
     ["t1@example.com"], ["t2@example.com"], 0),
    ("Mailchimp", ["mailchimp"], "Email Address,Address,OPTIN_TIME,UNSUB_TIME\n"
     "u1@example.com,\"1 High St\",2020-01-02 03:04:05,2026-04-06 07:08:09\n",
     ["u1@example.com"], [], 0),
    ("an apostrophe", ["plain"], "email\n'v1@example.com\n", ["v1@example.com"],
     ["'v1@example.com"], 0),
    ("everybody", ["plain"], "*@example.com\n", [], ["*@example.com"], 1),
    ("flags", ["plain"], "email,doNotEmail\nw1@example.com,1\nw2@example.com,0\n"
     "w3@example.com,false\n", ["w1@example.com"], ["w2@example.com", "w3@example.com"], 0),
    ("a status", ["plain"], "email,status\nx1@example.com,blocklisted\n"
     "x2@example.com,enabled\n", ["x1@example.com"], ["x2@example.com"], 0),
    ("an unknown column of addresses", ["plain"],
     "Erreichbar,email\ny1@example.com,y2@example.com\n", [],
     ["y1@example.com", "y2@example.com"], 1),
    ("a workbook of several sheets", ["plain"], BOOK.read_bytes(), [], [], 1),
    ("one of its sheets", ["plain", "--sheet", "may"], BOOK.read_bytes(),
     ["may@example.com"], ["june@example.com"], 0),
    ("a name twice", ["plain"], "Email,Email\n,z1@example.com\n", ["z1@example.com"], [], 0),
)


def grants(emails):
    return [grant("sectigo.com", f"known-{e}", e) for e in emails]


def test_from_file_to_list(stack, tmp_path):
    """Everybody has consented before; in the end those are suppressed whom a file names."""
    for daemon in ("ingest", "publish", "keeper"):
        stack.start(daemon)
    named = [c for row in FILES for c in row[3] + row[4] if not c.startswith("+")
             and c not in ("'v1@example.com", "*@example.com")]
    send(stack, *grants(named))
    for number in (c for row in FILES for c in row[3] if c.startswith("+")):
        event = grant("sectigo.com", f"known-{number}", "x@example.com")
        event["data"]["contact"] = {"phone": number, "age": "16_or_over"}
        send(stack, event)
    wait_until(lambda: calm(stack), 60, what="the grants")
    sent = 0
    for name, options, text, _, _, code in FILES:
        got, answer, words = bring(stack, tmp_path, text, *options, name=f"{name}.csv")
        assert got == code, (name, answer, words)
        assert answer.get("adds_up", True), (name, answer)
        sent += answer.get("sent", 0)
    wait_until(lambda: stack.value("SELECT count(*) FROM ledger WHERE flags & 4 <> 0") == sent,
               120, what="the imports")
    wait_until(lambda: calm(stack), 60, what="the lists")
    table = entries(stack)

    def now(contact):
        if contact.startswith("+"):
            return denied(stack, contact)
        return table.get(token(contact), (None,))[0]
    for name, _, _, yes, no, _ in FILES:
        assert {c: now(c) for c in yes} == dict.fromkeys(yes, "suppressed"), name
        assert {c: now(c) for c in no if now(c) == "suppressed"} == {}, name
    assert stack.value("SELECT count(*) FROM quarantine") == 0
    assert stack.ctl_json("rebuild")["different"] == 0


CRM = ("Contact ID,Email,Phone,Do Not Email,Do Not Phone,Do Not Mail,Do Not Trade,Do Not Track\n"
       "1,no-mail@example.com,+447911123451,1,0,0,0,0\n"
       "2,no-sale@example.com,+447911123452,0,0,0,1,0\n"
       "3,no-post@example.com,+447911123453,0,0,1,0,0\n"
       "4,no-call@example.com,+447911123454,0,1,0,0,0\n"
       "5,no-web@example.com,+447911123455,0,0,0,0,1\n"
       "6,neither@example.com,+447911123456,1,0,0,1,0\n"
       "7,yes@example.com,+447911123457,0,0,0,0,0\n")


def test_a_no_of_a_column_is_of_what_it_is_about(stack, tmp_path):
    """Do Not Trade is no opt-out of mail: from the file to the lists and the decisions."""
    for daemon in ("ingest", "publish", "keeper"):
        stack.start(daemon)
    people = [line.split(",")[1] for line in CRM.splitlines()[1:]]
    send(stack, *grants(people))
    wait_until(lambda: calm(stack), what="the consents")
    code, answer, words = bring(stack, tmp_path, CRM, "plain")
    assert code == 0, words
    assert answer["first"][1]["says"][0]["of"] == ["sale"]
    # 1 mail, 2 sale of both contacts, 4 telephone, 5 web of both, 6 mail and sale, sale
    assert (answer["sent"], answer["silent_rows"], answer["adds_up"]) == (8, 2, True)
    wait_until(lambda: stack.value("SELECT count(*) FROM ledger WHERE flags & 4 <> 0") == 8
               and calm(stack), what="the import")
    assert {p for p in people if on(stack, p) == "suppressed"} == {
        "no-mail@example.com", "neither@example.com"}
    assert denied(stack, "+447911123454") == "suppressed"
    assert denied(stack, "+447911123452") is None
    def why(email, purpose, channel):
        return stack.ctl_json("decide", "--email", email, "--controller", "sectigo-limited",
                              "--purpose", purpose, "--channel", channel)["reason"]
    assert [why(f"{who}@example.com", "data.sale", "email")
            for who in ("no-sale", "neither", "no-mail", "no-web")] == [
        "SALE_OPTED_OUT", "SALE_OPTED_OUT", *(2 * [why("yes@example.com", "data.sale", "email")])]
    assert why("no-web@example.com", "web.tailored_advertising", "web") == "OPTOUT"
    assert why("no-sale@example.com", "web.tailored_advertising", "web") != "OPTOUT"
    assert why("yes@example.com", "data.sale", "email") != "SALE_OPTED_OUT"
    assert stack.value("SELECT count(*) FROM quarantine") == 0


def test_when_an_account_was_made_is_no_time_of_an_opt_out(stack, tmp_path):
    """Made long ago, consented, blocklisted after that: the account's age does not count."""
    for daemon in ("ingest", "publish", "keeper"):
        stack.start(daemon)
    yes = grant("sectigo.com", 1, "lm@example.com")
    yes |= {"time": at(-300 * 86400), "importbatch": "old"}
    yes["data"]["provenance"]["collected_at"] = at(-300 * 86400)
    send(stack, yes)
    text = ("uuid,email,name,attributes,status,created_at,updated_at\n"
            f"4b,lm@example.com,A,{{}},blocklisted,{at(-900 * 86400)},{at(-100 * 86400)}\n")
    code, answer, _ = bring(stack, tmp_path, text, "plain", "--dry-run")
    assert code == 0 and answer["read"][0]["time"] == "updated_at, else the file's own"
    assert answer["first"][0]["says"][0]["time_of"] == "updated_at"
    assert bring(stack, tmp_path, text, "plain", name="old.csv", *(
        "--time-column", "created_at"))[0] == 0
    wait_until(lambda: stack.value("SELECT count(*) FROM ledger") == 2 and calm(stack),
               what="the opt-out of long ago")
    assert decide(stack, "lm@example.com")["verdict"] == "PERMIT"
    assert bring(stack, tmp_path, text, "plain")[0] == 0
    wait_until(lambda: said(decide(stack, "lm@example.com"))[::2] == ("DENY", "OPTOUT")
               and on(stack, "lm@example.com") == "suppressed", what="the opt-out")


def duplicates(stack):
    return stack.value("SELECT coalesce(sum(n), 0) FROM source_count WHERE outcome = 2")


def test_the_same_rows_count_once_whenever_they_come(stack, tmp_path):
    stack.start("ingest")
    text = "email,phone\nann@example.com,+447911123456\nBob@Example.com,\n"
    file = tmp_path / "export.csv"
    file.write_text(text)
    argv = ("--format", "plain", "--source", "mta-eu1", "--json")
    for n, stdin in enumerate((None, None, text, text, "phone,email\n+44 7911 123456,ANN@example"
                               ".com\n,bob@example.com\n")):
        os.utime(file, (1_700_000_000 + n * 1_000_000,) * 2)
        done = stack.ctl("import", "-" if stdin else file, *argv, stdin=stdin)
        assert json.loads(done)["sent"] == 3
        wait_until(lambda n=n: stack.value("SELECT count(*) FROM ledger") == 3
                   and duplicates(stack) == 3 * n, what="the events")
    # another time of its own is another statement, and so is another meaning
    dated = "email,unsubscribed_at\nann@example.com,2026-01-02T03:04:05Z\n"
    for form in ("plain", "plain", "sendgrid"):
        assert bring(stack, tmp_path, dated, form)[0] == 0
    wait_until(lambda: stack.value("SELECT count(*) FROM ledger") == 5
               and duplicates(stack) == 13, what="the others")
    assert stack.value("SELECT count(*) FROM quarantine") == 0


def test_an_id_that_only_looks_like_its_content_is_still_a_reuse(stack):
    stack.start("ingest")
    events = [{"specversion": "1.0", "id": "import-" + "0" * 32, "importbatch": "b",
               "source": "urn:consent:src:mailing:mta-eu1", "type": "optout.recorded.v1",
               "time": at(-60), "data": {"contact": {"email": f"p{i}@example.com"}}}
              for i in range(2)]
    for event in events:
        stack.produce("feed.mta-eu1", event, partition=0)
    wait_until(lambda: stack.value("SELECT count(*) FROM ledger") == 2, what="both")
    assert stack.value("SELECT reason FROM quarantine") == "ID_REUSE"


def zipped(files):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return out.getvalue()


def test_archives(stack, tmp_path):
    """The platform's ZIP as it comes, its answers as they go; a mailing system's export."""
    for daemon in ("ingest", "publish", "keeper"):
        stack.start(daemon)
    more_lists(stack, tmp_path, sources=[
        {"id": "drop", "type": "platform", "urn": "urn:consent:src:platform:drop"}])
    stack.ctl("feed", "create", "drop")
    send(stack, grant("sectigo.com", 1, "known@example.com"))
    wait_until(lambda: calm(stack), what="the grant")
    day, answers = "20260312_4821", tmp_path / "answers"
    blob = zipped({f"{day}_Email.csv": f"ID,Hash\naaaaaaaaaaa1,{b64('known@example.com')}\n"
                                       f"aaaaaaaaaaa2,{b64('never@example.com')}\n",
                   f"{day}_Phone.csv": f"ID,Hash\nbbbbbbbbbbb1,{b64('4155559317')}\n",
                   f"{day}_NDZ.csv": f"ID,Hash\nccccccccccc1,{b64('x')}\n",
                   f"{day}_Removed.csv": f"ID,Hash,ListType\naaaaaaaaaaa9,{b64('y')},Email\n"})
    code, answer, words = bring(stack, tmp_path, blob, "drop", "--status-file", answers,
                               name="drop.zip", source="drop")
    assert code == 0, words
    assert (answer["sent"], answer["found"], answer["adds_up"]) == (3, 1, True)
    assert answer["list"]["of"] == "2026-03-12" and answer["list"]["at_most"] == 45
    assert "must not be older than 45" in words
    assert {f.name: list(csv.reader(f.read_text().splitlines()))[1:]
            for f in answers.iterdir()} == {
        f"{day}_Email.csv": [["aaaaaaaaaaa1", "4"], ["aaaaaaaaaaa2", "5"]],
        f"{day}_Phone.csv": [["bbbbbbbbbbb1", "5"]], f"{day}_NDZ.csv": [["ccccccccccc1", "5"]]}
    wait_until(lambda: on(stack, "known@example.com") == "suppressed", what="the match")
    head = "Email Address,OPTIN_TIME,"
    blob = zipped({"unsubscribed.csv": head + "UNSUB_TIME\nu1@example.com,,2026-04-05 06:07:08\n",
                   "cleaned.csv": head + "CLEAN_TIME\nu2@example.com,,2026-04-05 06:07:08\n"})
    code, answer, _ = bring(stack, tmp_path, blob, "mailchimp", name="audience.zip")
    assert (code, answer["sent"]) == (0, 2)
    assert [r["kind"] for r in answer["read"]] == ["unsubscribed", "cleaned"]
    # one file of it that is none: nothing of the others is sent
    blob = zipped({"unsubscribed.csv": head + "UNSUB_TIME\nu3@example.com,,2026-04-05 06:07\n",
                   "subscribed.csv": head + "LAST_CHANGED\nu4@example.com,,2026-04-05 06:07\n"})
    code, answer, _ = bring(stack, tmp_path, blob, "mailchimp", name="audience.zip")
    assert code == 1 and answer["error"]["code"] == "NO_OPTOUTS"
    assert answer["error"]["text"].startswith("subscribed.csv in it: ")
    for broken in (blob[:-30], blob[:60] + b"XXXX" + blob[64:]):
        code, answer, _ = bring(stack, tmp_path, broken, "mailchimp", name="audience.zip")
        assert code == 1 and answer["error"]["code"] == "BAD_ZIP", answer


def test_a_national_list_tells_its_age(stack, tmp_path):
    stack.start("ingest")
    done = stack.ctl("import", "-", "--format", "tps", "--source", "mta-eu1", "--at",
                     "2026-01-02", stdin="02079460123\n01632960123\n12\n", check=False)
    assert done.returncode == 1
    assert "the list is of 2026-01-02" in done.stdout and "its rules allow 28" in done.stdout
    assert "3 lines = 2 taken + 1 bad" in done.stdout
    assert "must not be older than 28" in done.stderr and "line 3: PHONE" in done.stderr
    wait_until(lambda: stack.value("SELECT count(*) FROM v_fact WHERE kind = 'platform'") > 0,
               what="the facts")


def test_a_dry_run_shows_how_a_file_is_read(stack, tmp_path):
    text = ("Name;E-Mail;Kundennummer;Abgemeldet am\n" + "".join(
        f"N{i};n{i}@example.com;{i};0{i % 9 + 1}.05.2026\n" for i in range(9)) + "X;;1;\n")
    file = tmp_path / "kunden.csv"
    file.write_text(text)
    argv = ("import", file, "--format", "plain", "--source", "mta-eu1", "--dry-run")
    done = stack.ctl(*argv, check=False)
    assert done.returncode == 1
    for words in ("plain: opt-outs, utf-8, CSV (semicolon), names on line 1",
                  "E-Mail                       e-mail address",
                  "Kundennummer                 not known, left alone",
                  "time of a row: Abgemeldet am, else the file's own",
                  "line 2: email n0@example.com, opted out at 2026-05-02T11:59:59.999999Z",
                  "11 lines = 9 taken + 1 bad + 0 that say nothing + 1 of names + 0 empty"):
        assert words in done.stdout, (words, done.stdout)
    assert done.stdout.count("opted out at") == 5
    answer = json.loads(stack.ctl(*argv, "--json", check=False).stdout)
    assert [c["taken_as"] for c in answer["read"][0]["columns"]] == [
        "not known, left alone", "e-mail address", "not known, left alone",
        "time of the opt-out"]
    assert len(answer["first"]) == 5 and answer["adds_up"]
    assert quiet(stack) and stack.value("SELECT count(*) FROM ledger") == 0


def test_a_row_without_a_channel_is_counted(stack, tmp_path):
    """[] is no channel, and every one: nothing that may be a no is lost, and nobody is left to wonder."""
    file = tmp_path / "refused.json"
    file.write_text(json.dumps([{"email": "ann@example.com", "refused": ["email"]},
                                {"email": "cid@example.com", "refused": []}]))
    argv = ("import", file, "--format", "plain", "--column", "refused=channel", "--source", "mta-eu1", "--dry-run")
    assert 'of 1 lines the column "refused" names no channel: their no is of every channel' in stack.ctl(*argv)
    assert json.loads(stack.ctl(*argv, "--json"))["every_channel"] == 1
