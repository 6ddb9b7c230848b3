"""An independent reader of bounces, Sisimai, on every report that tests/golden/reports makes:
whom it means, and whether that one is gone. Where the two differ, why is written down here."""
import collections
import subprocess

import pytest

from hands import MODE, ROOT
from stack import clean_environment

# Forms that Sisimai 4.25 does not read at all.
UNREAD = {"dragonfly", "james, details", "sns", "mimecast", "the fields among the words",
          "a report as a message within", "mcafee", "mdaemon", "in xtext"}
# It names where the mail was forwarded to; we name whom we wrote to.
ELSEWHERE = {"forwarded to where nobody is"}
# Answers that the two take for something else, and why ours is kept.
DIFFERENT = {
    # hard for Sisimai by the status alone; ours: the words say that it is about us
    "Your IP address is on a blocklist": "address is no longer the question",
    # hard for Sisimai; 4.x.x is temporary, whatever a server says beside it
    "<@A>: User unknown in virtual alias table": "temporary",
    # "suspend" for Sisimai: a closed account with 5.2.1 is gone (rules, Q5)
    "The email account that you tried to reach is disabled": "closed",
    # "filtered" for Sisimai when no status names the address and nothing says that it was the
    # answer to RCPT; ours: the words say that there is nobody
    "RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup": "words",
    "Recipient address rejected: Access denied": "5.4.1 is Exchange Online's for nobody",
    "Requested action not taken: mailbox unavailable": "words",
    "No such user here": "words",
    "unknown user <@A>": "words",
    "User not found": "words",
    "Invalid recipient @A": "words",
    # words that Sisimai does not know
    "Destinataire inconnu": "French",
    "delivery error: dd This user doesn't have an account (@A) [0]": "words",
    "Unrouteable address": "words",
}
# Forms of which Sisimai sees the recipient and not the answer.
MUTE = {"opensmtpd two", "exchange 2003", "notes", "html alone"}


@pytest.fixture(scope="module")
def readings(tmp_path_factory):
    directory = tmp_path_factory.mktemp("reports")
    tool = f"build/{MODE}/tools/report_make"
    subprocess.run(["make", "-s", f"MODE={MODE}", tool], cwd=ROOT, check=True, capture_output=True)
    made = subprocess.run([ROOT / tool, directory], cwd=ROOT, text=True,
                          capture_output=True, check=True, env=clean_environment())
    files = sorted(directory.glob("*.eml"))
    said = subprocess.run(["perl", ROOT / "tests/tools/sisimai_read.pl", *files], cwd=ROOT, text=True,
                          capture_output=True, check=True, env=clean_environment())
    theirs = collections.defaultdict(dict)
    for line in said.stdout.splitlines():
        name, address, _, how, _ = line.split("\t")
        theirs[name][address] = how == "hard"
    return [(line.split("\t"), theirs[line.split("\t")[0]]) for line in made.stdout.splitlines()]


def test_both_mean_the_same_recipient(readings):
    unread, elsewhere = set(), set()
    assert len(readings) >= 1500
    for (_, form, _, _, ours, _), theirs in readings:
        assert ours == "ann@example.org", form
        if not theirs:
            unread.add(form)
        elif set(theirs) != {"ann@example.org"}:
            elsewhere.add(form)
    assert unread == UNREAD
    assert elsewhere == ELSEWHERE


def test_both_say_the_same_of_it_but_for_what_is_explained(readings):
    same, different = 0, collections.Counter()
    for (_, form, answer, means, ours, gone), theirs in readings:
        assert (gone == ours) == (means == "address"), (form, answer)
        if form in UNREAD | ELSEWHERE | MUTE:
            continue
        if theirs["ann@example.org"] == (means == "address"):
            same += 1
        else:
            different[answer.split(" ", 2)[2]] += 1
    assert set(different) <= set(DIFFERENT)
    assert same > 3 * sum(different.values()), different
