"""decide --compare and whatif: another time of knowledge, another register."""
import hashlib
import json

from partners import DAY, at, decide, grant, on_list, optout, said, send
from stack import ROOT

DEMO = ROOT / "schemas/register/demo.json"


def demo_changed(path, change):
    """The demo's register with a change, as a file."""
    demo = json.loads(DEMO.read_text(encoding="utf-8"))
    change(demo)
    path.write_text(json.dumps(demo), encoding="utf-8")
    return path


def everything(stack):
    """A digest of every table, to see that nothing was written. Ingest, which writes of itself how
    far it has looked, is to be at rest."""
    stack.daemon("ingest").stop()
    tables = [name for name, in stack.sql(
        "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")]
    return hashlib.sha256(repr([
        (name, stack.value(f"SELECT coalesce(md5(string_agg(t::text, '|' ORDER BY t::text)),"
                           f" '') FROM {name} t")) for name in tables]).encode()).hexdigest()


def test_the_answer_for_a_past_t_and_k_never_changes(stack, tmp_path):
    stack.start("ingest")
    who = "ana@example.com"
    asked, answers = [], []

    def ask():
        """One more moment to come back to; all former ones must answer as they did."""
        asked.append(at())
        answers.append(decide(stack, who, "--at", asked[-1], "--known", asked[-1]))
        for then, answer in zip(asked, answers):
            assert decide(stack, who, "--at", then, "--known", then) == answer
        return said(answers[-1])

    assert ask() == ("DENY", "P21", "NO_GRANT")
    send(stack, grant("acme-hosting", 1, who))
    assert ask() == ("PERMIT", "P19", "CONSENT")
    # an opt-out that happened before the grant was even known, handed on late
    send(stack, optout("acme-hosting", 2, who, ago=40))
    assert ask()[0] == "DENY"
    send(stack, grant("sectigo.com", 3, who, ago=0))
    assert ask() == ("PERMIT", "P19", "CONSENT")
    # the register learns later that the purpose's lists and the agreement were otherwise
    changed = demo_changed(tmp_path / "demo.json", lambda demo: demo["agreements"][0].update(
        {"breach_from": "2024-02-01"}))
    stack.ctl("register", "apply", changed)
    ask()
    # a link to a contact point whose denial was known long before
    wide = optout("mta-eu1", 4, "other@example.com", ago=30)
    wide["data"]["scope"][0]["channels"] = ["*"]
    send(stack, wide)
    assert ask() == ("PERMIT", "P19", "CONSENT")
    both = grant("sectigo.com", 5, who, ago=35)
    both["data"]["contact"]["phone"] = "+442071234567"
    send(stack, both)
    ask()
    assert len({json.dumps(answer, sort_keys=True) for answer in answers}) > 3


def test_a_linked_denial_is_known_from_the_link_on(stack):
    stack.start("ingest")
    who, phone = "ana@example.com", "+442071234567"
    denial = optout("mta-eu1", 1, who)
    denial["data"]["contact"] = {"phone": phone}
    denial["data"]["scope"][0]["channels"] = ["*"]
    send(stack, denial, grant("sectigo.com", 2, who))
    before = at()
    assert decide(stack, who, "--at", before, "--known", before)["verdict"] == "PERMIT"
    linking = grant("sectigo.com", 3, who, ago=300)
    linking["data"]["contact"]["phone"] = phone
    send(stack, linking)
    assert decide(stack, who)["verdict"] == "DENY"
    assert decide(stack, who, "--at", before, "--known", before)["verdict"] == "PERMIT"


def test_compare_says_what_became_known_in_between(stack):
    stack.start("ingest")
    who = "ana@example.com"
    send(stack, grant("acme-hosting", "G", who, ago=3 * DAY))
    then = at()
    same = decide(stack, who, "--at", then, "--compare")["compare"]
    assert not same["differs"] and same["changes"] == [] and same["facts_since"] == 0
    send(stack, optout("acme-hosting", "LATE", who, ago=2 * DAY))
    answer = decide(stack, who, "--at", then, "--compare")
    assert answer["verdict"] == "DENY"
    told = answer["compare"]
    assert told["differs"]
    assert said(told["as_known"]) == ("PERMIT", "P19", "CONSENT")
    assert said(told["in_fact"]) == ("DENY", "P11", "OPTOUT")
    [change] = told["changes"]
    assert change["by"] == "events"
    assert [e["event_id"] for e in change["events"]] == ["LATE"]
    assert change["known"] > then
    words = stack.ctl("decide", "--email", who, "--controller", "sectigo-limited", "--purpose",
                      "marketing.promotional", "--channel", "email", "--at", then, "--compare")
    assert "as known" in words and "in fact" in words and "LATE" in words


def test_compare_names_the_register_when_it_was_that(stack, tmp_path):
    stack.start("ingest")
    who = "ana@example.com"
    send(stack, grant("acme-hosting", "G", who))
    then = at()
    stack.ctl("register", "apply", demo_changed(
        tmp_path / "demo.json",
        lambda demo: demo["agreements"][0].update({"breach_from": "2024-02-01"})))
    told = decide(stack, who, "--at", then, "--compare")["compare"]
    assert said(told["as_known"]) == ("PERMIT", "P19", "CONSENT")
    assert said(told["in_fact"]) == ("DENY", "P14", "INVALIDATED")
    assert [change["by"] for change in told["changes"]] == ["register"]


def test_what_another_window_would_change(stack):
    stack.start("ingest")
    send(stack, *(grant("acme-hosting", i, f"p{i}@example.com", ago=i * DAY)
                  for i in range(1, 6)),
         optout("mta-eu1", 1, "p1@example.com", ago=0))
    before = everything(stack)
    # a grant older than three days would be stale: p3, p4, p5
    impact = stack.ctl_json("whatif", "--window", "third_party_stale=P3D", "--examples", "2")
    assert impact["contacts"] == 5 and impact["changed"] == 3
    deny = on_list(impact, "promotional-email")
    assert (deny["before"], deny["after"]) == (1, 4)
    assert deny["suppressed"]["contacts"] == 3 and len(deny["suppressed"]["examples"]) == 2
    assert deny["released"]["contacts"] == 0
    permit = on_list(impact, "marketing-email-permit")
    assert (permit["before"], permit["after"]) == (4, 1)
    assert permit["revoked"]["contacts"] == 3
    # contact keys, never addresses
    keys = {key for key, in stack.sql("SELECT contact::text FROM contact")}
    assert set(deny["suppressed"]["examples"]) <= keys
    # the windows may be given together, and one list asked for
    both = stack.ctl_json("whatif", "--window", "third_party_stale=P3D", "--window",
                          "art14=P1D", "--list", "promotional-email")
    assert [one["list"] for one in both["lists"]] == ["promotional-email"]
    assert both["lists"][0]["after"] == 4  # article 14 looks at the hand-over: today
    assert everything(stack) == before


def test_what_another_register_would_change(stack, tmp_path):
    stack.start("ingest")
    send(stack, grant("acme-hosting", 1, "a@example.com"),
         grant("nordhost", 2, "b@example.com"))

    def change(demo):
        demo["sources"] = [one | {"suspended_from": "2020-01-01"}
                           if one["id"] == "acme-hosting" else one
                           for one in demo["sources"]]
        demo["lists"].append({"id": "new-list", "controller": "sectigo-limited",
                              "purpose": "communication.news", "channel": "email",
                              "polarity": "deny", "recipient": "mta-eu1",
                              "profile": "hmac-sha256"})
    before = everything(stack)
    impact = stack.ctl_json("whatif", "--register",
                            demo_changed(tmp_path / "demo.json", change))
    assert on_list(impact, "promotional-email")["suppressed"]["contacts"] == 1
    assert on_list(impact, "new-list")["before"] == 0
    assert on_list(impact, "new-list")["suppressed"]["contacts"] == 2
    assert everything(stack) == before
    # a register that is refused when applied is refused here, with the same sentence
    bad = demo_changed(tmp_path / "bad.json",
                       lambda demo: demo["agreements"][0].update({"party": "nobody"}))
    trial = stack.ctl("whatif", "--register", bad, check=False)
    applied = stack.ctl("register", "apply", bad, check=False)
    assert trial.returncode == applied.returncode == 1 and trial.stderr == applied.stderr
    assert everything(stack) == before


def test_what_whatif_refuses(stack):
    for words, code in ((["--window", "art14"], 2), (["--window", "no_such=P1D"], 1),
                        (["--window", "art14=soon"], 1), (["--window", "skew=PT1M"], 1),
                        ([], 2), (["--window", "art14=P2M", "--list", "none"], 2),
                        (["--window", "art14=P2M", "--examples", "x"], 2)):
        done = stack.ctl("whatif", *words, check=False)
        assert done.returncode == code and done.stderr.count("\n") == 1, words


def test_every_contact_is_looked_at_once(stack):
    """Whichever of the two workers takes its part."""
    stack.start("ingest")
    send(stack, *(grant("acme-hosting", i, f"p{i}@example.com") for i in range(12)))
    impact = stack.ctl_json("whatif", "--window", "third_party_stale=PT1S", "--examples", "20")
    assert impact["contacts"] == impact["changed"] == 12
    keys = on_list(impact, "promotional-email")["suppressed"]["examples"]
    assert keys == sorted(key for key, in stack.sql("SELECT contact::text FROM contact"))
