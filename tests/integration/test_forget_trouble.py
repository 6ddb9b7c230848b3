"""What cannot be erased, or not even be read, stops nobody else: it is set aside or passed over, and
the log says which it was."""
import re

from hands import wait_until
from test_forget import by_itself, consent, optout, taking, tell  # noqa: F401

# A contact at which a statement costs its connection, again and again.
COSTLY = """
CREATE FUNCTION costly() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
    IF NEW.contact = '{stuck}' THEN
        PERFORM pg_terminate_backend(pg_backend_pid());
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER costly BEFORE INSERT ON erasure FOR EACH ROW EXECUTE FUNCTION costly()"""

# One of whom nothing can be read; what it raises, or costs, is how's to say.
UNREADABLE = """
CREATE FUNCTION readable(who uuid) RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
    IF who = '{stuck}' THEN
        {how};
    END IF;
    RETURN true;
END $$;
ALTER VIEW v_anchor RENAME TO v_anchor_as_it_was;
CREATE VIEW v_anchor AS SELECT a.* FROM v_anchor_as_it_was a WHERE readable(a.contact);
GRANT SELECT ON v_anchor TO consent_keeper, consent_lookup, consent_operator"""


def said(stack, event):
    text = stack.daemon("keeper").log_file.read_text()
    return [line for line in text.splitlines() if f"event={event}" in line or f" {event} " in line]


def people(stack, names):
    """They consented long ago and said no since; the keeper is not there."""
    stack.daemon("keeper").stop()
    for name in names:
        consent(stack, f"{name}@trouble.example", by=tell)
        optout(stack, f"{name}@trouble.example", by=tell)
        tell(stack, "sectigo.com", "retention.anchored.v1", {
            "contact": {"email": f"{name}@trouble.example", "country": "GB"},
            "controllers": ["sectigo-limited"],
            "anchors": [{"event": "last_certificate_expired_or_revoked", "at": "2010-01-01T00:00:00Z",
                         "reference": f"C-{name}"}],
            "provenance": {"source_type": "direct"}}, 10)
    wait_until(lambda: stack.value("SELECT count(*) FROM ledger") >= 3 * len(names),
               what="all of them")
    wait_until(lambda: stack.value("SELECT NOT EXISTS (SELECT FROM dirty)"),
               what="the lists, for which a task waits")
    return [k for k, in stack.sql("SELECT contact::text FROM contact ORDER BY contact")]


def daily(stack, tmp_path):
    by_itself(stack, tmp_path)
    stack.sql("DELETE FROM retention_day")


def test_a_task_that_costs_its_connection(taking):  # noqa: F811
    """The oldest of all, so that it would come first for ever."""
    keys = people(taking, [f"t{i}" for i in range(4)])
    stuck, others = keys[1], keys[:1] + keys[2:]
    taking.sql(COSTLY.format(stuck=stuck))
    number = taking.value("SELECT min(ledger_id) FROM fact WHERE contact = %s", stuck)
    taking.sql("INSERT INTO delete_task (contact, ledger_id, reason, opened) SELECT k::uuid,"
               " (SELECT min(ledger_id) FROM fact WHERE contact = k::uuid), 'UNDER_16', now()"
               " - (CASE k WHEN %s THEN 2 ELSE 1 END) * interval '1 hour' FROM unnest(%s) k", stuck, keys)
    taking.start("keeper")
    open_tasks = "SELECT contact::text FROM delete_task WHERE done IS NULL"
    wait_until(lambda: taking.sql(open_tasks) == [(stuck,)], what="those behind it")
    assert {k for k, in taking.sql("SELECT contact::text FROM erasure")} == set(others)
    lines = said(taking, "erase_failed")
    assert lines and all(re.search(rf"\bledger={number}\b", line) for line in lines)
    # a keeper that starts tries at once, and nothing is in its way any more
    taking.sql("DROP TRIGGER costly ON erasure")
    taking.daemon("keeper").stop()
    taking.start("keeper")
    wait_until(lambda: taking.sql(open_tasks) == [], what="its own")


def walk_past(stack, tmp_path, how):
    keys = people(stack, [f"w{i}" for i in range(20)])
    stuck = next(k for k, after in zip(keys, keys[1:]) if k[0] == after[0])
    stack.sql(UNREADABLE.format(stuck=stuck, how=how))
    daily(stack, tmp_path)
    stack.start("keeper", retention_hour=0)
    wait_until(lambda: stack.value("SELECT max(due) FROM retention_day") is not None,
               what="the end of the run")
    assert {k for k, in stack.sql("SELECT contact::text FROM erasure")} == set(keys) - {stuck}
    passed = said(stack, "erase_passed_over")
    assert passed and all(f"contact={stuck}" in line for line in passed)
    # once when it erased, once when it counted
    assert stack.metrics("keeper")["consent_keeper_erase_passed_over_total"] == 2


def test_the_daily_run_passes_whom_it_cannot_read(taking, tmp_path):  # noqa: F811
    walk_past(taking, tmp_path, "RAISE 'not this one'")


def test_and_whom_to_read_costs_the_connection(taking, tmp_path):  # noqa: F811
    walk_past(taking, tmp_path, "PERFORM pg_terminate_backend(pg_backend_pid())")
