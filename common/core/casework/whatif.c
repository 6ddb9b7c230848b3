#include "whatif.h"

#include "core/register/register.h"

#include <string.h>

static void stand(const struct whatif_side *side, enum contact_kind kind,
                  const struct fact *facts, size_t n, int64_t at_us, struct standing *ret)
{
    if (side->list == NULL)
        *ret = (struct standing){
            .decision = {.since_us = WHEN_ALWAYS, .valid_until_us = WHEN_NEVER}};
    else
        list_standing(side->book, side->list, kind, facts, n, at_us, LIST_ABSENT, ret);
}

enum whatif_change whatif_compare(const struct whatif_side *before,
                                  const struct whatif_side *after, enum contact_kind kind,
                                  const struct fact *facts, size_t n, int64_t at_us,
                                  struct standing *ret_before, struct standing *ret_after)
{
    stand(before, kind, facts, n, at_us, ret_before);
    stand(after, kind, facts, n, at_us, ret_after);

    const bool was = ret_before->status != LIST_ABSENT;
    const bool is = ret_after->status != LIST_ABSENT;

    if (was != is)
        return is ? WHATIF_ON : WHATIF_OFF;
    if (is && (ret_before->decision.rule != ret_after->decision.rule ||
               ret_before->decision.reason != ret_after->decision.reason))
        return WHATIF_REASON;
    return WHATIF_SAME;
}

void whatif_agreement(struct agreement *a, const struct agreement_fact *said)
{
    if (said->from_us != WHEN_ALWAYS)
        a->valid.from_us = said->from_us;
    if (said->until_us != WHEN_NEVER)
        a->valid.until_us = said->until_us;
    if (said->terminated_us < a->terminated_us)
        a->terminated_us = said->terminated_us;
    if (said->breach_from_us < a->breach_from_us)
        a->breach_from_us = said->breach_from_us;
}

/* --- windows --- */

static bool flag_read(const char *value, bool *ret)
{
    *ret = strcmp(value, "true") == 0;
    return *ret || strcmp(value, "false") == 0;
}

static bool window_read(struct windows *w, const char *name, const char *value, bool *ret)
{
    const struct {
        const char *name;
        struct when_length *length;
        bool *flag;
    } table[] = {
        {"third_party_stale", &w->third_party_stale, NULL},
        {"art14", &w->art14, NULL},
        {"sale_reoptin", &w->sale_reoptin, NULL},
        {"direct_reconfirm", &w->direct_reconfirm, NULL},
        {"soft_opt_in", NULL, &w->soft_opt_in},
        {"third_party_evidence", NULL, &w->third_party_evidence},
    };

    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        if (strcmp(name, table[i].name) != 0)
            continue;
        *ret = table[i].flag != NULL
                   ? flag_read(value, table[i].flag)
                   : when_parse_length(value, strlen(value), table[i].length);
        return true;
    }
    return false;
}

bool whatif_window(struct windows *w, const char *name, const char *value,
                   struct err *err)
{
    struct windows changed = *w;
    bool good;

    if (register_rule_find(REGISTER_WINDOWS, name) == NULL)
        return err_set(err, ERR_INPUT, "NO_WINDOW",
                       "the register has no window \"%.40s\"", name);
    if (!window_read(&changed, name, value, &good))
        return err_set(err, ERR_INPUT, "WINDOW_ADMITS",
                       "the window %.40s works when an event is admitted; what the facts "
                       "say does not change with it",
                       name);
    if (!good)
        return err_set(err, ERR_INPUT, "BAD_WINDOW",
                       "the window %.40s cannot be \"%.40s\"; write it as the register "
                       "does: P6M, PT48H, true, false",
                       name, value);
    *w = changed;
    return true;
}
