"""A list's topic that is another log: deleted and made again, or a cluster that came back from
nothing. Whoever is on the list is said again, by itself."""
import json
import time

import pytest
from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient

from facts import Facts, token
from hands import QUIET, wait_until
from lists import LIST, entries, quiet
from stack import fetch
from test_lists import listed, more_lists

NAME, SHARED = "promotional-email", "uid2-deny"
WHO = [f"n{i}@example.com" for i in range(5)]


def said(stack, topic=LIST):
    """By a fresh reader: {token: status}. A topic that is just made has no leader for a while."""
    found = {}
    try:
        messages = stack.read(topic) if topic in stack.topics() else ()
    except KafkaException:
        return found
    for message in messages:
        value = json.loads(message.value())
        if value["status"] != "heartbeat" and value["version"] > found.get(value["token"], (0,))[0]:
            found[value["token"]] = (value["version"], value["status"])
    return {key: status for key, (_, status) in found.items()}


def marked(stack):
    """Every partition of the list has a heartbeat whose place is kept, of after what was said."""
    return stack.value(
        "SELECT count(*) FROM list_mark m JOIN register_number n ON n.number = m.list"
        " WHERE n.kind = 'list' AND n.id = %s", NAME) == stack.topics()[LIST]


def done(stack, name):
    """Everybody on the list has been said again."""
    return stack.value(
        "SELECT count(*) FROM list_again a JOIN register_number n ON n.number = a.list"
        " WHERE n.kind = 'list' AND n.id = %s AND a.done IS NOT NULL", name) == 1


def begun(stack):
    """Five people on the list, and heartbeats after them."""
    stack.start("publish", heartbeat_s=1)
    world = Facts(stack)
    for name in WHO:
        world.add(name, "OPTOUT")
    world.commit()
    wait_until(lambda: quiet(stack), what="the opt-outs")
    wait_until(lambda: marked(stack), what="heartbeats")
    assert said(stack) == {token(name): "suppressed" for name in WHO}
    assert stack.metrics("publish")["consent_publish_logs_lost"] == 0


def again(stack, partitions):
    """Somebody deletes the topic and makes it again, unless the publisher has."""
    stack.admin.delete_topics([LIST])[LIST].result(60)

    def made():
        try:
            stack.topic(LIST, partitions, **{"cleanup.policy": "compact"})
            return True
        except Exception as refused:  # pylint: disable=broad-except
            assert "EXISTS" in str(refused).upper() or "marked for deletion" in str(refused)
            return "already exists" in str(refused)
    wait_until(made, 90, "the topic to be made again")


def whole_again(stack):
    # first: a reader that is in the midst of a log when another comes waits in vain for its end
    wait_until(lambda: done(stack, NAME) and marked(stack), what="the end of it")
    wait_until(lambda: said(stack) == {token(name): "suppressed" for name in WHO},
               what="everybody to be said again")
    assert stack.ctl_json("list", "diff", NAME)["different"] == 0
    wait_until(lambda: stack.metrics("publish")["consent_publish_logs_lost"] >= 1,
               what="the metric")
    wait_until(lambda: fetch(stack.url("publish") + "/readyz")[0] == 200, what="/readyz")
    log = stack.daemon("publish").log_file.read_text()
    assert f"event=log_lost topic={LIST}" in log
    assert token(WHO[0]) not in log


@pytest.mark.lasting
def test_made_again_while_the_publisher_runs(stack):
    begun(stack)
    again(stack, stack.topics()[LIST])
    whole_again(stack)


@pytest.mark.lasting
def test_made_again_while_it_is_down(stack):
    begun(stack)
    stack.daemon("publish").stop()
    again(stack, stack.topics()[LIST])
    stack.start("publish", heartbeat_s=1)
    whole_again(stack)


@pytest.mark.lasting
def test_made_again_between_the_start_and_the_first_heartbeat(stack):
    """The look of the start is no look of the heartbeat."""
    begun(stack)
    stack.daemon("publish").stop()
    stack.start("publish", heartbeat_s=20)
    wait_until(lambda: "event=kafka_there" in stack.daemon("publish").log_file.read_text(),
               what="Kafka")
    time.sleep(5)  # the look of the start is over
    again(stack, stack.topics()[LIST])
    whole_again(stack)


@pytest.mark.lasting
def test_made_again_and_longer_than_before(stack):
    """No end tells: only the record that was confirmed does."""
    begun(stack)
    stack.daemon("publish").stop()
    ends = dict(stack.sql("SELECT partition, \"offset\" FROM list_mark m JOIN register_number n"
                          " ON n.number = m.list WHERE n.id = %s", NAME))
    again(stack, stack.topics()[LIST])
    for partition, end in ends.items():
        for _ in range(end + 3):
            stack.produce(LIST, {"status": "heartbeat", "list": NAME}, f"heartbeat-{partition}",
                          partition=partition)
    stack.start("publish", heartbeat_s=1)
    whole_again(stack)


def test_a_cluster_from_nothing(stack):
    """The embedded broker forgets when it ends; Apache's topics go."""
    begun(stack)
    stack.daemon("publish").stop()
    if stack.broker.kind == "embedded":
        stack.broker.kill()
        stack.broker.start()
        stack._ctl_conf = None  # pylint: disable=protected-access
        stack.admin = AdminClient({"bootstrap.servers": stack.broker.address, **QUIET})
    else:
        for done in stack.admin.delete_topics([t for t in stack.topics()
                                               if t.startswith("suppression.")]).values():
            done.result(60)
    stack.start("publish", heartbeat_s=1)
    whole_again(stack)


def test_a_restart_says_nothing_again(stack):
    begun(stack)
    for _ in range(2):
        stack.daemon("publish").stop()
        stack.start("publish", heartbeat_s=1)
        beats = stack.metrics("publish").get("consent_publish_heartbeats_total", 0)
        wait_until(lambda: stack.metrics("publish").get("consent_publish_heartbeats_total", 0)
                   > beats + 20, what="heartbeats")
    assert stack.value("SELECT count(*) FROM list_again") == 0


@pytest.mark.lasting
def test_a_list_of_shared_tokens_is_said_again(stack, tmp_path):
    """Its entries belong to tokens, not to contacts."""
    more_lists(stack, tmp_path, listed(SHARED, profile="uid2-b64"))
    begun(stack)
    wait_until(lambda: stack.value(
        "SELECT count(DISTINCT m.partition) FROM list_mark m JOIN register_number n ON n.number = m.list"
        " WHERE n.id = %s", SHARED) > 0, what="its heartbeats")
    tokens = entries(stack, SHARED).keys()
    assert len(tokens) == len(WHO)
    topic = f"suppression.{SHARED}"
    stack.admin.delete_topics([topic])[topic].result(60)
    wait_until(lambda: done(stack, SHARED), 90, "the end of it")
    wait_until(lambda: said(stack, topic) == dict.fromkeys(tokens, "suppressed"), 90,
               "everybody to be said again")
