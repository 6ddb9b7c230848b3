"""list diff with a snapshot and an acknowledgement: which tokens differ, and whose fault."""
import json

from facts import token
from hands import wait_until
from lists import quiet
from test_acknowledgements import LIST, Recipient, published, world  # noqa: F401


def diff(stack, *more):
    done = stack.ctl("list", "diff", LIST, "--json", *more, check=False)
    return done.returncode, json.loads(done.stdout)


def test_what_a_snapshot_and_a_recipient_have(world, lookup, tmp_path):  # noqa: F811
    stack, recipient = lookup.stack, Recipient(lookup)
    for i in range(12):
        world.add(f"n{i}@example.com", "OPTOUT")
    published(world)
    recipient.read()
    recipient.agree()
    for form in ("csv", "plain"):
        stack.ctl("list", "snapshot", LIST, "--dir", tmp_path, "--format", form)
    code, found = diff(stack, "--snapshot", tmp_path)
    assert code == 0 and found["different"] == 0, found
    assert (found["snapshot"]["rows"], found["snapshot"]["younger"]) == (12, 0)
    assert found["acknowledged"]["matches"] and found["acknowledged"]["entries"] == 12

    # what has changed since is no difference
    world.add("late@example.com", "OPTOUT")
    published(world)
    code, found = diff(stack, "--snapshot", tmp_path / f"{LIST}.csv.json")
    assert code == 0 and found["snapshot"]["younger"] == 1 == found["acknowledged"]["younger"]

    # a table that somebody tampered with: every witness says so, and by which token
    stack.sql("UPDATE list_entry SET status = 2 WHERE token = %s", token("n3@example.com"))
    stack.sql("DELETE FROM list_entry WHERE token = %s", token("late@example.com"))
    for manifest in (f"{LIST}.csv.json", f"{LIST}.txt.json"):
        code, found = diff(stack, "--snapshot", tmp_path / manifest)
        by = {(d["against"], d["token"]) for d in found["differences"]}
        n3 = token("n3@example.com")
        assert code == 1 and {("facts", n3), ("topic", n3), ("snapshot", n3)} <= by, by
        assert not found["acknowledged"]["matches"] and ("recipient", "mta-eu1") in by
        assert ("topic", token("late@example.com")) in by
    code, _ = diff(stack, "--repair")
    wait_until(lambda: quiet(stack), what="the repair")
    assert stack.value("SELECT status FROM list_entry WHERE token = %s",
                       token("n3@example.com")) == 1

    # a snapshot that holds something nobody stands by
    stack.ctl("list", "snapshot", LIST, "--dir", tmp_path, "--format", "csv")
    stack.sql("DELETE FROM list_entry WHERE token = %s", token("n5@example.com"))
    _, found = diff(stack, "--snapshot", tmp_path / f"{LIST}.csv.json")
    assert ("snapshot", token("n5@example.com")) in {(d["against"], d["token"])
                                                     for d in found["differences"]}
    # and one whose file is not what its manifest says is no witness at all
    data = tmp_path / json.loads((tmp_path / f"{LIST}.csv.json").read_text())["file"]
    data.write_bytes(data.read_bytes()[:-10])
    code, found = diff(stack, "--snapshot", tmp_path / f"{LIST}.csv.json")
    assert code == 1 and "error" in found
    assert diff(stack, "--snapshot", tmp_path / "nothing")[0] != 0
    assert diff(stack, "--snapshot", stack.dir)[0] == 2


def test_a_recipient_that_drifted(world, lookup):  # noqa: F811
    stack, recipient = lookup.stack, Recipient(lookup)
    for i in range(5):
        world.add(f"n{i}@example.com", "OPTOUT")
    published(world)
    recipient.read()
    recipient.table[token("n9@example.com")] = "suppressed"
    recipient.say()
    code, found = diff(stack)
    assert code == 1 and not found["acknowledged"]["matches"]
    assert [(d["against"], d["token"]) for d in found["differences"]] \
        == [("recipient", "mta-eu1")]
    shown = stack.ctl_json("list", "show", LIST)["lists"][0]
    assert shown["acknowledged_at"] and shown["matches"] is False
    assert "IT HAS SOMETHING ELSE" in stack.ctl("list", "show", LIST)
