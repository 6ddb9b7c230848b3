"""Opt-outs that come as hashes: nobody is missed, whichever comes first."""
import base64
import csv
import hashlib
import json

from hands import wait_until
from lists import entries, quiet
from partners import grant, send
from test_import import bring, token
from test_forget import ask_and_answer, erased
from test_lists import calm, listed, more_lists


def on(stack, email, name="promotional-email"):
    return entries(stack, name).get(token(email), (None,))[0]


def test_a_hash_suppresses_whom_it_means_now_and_later(stack, tmp_path):
    for daemon in ("ingest", "publish", "keeper"):
        stack.start(daemon)
    more_lists(stack, tmp_path, listed("may", polarity="permit",
                                       purpose="marketing.promotional"))
    send(stack, grant("sectigo.com", 1, "known@example.com"),
         grant("sectigo.com", 2, "free@example.com"))
    wait_until(lambda: on(stack, "known@example.com", "may") == "permitted" and calm(stack),
               what="the permission")
    text = "hash\n" + "".join(hashlib.md5(e.encode()).hexdigest().upper() + "\n" for e in
                              ("known@example.com", "later@example.com", "never@example.com"))
    code, dry, said = bring(stack, tmp_path, text, "hashed", "--profile", "md5-hex",
                            "--dry-run")
    assert code == 0 and (dry["hashes"], dry["found"]) == (3, 1), said
    assert {"list": "promotional-email", "already": 0, "newly": 1, "taken_off": 0} \
        in dry["lists"]
    assert bring(stack, tmp_path, text + "nonsense\n", "hashed", "--profile",
                 "md5-hex")[1]["bad"] == [{"line": 5, "reason": "HASH_FORM",
                                           "pointer": "hash"}]
    wait_until(lambda: on(stack, "known@example.com") == "suppressed"
               and on(stack, "known@example.com", "may") == "released", what="the match")
    wait_until(lambda: calm(stack), what="the cascade")
    # who comes later is never permitted, not for a moment
    send(stack, grant("sectigo.com", 3, "later@example.com"))
    wait_until(lambda: on(stack, "later@example.com") == "suppressed", what="the later one")
    wait_until(lambda: calm(stack), what="the end")
    assert [json.loads(m.value())["token"] for m in stack.read("suppression.may")
            ].count(token("later@example.com")) == 0
    assert on(stack, "free@example.com") is None
    decision = stack.ctl_json("decide", "--email", "later@example.com", "--controller",
                              "sectigo-limited", "--purpose", "marketing.promotional",
                              "--channel", "email")
    assert (decision["verdict"], decision["rule"]) == ("DENY", "P9")
    trace = stack.ctl_json("trace", "--email", "later@example.com")
    assert "optout.recorded.v1" in [e["type"] for e in trace["events"]]
    assert stack.ctl_json("rebuild")["different"] == 0
    # once: another look adds nothing
    before = stack.value("SELECT count(*) FROM fact")
    stack.sql("INSERT INTO dirty (contact, shard, cause, known)"
              " SELECT contact, shard_of(contact), 1, now() FROM contact")
    wait_until(lambda: quiet(stack), what="another look")
    assert stack.value("SELECT count(*) FROM fact") == before


def test_a_hash_grants_nothing_and_must_be_one(stack):
    stack.start("ingest")
    yes = grant("sectigo.com", 1, "x@example.com")
    yes["data"]["contact"] = {"hashed": {"kind": "email", "profile": "md5-hex",
                                         "hash": "0" * 32}}
    no = {**yes, "id": "2", "type": "optout.recorded.v1", "source":
          "urn:consent:src:mailing:mta-eu1",
          "data": {"contact": {"hashed": {"kind": "email", "profile": "md5-hex",
                                          "hash": "0" * 31}}}}
    stack.produce("feed.sectigo.com", yes)
    stack.produce("feed.mta-eu1", no)
    wait_until(lambda: stack.value("SELECT count(*) FROM quarantine") == 2, what="both")
    assert {r for r, in stack.sql("SELECT reason FROM quarantine")} \
        == {"HASHED_CONTACT", "HASH_FORM"}
    assert stack.value("SELECT count(*) FROM fact") == 0


def test_a_party_cannot_ask_by_a_hash_who_is_known(lookup, tmp_path):
    """What it said of a hash makes nobody its contact, on its list and in its look-ups."""
    stack = lookup.stack
    for daemon in ("ingest", "publish", "keeper"):
        stack.start(daemon)
    more_lists(stack, tmp_path, listed("acme-own", sourced_by="acme-hosting"))
    send(stack, grant("sectigo.com", 1, "ours@example.com"))
    bring(stack, tmp_path, token("ours@example.com") + "\n", "hashed", "--profile",
          "sha256-hex", source="acme-hosting")
    wait_until(lambda: on(stack, "ours@example.com") == "suppressed" and calm(stack),
               what="the match")
    assert not entries(stack, "acme-own")

    def events(role):
        status, answer, _ = lookup.ask("POST", "/v1/provenance", {
            "contact": {"email": "ours@example.com"}}, token=role)
        assert status == 200
        return len(answer["events"])
    assert events("reseller") == 0 and events("dpo") == 2


def b64(text):
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def test_the_deletion_platform_of_california(stack, tmp_path):
    """DROP's files, its published vectors, and the answer to it."""
    for daemon in ("ingest", "publish", "keeper"):
        stack.start(daemon)
    more_lists(stack, tmp_path, sources=[
        {"id": "drop", "type": "platform", "urn": "urn:consent:src:platform:drop"}])
    stack.ctl("feed", "create", "drop")
    send(stack, grant("sectigo.com", 1, "john@ozvel.com"),
         grant("sectigo.com", 2, "Dots.And+tags@gmail.com"))
    wait_until(lambda: calm(stack), what="the grants")
    assert b64("john@ozvel.com") == "/PMxDhzUdSSWIPVXxwaZELjuRTNR6e64pzPAZM/dx7s="
    day, answer = "20260312_4821", tmp_path / "answer.csv"
    rows = [("aaaaaaaaaaa1", b64("john@ozvel.com")),
            ("aaaaaaaaaaa2", b64("dots.and+tags@gmail.com")),
            ("aaaaaaaaaaa3", b64("dotsand@gmail.com"))]
    text = "ID,Hash\r\n" + "".join(f"{i},{h}\r\n" for i, h in rows)
    code, said, err = bring(stack, tmp_path, text, "drop", "--status-file", answer,
                            name=f"{day}_Email.csv", source="drop")
    assert code == 0 and (said["sent"], said["found"]) == (3, 2), err
    with open(answer, newline="", encoding="ascii") as file:
        assert list(csv.reader(file)) == [["Id", "Status"], ["aaaaaaaaaaa1", "4"],
                                          ["aaaaaaaaaaa2", "4"], ["aaaaaaaaaaa3", "5"]]
    code, said, err = bring(
        stack, tmp_path, "ID,Hash\nbbbbbbbbbbb1,vGM7y5n+hBXRSEAklhHDPCbysyNgYTmXdMcagGUOY8E=\n"
        "bbbbbbbbbbb2,ptzVkgbv9DonwvPCHmXmJ2SEOaolSh37z3ZzY/Gmm+U=\n", "drop",
        name=f"{day}_Phone.csv", source="drop")
    assert code == 0 and said["sent"] == 2, err
    wait_until(lambda: on(stack, "john@ozvel.com") == "suppressed", what="the match")
    # a telephone that becomes known later, by its published vector: +1 415 555-9317
    late = grant("sectigo.com", 3, "caller@example.com")
    late["data"]["contact"] = {"phone": "+1 415 555 9317", "age": "16_or_over"}
    send(stack, late)
    phones = "promotional-phone"
    wait_until(lambda: entries(stack, phones), what="the telephone")
    assert [r for r, in stack.sql("SELECT DISTINCT reason FROM v_list_entry WHERE list = %s",
                                  phones)] == ["PLATFORM_LIST"]
    # what we do not hold is not found; what was taken back lifts nothing
    code, said, _ = bring(stack, tmp_path, f"ID,Hash\nccccccccccc1,{b64('x')}\n", "drop",
                          "--status-file", answer, name=f"{day}_NDZ.csv", source="drop")
    assert code == 0 and (said["sent"], said["left_alone"]) == (0, 1)
    assert answer.read_text() == "Id,Status\nccccccccccc1,5\n"
    code, said, _ = bring(stack, tmp_path, "ID,Hash,ListType\naaaaaaaaaaa1,"
                          f"{b64('john@ozvel.com')},Email\n", "drop",
                          name=f"{day}_Removed.csv", source="drop")
    assert code == 0 and (said["sent"], said["left_alone"]) == (0, 1)
    wait_until(lambda: calm(stack), what="the end")
    assert on(stack, "john@ozvel.com") == "suppressed"
    assert stack.ctl_json("rebuild")["different"] == 0
    # whoever is erased since is answered as deleted, and stays suppressed
    ask_and_answer(stack, "john@ozvel.com", "RR-JOHN")
    assert erased(stack)[0][1] is True  # whole
    code, said, err = bring(stack, tmp_path, text, "drop", "--status-file", answer,
                            name=f"{day}_Email.csv", source="drop")
    assert code == 0, err
    with open(answer, newline="", encoding="ascii") as file:
        assert list(csv.reader(file))[1:] == [["aaaaaaaaaaa1", "3"], ["aaaaaaaaaaa2", "4"],
                                              ["aaaaaaaaaaa3", "5"]]
    assert on(stack, "john@ozvel.com") == "suppressed"
