"""What lists say: in the table, on their topics, and who is writing them."""
import json

from hands import wait_until

LIST = "suppression.promotional-email"


def entries(stack, listed="promotional-email"):
    """{token: (status, version)} of list_entry"""
    return {t: (s, v) for t, s, v in stack.sql(
        "SELECT e.token, CASE e.status WHEN 1 THEN 'suppressed' WHEN 2 THEN 'released'"
        " ELSE 'permitted' END, e.version FROM list_entry e"
        " JOIN register_number n ON n.kind = 'list' AND n.number = e.list"
        " WHERE n.id = %s", listed)}


def quiet(stack):
    return stack.value("SELECT NOT EXISTS (SELECT FROM dirty)")


def settle(stack, hurry=True):
    """Waits until nothing is dirty nor in doubt. hurry: doubts need not wait for their time,
    for nothing is under way any more. One statement looks at both: a doubt that is woken goes
    from one table to the other, and would be in neither for two looks, one after the other."""
    wait_until(lambda: quiet(stack), 60, "the backlog")
    if hurry:
        stack.sql("UPDATE doubt SET at = now()")
    wait_until(lambda: stack.value("SELECT NOT EXISTS (SELECT FROM dirty)"
                                   " AND NOT EXISTS (SELECT FROM doubt)"), 60, "the doubts")


def assert_topics_say_what_the_table_says(stack, stale=False):
    """A fresh reader of each list ends with exactly its entries, and versions rise. stale:
    a publisher slept with records in hand, or a broker with records in its socket: they may
    come after what was said later on another connection. Then the highest version stands last
    again, which is what counts (services/publish/README.md, "Why no stale write wins")."""
    for topic in stack.topics():
        if not topic.startswith("suppression."):
            continue
        seen, last = {}, {}
        for message in stack.read(topic):
            key = message.key().decode()
            if key.startswith("heartbeat-"):
                continue
            last[key] = json.loads(message.value())
            version, highest = last[key]["version"], seen.get(key, 0)
            assert stale or version >= highest, \
                f"{topic}: {version} at offset {message.offset()} comes after {highest}"
            seen[key] = max(version, highest)
        assert seen == {k: e["version"] for k, e in last.items()}, f"{topic}: what stands last"
        read = {k: (e["status"], e["version"]) for k, e in last.items()}
        table = entries(stack, topic.removeprefix("suppression."))
        other = {k: (read.get(k), table.get(k)) for k in read.keys() | table.keys()
                 if read.get(k) != table.get(k)}
        assert not other, f"{topic}: {len(other)} of {len(table)} tokens differ," \
            f" (topic, table): {dict(list(other.items())[:10])}"
    assert_the_log_says_what_the_table_says(stack)


def assert_the_log_says_what_the_table_says(stack):
    """The last row of each contact is its entry, rows are chained, and versions rise as they
    were committed."""
    assert stack.value(
        "SELECT count(*) FROM list_entry e FULL JOIN (SELECT DISTINCT ON (list, contact) *"
        " FROM list_change ORDER BY list, contact, version DESC) c USING (list, contact)"
        " WHERE (e.version, e.status, e.rule, e.reason, e.entry, e.effective, e.known)"
        " IS DISTINCT FROM"
        " (c.version, c.status, c.rule, c.reason, c.entry, c.effective, c.known)") == 0
    assert stack.value(
        "SELECT count(*) FROM (SELECT *, lag(version, 1, 0::bigint) OVER w AS was,"
        " lag(status, 1, 0::smallint) OVER w AS stood FROM list_change"
        " WINDOW w AS (PARTITION BY list, contact ORDER BY version)) c"
        " WHERE former <> was OR prior <> stood OR shard <> shard_of(contact)") == 0
    assert stack.value(
        "SELECT count(*) FROM (SELECT at, lag(at) OVER (PARTITION BY shard ORDER BY version)"
        " AS before FROM list_change) c WHERE at < before") == 0


def held(stack):
    """{owner: number of shards} with a lease in force"""
    return dict(stack.sql("SELECT owner, count(*) FROM publish_shard WHERE until > now()"
                          " GROUP BY owner"))
