/* Of an export: the person's requests, and until when their data may be kept. */
#include "export/person_parts.h"

#include "base/mem.h"
#include "codec/casework/retention_json.h"
#include "codec/casework/rights_json.h"
#include "store/people/person_store.h"
#include "store/casework/retention_store.h"
#include "store/casework/rights_store.h"

#include <stdlib.h>
#include <string.h>

static void request_put(const struct register_snapshot *reg, const struct person *person,
                        const struct rights_set *set, bool *more, struct buf *out)
{
    struct rights_request found[RIGHTS_SOURCES];
    size_t at = 0;

    while (at < set->n) {
        const char *id = set->names[at].request;
        const size_t begin = at, n = rights_next(set, &at, found);

        for (size_t i = 0; i < n; i++) {
            bool first = true;

            buf_add_str(out, *more ? ",{" : "{");
            *more = true;
            rights_to_json(&found[i], id, register_source_name(reg, found[i].source),
                           person->now_us, out);
            buf_add_str(out, ",\"events\":[");
            for (size_t k = begin; k < at; k++) {
                buf_add_str(out, first ? "" : ",");
                first = false;
                rights_event_to_json(&set->events[k], set->names[k].event,
                                     register_source_name(reg, set->events[k].source),
                                     out);
            }
            buf_add_str(out, "]}");
        }
    }
}

bool person_rights_put(struct pg *pg, const struct register_snapshot *reg,
                       const struct person *person, struct person_out *out,
                       struct err *err)
{
    struct rights_set set = {0};
    struct pg_result *ids;
    bool ok = true, more = false;

    if (!person_requests(pg, &person->key, &ids, err))
        return false;
    buf_add_str(out->out, "[");
    for (int i = 0; ok && i < pg_rows(ids); i++) {
        ok = rights_load(pg, pg_get_text(ids, i, 0), WHEN_NEVER, &set, err);
        if (ok)
            request_put(reg, person, &set, &more, out->out);
        ok = ok && person_spill(out, err);
    }
    buf_add_str(out->out, "]");
    rights_set_done(&set);
    pg_result_free(ids);
    return ok;
}

/* --- retention --- */

struct dates {
    const struct register_snapshot *reg;
    const struct person *person;
    const struct fact *facts;
    size_t n_facts;
    const struct anchor *said;
    size_t n_said;
    struct anchor *anchors; /* room for n_said + 5 */
    bool more;
    struct buf *out;
};

static void row_put(struct dates *d, const struct retention_rule *rule,
                    int16_t controller)
{
    struct retention_result r;
    size_t n;

    if (!retention_concerns(rule, d->facts, d->n_facts, d->said, d->n_said, controller))
        return;
    n = retention_anchors(rule, d->facts, d->n_facts, d->said, d->n_said, controller,
                          d->person->kind, d->anchors, d->n_said + 5);
    retention_date(rule, d->anchors, n, d->person->now_us, &r);
    buf_add_str(d->out, d->more ? ",{" : "{");
    d->more = true;
    retention_to_json(rule, register_controller_name(d->reg, controller), d->anchors, &r,
                      d->out);
    buf_add_str(d->out, "}");
}

static bool has_controller(const struct dates *d, int16_t controller)
{
    for (size_t i = 0; i < d->n_facts; i++)
        if (d->facts[i].controller == controller)
            return true;
    for (size_t i = 0; i < d->n_said; i++)
        if (d->said[i].controller == controller)
            return true;
    return false;
}

static void rows_put(struct dates *d, const struct retention_rules *rules)
{
    for (size_t i = 0; i < rules->n; i++) {
        const char *id = rules->list[i].id;
        struct retention_rule rule;
        int16_t before = 0;

        if ((i > 0 && strcmp(id, rules->list[i - 1].id) == 0) ||
            !retention_resolve(rules->list, rules->n, id, d->person->now_us, &rule))
            continue;
        /* a controller stands once for each of its periods */
        for (size_t k = 0; k < d->reg->book.n_controllers; k++) {
            const int16_t number = d->reg->book.controllers[k].number;

            if (number != before && has_controller(d, number))
                row_put(d, &rule, number);
            before = number;
        }
    }
}

bool person_retention_put(struct pg *pg, const struct register_snapshot *reg,
                          const struct person *person, const struct person_facts *f,
                          struct buf *out, struct err *err)
{
    struct retention_rules rules = {0};
    struct anchor_set said = {0};
    bool ok = retention_rules_load(pg, WHEN_NEVER, &rules, err) &&
              anchor_load(pg, &person->key, 1, WHEN_NEVER, &said, err);

    if (ok) {
        struct dates d = {
            .reg = reg,
            .person = person,
            .facts = f->facts.facts,
            .n_facts = f->facts.first[1],
            .said = said.anchors,
            .n_said = said.first[1],
            .anchors = mem_zalloc(said.first[1] + 5, sizeof(struct anchor)),
            .out = out,
        };

        buf_add_str(out, "[");
        rows_put(&d, &rules);
        buf_add_str(out, "]");
        free(d.anchors);
    }
    anchor_set_done(&said);
    retention_rules_done(&rules);
    return ok;
}
