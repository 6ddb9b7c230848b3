/* An event that we write is an event that we read. */
#include "codec/event/event_write.h"
#include "codec/event/event_json.h"
#include "codec/put.h"

#include <criterion/criterion.h>
#include <string.h>

static struct event read_back(const struct buf *out)
{
    const struct event_input in = {
        .value = out->data, .value_len = out->len, .has_value = true};
    struct event event;
    struct fault fault = {0};

    cr_assert(event_from_json(&in, &event, &fault), "%s at %s: %.*s", fault.reason,
              fault.pointer, (int)out->len, out->data);
    return event;
}

static const struct event_head head = {
    .id = "an id with \"quotes\", \\ and \xc3\xa9",
    .source = "urn:consent:src:direct:sectigo.com",
    .type = EVENT_OPTOUT_RECORDED,
    .time_us = 1772446530123000,
};

Test(event_write, what_is_written_is_read)
{
    struct buf out;

    buf_init(&out, 65536);
    event_begin(&out, &head);
    event_contact(&out, "\"o'neil\\\"@example.com");
    event_controller(&out, "sectigo-limited");
    event_end(&out);
    const struct event e = read_back(&out);
    cr_expect_str_eq(e.id, head.id);
    cr_expect_str_eq(e.source, head.source);
    cr_expect_eq(e.type, head.type);
    cr_expect_eq(e.time_us, head.time_us);
    cr_expect_str_eq(e.email, "\"o'neil\\\"@example.com");
    cr_expect_str_eq(e.phone, "");
    cr_expect_eq(e.n_controllers, 1);
    cr_expect_str_eq(e.controllers[0], "sectigo-limited");
    cr_expect_str_eq(e.import_batch, "");
    buf_done(&out);
}

Test(event_write, of_an_import_with_a_number_and_a_name_given_later)
{
    struct event_head imported = head;
    struct buf out;

    imported.id = "content-0000";
    imported.import_batch = "2026-03 from a sheet";
    buf_init(&out, 65536);
    event_begin(&out, &imported);
    event_contact(&out, "+442071234567");
    event_controller(&out, "*");
    event_end(&out);
    event_name(&out, imported.id, "content-1234");
    const struct event e = read_back(&out);
    cr_expect_str_eq(e.id, "content-1234");
    cr_expect_str_eq(e.import_batch, "2026-03 from a sheet");
    cr_expect_str_eq(e.phone, "+442071234567");
    cr_expect_str_eq(e.email, "");
    buf_done(&out);
}

Test(event_write, with_the_members_of_another_object)
{
    struct buf out;

    buf_init(&out, 65536);
    event_begin(&out, &head);
    event_members(&out,
                  "{\"contact\":{\"email\":\"a@example.com\"},\"controllers\":[\"*\"]}");
    put_member(&out, ",website", "sectigo.com");
    event_end(&out);
    const struct event e = read_back(&out);
    cr_expect_str_eq(e.email, "a@example.com");
    cr_expect_str_eq(e.website, "sectigo.com");
    buf_done(&out);
}

Test(event_write, without_room_nothing_is_named)
{
    struct buf out;

    buf_init(&out, 40);
    event_begin(&out, &head);
    event_end(&out);
    cr_expect(out.overrun);
    event_name(&out, "an", "no");
    buf_done(&out);
}
