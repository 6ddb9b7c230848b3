"""What lists say: in the table, on their topics, and who is writing them."""
import json

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


def assert_topics_say_what_the_table_says(stack):
    """A fresh reader of each list ends with exactly its entries, and versions rise."""
    for topic in stack.topics():
        if not topic.startswith("suppression."):
            continue
        seen, last = {}, {}
        for message in stack.read(topic):
            key = message.key().decode()
            last[key] = json.loads(message.value())
            assert last[key]["version"] >= seen.get(key, 0), f"{topic}: a version fell"
            seen[key] = last[key]["version"]
        read = {k: (e["status"], e["version"]) for k, e in last.items()}
        assert read == entries(stack, topic.removeprefix("suppression."))


def held(stack):
    """{owner: number of shards} with a lease in force"""
    return dict(stack.sql("SELECT owner, count(*) FROM publish_shard WHERE until > now()"
                          " GROUP BY owner"))
