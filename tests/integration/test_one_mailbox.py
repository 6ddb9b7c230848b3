"""One mailbox, one key, from the feed to the decision: whichever way an address is spelled."""
import pytest

from feeding import grant, optout, settled

SAME = [('"bob"@example.com', "bob@example.com"), ('"a\\ b"@example.com', '"a b"@example.com'),
        ("ΟΔΟΣ@example.com", "οδος@example.com"), ("ann@FAẞ.DE", "ann@faß.de"),
        ("user@نامه\u200cای.com", "user@xn--mgba3gch31f060k.com"),
        ("user@I❤\ufe0f.ws", "user@xn--i-7iq.ws"), ("a@exa_mple.com", "A@EXA_MPLE.COM.")]
OTHERS = [("İstanbul@example.com", "istanbul@example.com"), ("ann@FAẞ.DE", "ann@fass.de"),
          ("straße@example.com", "strasse@example.com")]


def verdict(stack, email):
    return stack.ctl_json("decide", "--email", email, "--controller", "sectigo-limited",
                          "--purpose", "marketing.promotional", "--channel", "email")["verdict"]


def feed(stack, *events):
    had = stack.value("SELECT coalesce(sum(next_offset), 0) FROM ingest_position")
    for event in events:
        stack.produce("feed.mta-eu1" if "optout" in event["data"] else "feed.sectigo.com", event)
    settled(stack, had + len(events))


def test_a_no_to_one_spelling_is_a_no_to_the_other(stack):
    stack.start("ingest")
    feed(stack, *(grant(asked) for _, asked in SAME))
    assert {verdict(stack, asked) for _, asked in SAME} == {"PERMIT"}
    feed(stack, *(optout(said) for said, _ in SAME))
    for said, asked in SAME:
        assert verdict(stack, asked) == verdict(stack, said) == "DENY", (said, asked)
    assert stack.value("SELECT count(*) FROM quarantine") == 0


@pytest.mark.parametrize("turn", [1, -1])
def test_a_no_is_put_on_nobody_else(stack, turn):
    stack.start("ingest")
    pairs = [pair[::turn] for pair in OTHERS]
    feed(stack, *(grant(asked) for _, asked in pairs), *(optout(said) for said, _ in pairs))
    assert [verdict(stack, asked) for _, asked in pairs] == ["PERMIT"] * len(pairs)
    assert [verdict(stack, said) for said, _ in pairs] == ["DENY"] * len(pairs)
