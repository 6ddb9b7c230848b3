/* consentctl deletion: orders to other systems to erase somebody, and their answers. */
#include "commands.h"

#include "store/casework/deletion_store.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#define ORDERS_MOST 10000

static void waiting_print(const struct deletion_waiting *w, size_t n)
{
    char since[WHEN_TEXT_BYTES];

    if (n == 0)
        puts("No system owes us an answer.");
    for (size_t i = 0; i < n; i++)
        printf("%-20s %" PRId64 " orders wait, since %s\n", w[i].recipient, w[i].orders,
               when_format(w[i].since_us, since));
}

int deletion_list_run(struct ctl *ctl)
{
    const char *system = ctl_option(ctl, "system");
    struct deletion_waiting *waiting = NULL;
    struct pg_result *r = NULL;
    struct buf out;
    struct err err;
    size_t n;
    bool ok;

    buf_init(&out, CTL_ANSWER_BYTES);
    ok = ctl_pg(ctl, &err) &&
         (ctl->json
              ? deletion_list(ctl->pg, system != NULL ? system : "",
                              ctl_option(ctl, "all") != NULL, "", ORDERS_MOST, &out, &err)
              : deletion_waiting(ctl->pg, &waiting, &n, &r, &err));
    if (ok && ctl->json)
        return ctl_say(&out);
    if (ok)
        waiting_print(waiting, n);
    buf_done(&out);
    free(waiting);
    pg_result_free(r);
    return ok ? CTL_DONE : ctl_fail(ctl, &err);
}

int deletion_done_run(struct ctl *ctl)
{
    const char *by = ctl_option(ctl, "by");
    struct err err;
    int64_t n;

    if (by == NULL)
        return ctl_wrong("say who says so: --by NAME");
    if (!ctl_pg(ctl, &err) || !deletion_done(ctl->pg, "", (const char *const *)ctl->args,
                                             (size_t)ctl->n_args, by, &n, &err))
        return ctl_fail(ctl, &err);
    printf("%" PRId64 " of %d orders are done now.\n", n, ctl->n_args);
    return n == ctl->n_args ? CTL_DONE : CTL_FAILED;
}
