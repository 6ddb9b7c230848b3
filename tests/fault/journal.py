"""journal.py - what the programs say, as the journal of tests/fault/machine has it."""
import json
import time

from proc import Failure

LEVELS = {"error": "3", "warn": "4", "info": "6", "debug": "7"}
IN_JSON = ("consent-ingest@1", "consent-publish@1")
SETTINGS = "printf '%s\\n' 'log_format = json' 'log_level = debug' | tee -a ingest.conf >> publish.conf"
ASKED = 400  # more than an event may have lines in its window


def entries(machine, unit):
    """[(the journal's entry, our line's fields)]; every line has its priority."""
    found = []
    for row in machine.sh(f"journalctl -u '{unit}' -o json --no-pager _TRANSPORT=stdout"
                          ).splitlines():
        one = json.loads(row)
        text = one["MESSAGE"]
        assert not text.startswith("<"), text
        if text.startswith("{"):
            said = json.loads(text)
        elif text.startswith("ts="):
            said = dict(word.split("=", 1) for word in text.split() if "=" in word)
        else:
            continue  # systemd's own, a library's
        assert one["PRIORITY"] == LEVELS[said["level"]], text
        found.append((one, said))
    if not found:
        raise Failure(f"the journal has nothing of {unit}")
    return found


def forms(machine, units):
    """JSON where it was asked for, and the other form elsewhere; also from a process that
    could not read its settings."""
    for unit in units:
        found = entries(machine, unit)
        unset = {one["_PID"] for one, said in found
                 if str(said.get("code")).startswith("CONF_")}
        for one, _ in found:
            want = unit in IN_JSON and one["_PID"] not in unset
            assert one["MESSAGE"].startswith("{") == want, one["MESSAGE"]
    count = sum(len(entries(machine, unit)) for unit in units)
    print(f"  journal: {count} lines, each with its priority, JSON where it is set", flush=True)


def followed(machine):
    """One number from the record in Kafka over the ledger to the entry on a list."""
    [row] = machine.rows('SELECT l.ledger_id, l."offset", l.partition, e.version FROM list_entry e '
                         'JOIN ledger l ON l.ledger_id = e.entry ORDER BY e.version LIMIT 1')
    ledger, offset, partition, version = row

    def lines(unit, **want):
        return [said for _, said in entries(machine, unit)
                if all(str(said.get(name)) == value for name, value in want.items())]
    # what is in the database is said in the journal a moment later
    machine.wait("ingest's line of the record",
                 lambda: lines("consent-ingest@1", event="taken", ledger=ledger))
    [taken] = lines("consent-ingest@1", event="taken", ledger=ledger)
    assert (str(taken["offset"]), str(taken["partition"])) == (offset, partition), taken
    assert taken["topic"].startswith("feed."), taken
    machine.wait("publish's line of the entry",
                 lambda: lines("consent-publish@1", event="published", ledger=ledger,
                               version=version))
    print(f"  journal: {taken['topic']}/{partition}/{offset} is ledger={ledger} in the journal of"
          f" both, and version {version} on the list", flush=True)


def bounded(machine, unit, ask):
    """However often a thing goes wrong, it has some lines and a count of the rest. ask(n)
    lets it go wrong n times, and says how often it did."""
    def lines(event):
        return [said for _, said in entries(machine, unit) if said["event"] == event]
    failed = 0

    def said():
        nonlocal failed
        failed += ask(ASKED)
        time.sleep(1)  # the count comes with the next line after the window
        return [one for one in lines("suppressed") if one["of"] == "no_answer"]
    machine.wait("a line about lines that were held back", said, 180, unit=unit)
    machine.sh(f"systemctl restart {unit}")  # the last count comes with the end
    written = len(lines("no_answer"))
    held = sum(int(one["lines"]) for one in lines("suppressed") if one["of"] == "no_answer")
    assert written + held == failed, f"{failed} times wrong: {written} lines, {held} held back"
    print(f"  journal: {failed} times wrong, {written} lines and a count of the rest", flush=True)
