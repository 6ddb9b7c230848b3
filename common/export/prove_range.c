/* The rows of a log's ranges, also of those that have left the database for archives. */
#include "export/prove_parts.h"

#include "store/operate/archive_store.h"
#include "store/proof/events.h"
#include "store/proof/words.h"

#include <stdio.h>
#include <string.h>

#define KEPT_BYTES ((size_t)1 << 30)

/* What is looked for in the archives: rows that have from..to (to not in it) there. */
struct search {
    const char *column;
    int64_t from, to, most;
    struct proof_kept kept;
};

static bool row_look(void *context, const char *line, size_t len, bool *stop,
                     struct err *err)
{
    struct search *s = context;
    int64_t v;

    if (!archive_number(line, len, s->column, &v) || v < s->from || v >= s->to)
        return true;
    s->kept.n++;
    *stop = (int64_t)s->kept.n >= s->most;
    return (buf_add(&s->kept.lines, line, len) && buf_add(&s->kept.lines, "", 1)) ||
           err_set(err, ERR_INPUT, "PROOF_LARGE", "too much has left to be read at once");
}

static bool search(struct archive_dir *archives, enum proof_log log, struct search *s,
                   struct err *err)
{
    buf_init(&s->kept.lines, KEPT_BYTES);
    return log == PROOF_LISTS
               ? archive_walk(archives, "list_change", s->from, s->to, row_look, s, err)
               : archive_walk(archives, "lookup_audit", 0, 0, row_look, s, err);
}

static bool kept_read(struct pg *pg, struct archive_dir *archives, enum proof_log log,
                      const struct proof_range *range, proof_emit *emit, void *context,
                      struct err *err)
{
    const bool lists = log == PROOF_LISTS;
    /* words of other lists may have versions in between */
    struct search s = {.column = lists ? "version" : "xact",
                       .from = range->from,
                       .to = range->to,
                       .most = lists ? INT64_MAX : range->leaves};
    bool ok = search(archives, log, &s, err) &&
              (lists ? proof_lists_read(pg, range, &s.kept, emit, context, err)
                     : proof_lookups_read(pg, range, &s.kept, emit, context, err));

    buf_done(&s.kept.lines);
    return ok;
}

bool prove_range_read(struct pg *pg, struct archive_dir *archives, enum proof_log log,
                      const struct proof_range *range, proof_emit *emit, void *context,
                      struct err *err)
{
    struct proof_range copy = *range; /* its arrays are borrowed */
    struct proof_ranges one = {.n = 1, .cap = 1, .v = &copy};
    bool left;

    if (strcmp(range->topic, PROOF_RESTORED) == 0)
        return proof_restored_read(pg, range, emit, context, err);
    if (!archive_has(pg, (int16_t)log, range->from, &left, err))
        return false;
    if (left && archives == NULL)
        return err_set(err, ERR_INPUT, "PROOF_NONE",
                       "rows of this range have left the database: consentctl archive "
                       "list names the file, and --archive reads it");
    if (left)
        return kept_read(pg, archives, log, range, emit, context, err);
    switch (log) {
    case PROOF_EVENTS: return proof_events_read(pg, &one, emit, context, err);
    case PROOF_LISTS: return proof_lists_read(pg, range, NULL, emit, context, err);
    case PROOF_LOOKUPS: return proof_lookups_read(pg, range, NULL, emit, context, err);
    }
    return true;
}

/* Of the lines that were found, that of this list; of look-ups the first. */
static bool place_take(const struct search *s, int32_t list, struct proof_place *ret)
{
    const char *at = s->kept.lines.data;

    for (size_t i = 0; i < s->kept.n; i++, at += strlen(at) + 1) {
        const size_t len = strlen(at);
        int64_t number, shard;

        *ret = (struct proof_place){.at = s->from};
        if (list == 0)
            return archive_number(at, len, "xact", &ret->at);
        if (!archive_number(at, len, "list", &number) || number != list ||
            !archive_number(at, len, "shard", &shard))
            continue;
        snprintf(ret->topic, sizeof(ret->topic), "%d", (int)list);
        ret->partition = (int32_t)shard;
        return true;
    }
    return false;
}

bool prove_kept_find(struct pg *pg, struct archive_dir *archives, const char *list,
                     int64_t at, struct proof_place *ret, bool *ret_found,
                     struct err *err)
{
    struct search s = {.column = list != NULL ? "version" : "number",
                       .from = at,
                       .to = at + 1,
                       .most = list != NULL ? INT64_MAX : 1};
    int32_t number = 0;
    bool ok = list == NULL || proof_list_number(pg, list, &number, err);

    *ret_found = false;
    if (ok && (list == NULL || number > 0)) {
        ok = search(archives, list != NULL ? PROOF_LISTS : PROOF_LOOKUPS, &s, err);
        *ret_found = ok && place_take(&s, number, ret);
        buf_done(&s.kept.lines);
    }
    return ok;
}
