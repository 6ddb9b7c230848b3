"""An event that is taken while its person is being erased goes with them."""
import contextlib
import copy
import uuid

import psycopg2
from hands import wait_until
from test_forget import SITE, ask_and_answer, consent, erased, taking  # noqa: F401
from test_forget_before import can_read, identifiers
from test_forget_before import again as with_receipt
from test_lists import calm

EMAIL = "ana@meanwhile.example"
LOOKED = "SELECT count(*) FROM erasure WHERE look_after IS NULL"


def patient(stack, program):
    """It waits for a lock as long as the test holds it: one that gave up after its five seconds
    would begin again, and see what has come since."""
    url = stack.cluster.url(stack.database, stack.role_of(program))
    stack.start(program, database_url=url + ("&" if "?" in url else "?") + "options=-c%20lock_timeout%3D0")


@contextlib.contextmanager
def locked(stack, table, who):
    """Nobody writes to that table; yields what waits until the program does."""
    with contextlib.closing(psycopg2.connect(stack.cluster.url(stack.database))) as session:
        session.cursor().execute(f"LOCK TABLE {table} IN SHARE MODE")
        yield lambda: wait_until(
            lambda: stack.value("SELECT count(*) FROM pg_locks l JOIN pg_stat_activity a USING (pid)"
                                " WHERE NOT l.granted AND l.relation = %s::regclass"
                                " AND a.usename = %s", table, f"consent_{who}"),
            what=f"consent_{who} to wait for {table}")


def test_it_is_taken_between_the_plan_and_the_commit(taking):  # noqa: F811
    stack = taking
    patient(stack, "keeper")
    first = consent(stack, EMAIL)
    wait_until(lambda: calm(stack), what="the lists")
    with locked(stack, "erased_row", "keeper") as until_it_waits:
        ask_and_answer(stack, EMAIL, "RR-1")
        until_it_waits()
        late = with_receipt(stack, first)
        assert can_read(stack, late)
    wait_until(lambda: not can_read(stack, late), what="the second look")
    assert not can_read(stack, first) and identifiers(stack) == 0
    # and then there is nothing more to be done
    wait_until(lambda: stack.value(LOOKED) == 2, what="the last look")
    assert stack.value("SELECT count(*) FROM erasure") == 2


def test_its_batch_is_committed_after_the_erasure(taking):  # noqa: F811
    """Whoever looks before that batch has ended looks too early."""
    stack = taking
    patient(stack, "ingest")
    first, other = consent(stack, EMAIL), consent(stack, "ben@meanwhile.example")
    stack.daemon("keeper").stop()
    ask_and_answer(stack, EMAIL, "RR-2")
    wait_until(lambda: calm(stack), what="the lists")
    late = copy.deepcopy(first) | {"id": f"late-{uuid.uuid4()}"}
    with locked(stack, "receipt_queue", "ingest") as until_it_waits:
        stack.produce(f"feed.{SITE}", late)
        until_it_waits()
        stack.start("keeper")
        erased(stack)
        # a turn of the keeper later
        stack.sql("INSERT INTO delete_task (contact, ledger_id, reason, opened)"
                  " SELECT f.contact, f.ledger_id, 'UNDER_16', now() FROM fact f JOIN ledger USING (ledger_id)"
                  " WHERE event_id = %s LIMIT 1", other["id"])
        erased(stack, 2)
        assert stack.value(LOOKED) == 0
    wait_until(lambda: stack.value("SELECT count(*) FROM ledger WHERE event_id = %s", late["id"]) == 1
               and not can_read(stack, late), what="the second look")
    wait_until(lambda: stack.value(LOOKED) == 3, what="the last looks")
    assert identifiers(stack) == 0
