/* Of the commands that settle quarantined events: which ones. */
#include "quarantine.h"

#define PAGE 200

const char *quarantine_note(const struct ctl *ctl)
{
    return ctl_option(ctl, "all") != NULL ? ctl->why : ctl_option(ctl, "reason");
}

bool quarantine_pick_begin(struct ctl *ctl, struct quarantine_pick *p, struct err *err)
{
    *p = (struct quarantine_pick){.all = ctl_option(ctl, "all") != NULL};
    if (!p->all && ctl->n_args == 0)
        return err_set(err, ERR_CONFIG, "NONE",
                       "say which: numbers, or --all --reason CODE --source ID");
    if (!p->all && ctl_option(ctl, "source") != NULL)
        return err_set(err, ERR_CONFIG, "SOURCE", "--source goes with --all");
    if (p->all && (ctl->n_args > 0 || ctl_option(ctl, "reason") == NULL ||
                   ctl_option(ctl, "source") == NULL))
        return err_set(err, ERR_CONFIG, "ALL",
                       "--all is for one reason and one source, without numbers: "
                       "--all --reason CODE --source ID");
    return ctl_pg(ctl, err) && (!p->all || quarantine_last(ctl->pg, &p->last, err));
}

static bool numbers(struct ctl *ctl, struct quarantine_pick *p,
                    struct quarantine_set *set, int64_t ids[QUARANTINE_IDS_MAX],
                    size_t *ret_n, struct err *err)
{
    *ret_n = 0;
    if (p->after > 0)
        return true;
    p->after = 1;
    return quarantine_ids(ctl, ids, ret_n, err) &&
           quarantine_get(ctl->pg, ids, *ret_n, set, err) &&
           quarantine_all_there(set, ids, *ret_n, err);
}

bool quarantine_pick_next(struct ctl *ctl, struct quarantine_pick *p,
                          struct quarantine_set *set, int64_t ids[QUARANTINE_IDS_MAX],
                          size_t *ret_n, struct err *err)
{
    const struct quarantine_filter filter = {
        .source = ctl_option(ctl, "source"),
        .reason = ctl_option(ctl, "reason"),
        .state = QUARANTINE_WAITING,
        .after_id = p->after,
        .limit = PAGE,
    };

    _Static_assert(PAGE <= QUARANTINE_IDS_MAX, "room for a page");
    if (!p->all)
        return numbers(ctl, p, set, ids, ret_n, err);
    if (!quarantine_list(ctl->pg, &filter, set, err))
        return false;
    while (set->n > 0 && set->rows[set->n - 1].id > p->last)
        set->n--;
    for (size_t i = 0; i < set->n; i++)
        p->after = ids[i] = set->rows[i].id;
    *ret_n = set->n;
    return true;
}
