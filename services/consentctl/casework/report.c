#include "report.h"
#include "unknown.h"

#include "base/clock.h"

#include <stdio.h>
#include <string.h>

static int32_t source_number(const struct register_snapshot *s, const char *id)
{
    const struct source *found = rulebook_source(&s->book, id, clock_wall_us());

    for (size_t i = 0; found == NULL && i < s->book.n_sources; i++)
        if (strcmp(s->book.sources[i].id, id) == 0)
            found = &s->book.sources[i]; /* no longer in force: still to be asked for */
    return found != NULL ? found->number : 0;
}

bool report_ask_read(struct ctl *ctl, struct report_ask *ret, struct err *err)
{
    const char *id = ctl_option(ctl, "source");

    *ret = (struct report_ask){0};
    if (!ctl_time(ctl_option(ctl, "since"), WHEN_ALWAYS, &ret->since_us, err) ||
        !ctl_pg(ctl, err) || !register_load(ctl->pg, WHEN_NEVER, &ret->s, err))
        return false;
    ret->source = id != NULL ? source_number(ret->s, id) : 0;
    return id == NULL || ret->source != 0 ||
           unknown_name(ret->s, UNKNOWN_SOURCE, id, err);
}

const char *report_length(int64_t us, char text[48])
{
    const int64_t s = us / WHEN_SECOND_US;

    if (us >= WHEN_DAY_US)
        snprintf(text, 48, "%lld days %lld h", (long long)(s / 86400),
                 (long long)(s % 86400 / 3600));
    else if (us >= WHEN_HOUR_US)
        snprintf(text, 48, "%lld h %lld min", (long long)(s / 3600),
                 (long long)(s % 3600 / 60));
    else if (us >= WHEN_MINUTE_US)
        snprintf(text, 48, "%lld min %lld s", (long long)(s / 60), (long long)(s % 60));
    else
        snprintf(text, 48, "%lld s", (long long)s);
    return text;
}
