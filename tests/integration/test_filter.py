"""consentctl list filter, and a program that has nothing of ours but the two files."""
import json
import subprocess

from asking import Lookup
from facts import Facts, now, token
from hands import ROOT, wait_until
from lists import quiet


def ask(program, file, tokens):
    done = subprocess.run([program, file], input="".join(f"{t}\n" for t in tokens),
                          capture_output=True, text=True, check=False)
    return done.returncode, done.stdout.split(), done.stderr


def test_a_stranger_embeds_the_filter(stack):
    world = Facts(stack)
    for i in range(300):
        world.add(f"no{i}@example.com", "OPTOUT")
    world.add("yes@example.com", "GRANT", purpose="marketing.promotional",
              occurred=now(-7200), flags=("DIRECT", "EVIDENCE"))
    world.commit()
    stack.start("publish")
    wait_until(lambda: quiet(stack), what="the lists")
    program = stack.dir / "ask"
    for name in ("consent_filter.h", "consent_filter.c"):
        (stack.dir / name).write_bytes((ROOT / "common/filter" / name).read_bytes())
    (stack.dir / "filter").symlink_to(stack.dir)
    subprocess.run(["cc", "-std=c11", "-D_GNU_SOURCE", "-Wall", "-Werror", f"-I{stack.dir}", "-o",
                    program, ROOT / "tests/tools/filter_ask.c",
                    stack.dir / "consent_filter.c"], check=True)
    file = stack.dir / "promotional-email.cmqf"
    said = stack.ctl_json("list", "filter", "promotional-email", "--output", file)
    assert said["entries"] == 300 and said["polarity"] == "deny"
    no = [token(f"no{i}@example.com") for i in range(300)]
    others = [token(f"other{i}@example.com") for i in range(3000)]
    code, found, about = ask(program, file, no + [token("yes@example.com")] + others)
    assert code == 0 and found[:300] == ["maybe"] * 300
    assert found[300:].count("maybe") <= 2, "one of 65,536"
    assert f"300 entries, as of {said['cursor']}" in about
    # the cursor is one of the list's: nothing has changed since
    newest = stack.value("SELECT max(version) FROM v_list_change"
                         " WHERE list = 'promotional-email'")
    assert str(newest) in said["cursor"].split(".")
    # a permit list holds the permitted
    permit = stack.dir / "permit.cmqf"
    stack.ctl("list", "filter", "marketing-email-permit", "--output", permit)
    yes = stack.value("SELECT token FROM v_list_entry WHERE status = 'permitted'"
                      " AND list = 'marketing-email-permit'")
    assert ask(program, permit, [yes, no[0]])[1] == ["maybe", "no"]
    # exactly, afterwards
    asked = stack.dir / "hits.txt"
    asked.write_text("\n".join(no[:2] + others[:1]) + "\n")
    confirmed = stack.ctl("list", "scrub", "promotional-email", asked, "--tokens",
                          "--format", "plain")
    assert [line.split("\t")[2] for line in confirmed.splitlines()] \
        == ["suppressed", "suppressed", "unknown"]


def test_the_file_is_whole_or_not_there(stack):
    file = stack.dir / "f.cmqf"
    stack.ctl("list", "filter", "promotional-email", "--output", file)
    empty = file.read_bytes()
    assert len(empty) < 1100
    tool = stack.program("ctl").parent.parent / "tools" / "filter_ask"
    assert ask(tool, file, [token("a@example.com"), ""])[1] == ["no", "no"]
    file.write_bytes(empty[:-1])
    code, _, said = ask(tool, file, [])
    assert code == 1 and "damaged" in said
    failed = stack.ctl("list", "filter", "no-such-list", "--output", file, "--json",
                       check=False)
    assert failed.returncode == 2 and json.loads(failed.stdout)["error"]["code"] == "NO_LIST"
    assert file.read_bytes() == empty[:-1] and not list(stack.dir.glob("f.cmqf.*"))
    stack.ctl("list", "filter", "promotional-email", "--output", file)
    assert ask(tool, file, [])[0] == 0
    missing = stack.ctl("list", "filter", "promotional-email", "--output", "/nowhere/x",
                        check=False)
    assert missing.returncode == 2


def test_over_http(stack):
    folder = stack.dir / "lists"
    folder.mkdir()
    lookup = Lookup(stack, snapshot_dir=folder)
    path = "/v1/lists/promotional-email/filter"
    assert lookup.ask("GET", path, token="mailing")[0] == 404
    world = Facts(stack)
    world.add("no@example.com", "OPTOUT")
    world.commit()
    stack.start("publish")
    wait_until(lambda: quiet(stack), what="the lists")
    file = folder / "promotional-email.cmqf"
    said = stack.ctl_json("list", "filter", "promotional-email", "--output", file)

    def fetch(role, **headers):
        connection = lookup.connect()
        connection.request("GET", path, headers={
            "Authorization": f"Bearer {lookup.tokens[role]}", **headers})
        answer = connection.getresponse()
        body = answer.read()
        connection.close()
        return answer.status, body, answer.headers
    status, body, headers = fetch("mailing")
    assert status == 200 and body == file.read_bytes()
    assert headers["Consent-List-Version"] == said["cursor"]
    assert headers["Consent-List-Count"] == "1"
    assert fetch("auditor", **{"If-None-Match": headers["ETag"]})[0] == 304
    part = fetch("dpo", **{"Range": "bytes=0-7"})
    assert part[0] == 206 and part[1] == b"\x89CMQF\r\n\x1a"
    assert fetch("reseller")[0] == 403 and fetch("operator")[0] == 403
    stack.ctl("list", "filter", "promotional-email", "--output", file)
    status, _, newer = fetch("mailing", **{"If-None-Match": headers["ETag"]})
    assert status == 200 and newer["ETag"] != headers["ETag"]
    file.write_bytes(body[:-1])
    assert fetch("mailing")[0] == 503
    assert lookup.ask("GET", "/v1/lists/no-such-list/filter", token="mailing")[0] == 404
