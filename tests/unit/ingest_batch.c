/* ingest_batch and what becomes of it on the way out: gathered, folded, sorted, dropped.
 */
#include "store/event/ingest_sender.h"

#include <criterion/criterion.h>
#include <string.h>

static struct ingest_batch batch;
static struct ingest_sender *sender;
static struct admission admission;
static const struct contact_marks marks = {.n = 1};
static struct ingest_contact contacts[2];
static struct ingest_part parts[2] = {{.topic = "feed.a", .partition = 0, .epoch = 1},
                                      {.topic = "feed.b", .partition = 3, .epoch = 7}};

static void setup(void)
{
    ingest_batch_init(&batch, 4, 10000);
    sender = ingest_sender_new(&marks);
    memset(&admission, 0, sizeof(admission));
    memset(contacts, 0, sizeof(contacts));
    for (size_t i = 0; i < 2; i++) {
        contacts[i].kind = i == 0 ? CONTACT_EMAIL : CONTACT_PHONE;
        contacts[i].key.b[0] = (uint8_t)(0x20 + i);
        contacts[i].wrapped_len = 3;
        contacts[i].sealed = "sealed";
        contacts[i].sealed_len = 6;
    }
    admission.outcome = OUTCOME_ACCEPTED;
    admission.keep = admission.keep_bytes = true;
}

static void teardown(void)
{
    ingest_sender_free(sender);
    ingest_batch_done(&batch);
}

TestSuite(ingest_batch, .init = setup, .fini = teardown);

static struct ingest_record record(int32_t slot, int64_t offset, int32_t source,
                                   const char *id)
{
    return (struct ingest_record){
        .slot = slot,
        .offset = offset,
        .last = true,
        .known_us = 1000 + offset,
        .ledger_id = 100 + offset,
        .source = source,
        .type = EVENT_CONSENT_GRANTED,
        .event_id = id,
        .raw = "{}",
        .raw_len = 2,
        .admission = &admission,
        .contacts = contacts,
        .n_contacts = 2,
    };
}

static void add(int32_t slot, int64_t offset, int32_t source, const char *id)
{
    struct ingest_record r = record(slot, offset, source, id);

    ingest_batch_add(&batch, &r);
}

static struct ingest_range range(void)
{
    return (struct ingest_range){&batch, 0, batch.n_rows, parts, 2};
}

static void give_fact(uint8_t contact, enum fact_kind kind, uint32_t flags)
{
    admission.fact_contact[admission.n_facts] = contact;
    admission.facts[admission.n_facts] =
        (struct fact){.kind = (uint8_t)kind, .flags = flags};
    admission.n_facts++;
}

Test(ingest_batch, is_full_by_rows)
{
    for (int64_t i = 0; i < 4; i++) {
        cr_assert_not(ingest_batch_full(&batch));
        add(0, i, 1, "x");
    }
    cr_assert(ingest_batch_full(&batch));
    ingest_batch_reset(&batch);
    cr_assert_not(ingest_batch_full(&batch));
}

Test(ingest_batch, is_full_by_bytes)
{
    static char big[10000];
    struct ingest_record r = record(0, 0, 1, "x");

    r.raw = big;
    r.raw_len = sizeof(big);
    ingest_batch_add(&batch, &r);
    cr_assert(ingest_batch_full(&batch));
}

Test(ingest_batch, facts_name_their_event_and_their_contact)
{
    give_fact(1, FACT_OPTOUT, FACT_IS_WIDE);
    add(0, 5, 1, "x");
    cr_assert_eq(batch.n_facts, 1);
    cr_assert_eq(batch.facts[0].fact.ledger_id, 105);
    cr_assert_eq(batch.facts[0].contact.b[0], 0x21);
    cr_assert_not(batch.points[0].wide);
    cr_assert(batch.points[1].wide, "a denial for all channels follows links");
    cr_assert_not(batch.points[0].says_no);
    cr_assert(batch.points[1].says_no, "it goes first");
}

Test(ingest_batch, what_goes_to_quarantine_alone_has_no_facts_and_no_ledger_id)
{
    give_fact(0, FACT_GRANT, 0);
    admission.keep = false;
    admission.quarantine = true;
    add(0, 5, 1, "x");
    cr_assert_eq(batch.rows[0].ledger_id, 0);
    cr_assert_eq(batch.rows[0].n_facts, 0);
    cr_assert_eq(batch.rows[0].n_contacts, 2, "whom it is about is told all the same");
}

Test(ingest_batch, of_a_minor_no_bytes_are_kept)
{
    struct ingest_record r = record(0, 5, 1, "x");

    admission.redact = true;
    admission.keep_bytes = false;
    r.headers = "{\"ce_id\":\"1\"}";
    r.headers_len = 13;
    ingest_batch_add(&batch, &r);
    cr_assert(batch.rows[0].raw.null && batch.rows[0].headers.null);
    cr_assert(batch.rows[0].flags & LEDGER_REDACTED);
}

Test(ingest_batch, an_empty_value_is_not_a_tombstone)
{
    struct ingest_record r = record(0, 5, 1, "x");

    r.raw = "";
    r.raw_len = 0;
    ingest_batch_add(&batch, &r);
    cr_assert_not(batch.rows[0].raw.null);
    r.raw = NULL;
    ingest_batch_add(&batch, &r);
    cr_assert(batch.rows[1].raw.null);
}

Test(ingest_batch, next_is_after_the_greatest_offset_holes_and_all)
{
    add(0, 3, 1, "a");
    add(1, 50, 1, "b");
    add(0, 9, 1, "c");
    cr_assert_eq(ingest_next(&batch, 0, 3, 0), 10);
    cr_assert_eq(ingest_next(&batch, 0, 2, 0), 4);
    cr_assert_eq(ingest_next(&batch, 0, 3, 1), 51);
    cr_assert_eq(ingest_next(&batch, 2, 3, 1), -1, "no row there");
}

Test(ingest_batch, a_position_stays_before_a_record_that_has_more_events)
{
    struct ingest_record r = record(0, 7, 1, "a");

    r.last = false;
    ingest_batch_add(&batch, &r);
    ingest_batch_add(&batch, &r);
    r.last = true;
    ingest_batch_add(&batch, &r);
    cr_assert_eq(ingest_next(&batch, 0, 2, 0), 7);
    cr_assert_eq(ingest_next(&batch, 0, 3, 0), 8);
    cr_assert_eq(ingest_next(&batch, 2, 3, 0), 8);
}

Test(ingest_batch, what_was_dropped_is_not_sent)
{
    struct ingest_range g;

    give_fact(0, FACT_GRANT, 0);
    add(0, 3, 1, "a");
    add(1, 50, 1, "b");
    ingest_batch_drop(&batch, 0);
    cr_assert_eq(ingest_next(&batch, 0, 2, 0), -1);
    g = range();
    ingest_sort_rows(sender, &g);
    cr_assert_eq(sender->n, 1);
    cr_assert_eq(sender->order[0], 1);
    ingest_put_positions(sender, &g);
    cr_assert_eq(pg_array_len(&sender->params, 0), 1, "only the other's position");
}

/* What was encoded beforehand is sent only of a batch that is still the same. */
Test(ingest_batch, encoded_beforehand_holds_until_the_batch_changes)
{
    struct ingest_record r = record(0, 1, 1, "a"), q = record(1, 2, 1, "b");

    ingest_batch_add(&batch, &r);
    cr_assert(!ingest_encoded(sender, &batch));
    ingest_encode(sender, &batch, parts, 2);
    cr_assert(ingest_encoded(sender, &batch));
    ingest_batch_add(&batch, &q);
    cr_assert(!ingest_encoded(sender, &batch), "a row more");
    ingest_encode(sender, &batch, parts, 2);
    ingest_batch_drop(&batch, 1);
    cr_assert(!ingest_encoded(sender, &batch), "a partition was taken from us");
    ingest_encode(sender, &batch, parts, 2);
    cr_assert(ingest_batch_reduce(&batch, 0));
    cr_assert(!ingest_encoded(sender, &batch), "less of a row");
    ingest_encode(sender, &batch, parts, 2);
    ingest_batch_reset(&batch);
    ingest_batch_add(&batch, &r);
    cr_assert(!ingest_encoded(sender, &batch), "as many rows, but others");
}

Test(ingest_batch, rows_are_sorted_by_source_and_id_then_arrival)
{
    static const uint32_t expected[] = {3, 1, 2, 0};
    struct ingest_range g;

    add(0, 0, 2, "b");
    add(0, 1, 2, "a");
    add(0, 2, 2, "a");
    add(0, 3, 1, "z");
    g = range();
    ingest_sort_rows(sender, &g);
    cr_assert_eq(sender->n, 4);
    for (size_t i = 0; i < 4; i++) {
        cr_assert_eq(sender->order[i], expected[i], "place %zu", i);
        cr_assert_eq(sender->rank[expected[i]], i + 1);
    }
}

Test(ingest_batch, a_contact_stands_once_with_its_oldest_time)
{
    struct ingest_range g;

    contacts[0].wrapped_len = 0;
    add(0, 7, 1, "late");
    contacts[0].wrapped_len = 3;
    give_fact(0, FACT_OBJECTION, FACT_IS_WIDE);
    add(0, 8, 1, "later");
    g = range();
    ingest_sort_rows(sender, &g);
    ingest_put_contacts(sender, &g);
    cr_assert_eq(pg_array_len(&sender->params, 0), 2);
    cr_assert_eq(sender->points[0].known_us, 1007);
    cr_assert(sender->points[0].wide);
    cr_assert(sender->points[0].says_no);
    cr_assert_not(sender->points[0].wrapped.null, "the identifier of whoever has one");
}

Test(ingest_batch, links_go_both_ways_once)
{
    struct ingest_range g;

    contacts[1].key = contacts[0].key; /* one point named twice is no link */
    add(0, 6, 1, "one");
    contacts[1].key.b[0]++;
    add(0, 7, 1, "a");
    add(0, 8, 1, "b");
    g = range();
    ingest_sort_rows(sender, &g);
    ingest_put_links(sender, &g);
    cr_assert_eq(pg_array_len(&sender->params, 0), 4);
}

Test(ingest_batch, a_doubtful_contact_is_linked_with_nobody)
{
    contacts[1].doubtful = true;
    add(0, 1, 1, "a");
    ingest_put_links(sender, &(struct ingest_range){&batch, 0, batch.n_rows, parts, 2});
    cr_assert_eq(sender->n_pairs, 0);
}

Test(ingest_batch, a_change_ties_and_links_nobody)
{
    admission.change = CHANGE_CHANGED;
    contacts[1].old = true;
    add(0, 1, 1, "a");
    ingest_put_links(sender, &(struct ingest_range){&batch, 0, batch.n_rows, parts, 2});
    cr_assert_eq(sender->n_pairs, 0);
    cr_assert(batch.points[1].old && !batch.points[0].old);
    cr_assert_eq(batch.rows[0].change, CHANGE_CHANGED);
}

Test(ingest_batch, receipts_are_one_run_a_source_and_none_for_nobody)
{
    struct ingest_range g;

    add(0, 1, 3, "a");
    add(0, 2, 0, "b");
    add(0, 3, 1, "c");
    add(0, 4, 3, "d");
    g = range();
    ingest_sort_rows(sender, &g);
    ingest_put_receipts(sender, &g);
    cr_assert_eq(pg_array_len(&sender->params, 0), 4, "six arrays of all records");
    cr_assert_eq(pg_array_len(&sender->params, 6), 2, "then the sources: 1 and 3");
}

Test(ingest_batch, of_a_refused_denial_the_facts_are_tried_without_its_texts)
{
    struct ingest_row *r;

    give_fact(0, FACT_GRANT, 0);
    give_fact(1, FACT_OPTOUT, 0);
    add(0, 7, 1, "a");
    r = &batch.rows[0];
    cr_assert(ingest_batch_reduce(&batch, 0));
    cr_assert_eq(r->extent, INGEST_BARE);
    cr_assert_neq(r->ledger_id, 0);
    cr_assert_eq(r->n_facts, 1, "the grant is not applied");
    cr_assert_eq(batch.facts[r->fact].fact.kind, FACT_OPTOUT);
    cr_assert_str_eq(ingest_batch_text(&batch, r->event_id), "a", "for the receipt");
    cr_assert_str_eq(ingest_batch_text(&batch, r->reason), "POISON");
    cr_assert(ingest_batch_reduce(&batch, 0));
    cr_assert_eq(r->ledger_id, 0);
    cr_assert_eq(r->n_facts, 0);
}

Test(ingest_batch, of_a_refused_record_less_is_tried_each_time)
{
    struct ingest_record of = record(0, 7, 1, "a");
    struct ingest_row *r;

    give_fact(0, FACT_GRANT, 0);
    of.headers = "{}";
    of.headers_len = 2;
    ingest_batch_add(&batch, &of);
    r = &batch.rows[0];
    cr_assert(ingest_batch_reduce(&batch, 0));
    cr_assert_eq(r->extent, INGEST_ASIDE, "nothing in it is a denial");
    cr_assert_eq(r->ledger_id, 0);
    cr_assert_eq(r->n_facts, 0);
    cr_assert(r->quarantine);
    cr_assert_not(r->event_id.null);
    cr_assert_not(r->headers.null);
    cr_assert(ingest_batch_reduce(&batch, 0));
    cr_assert(r->event_id.null && r->headers.null);
    cr_assert_not(r->raw.null, "its bytes last of all");
    cr_assert_not(ingest_batch_reduce(&batch, 0));
}
