/* consentctl list verify MANIFEST...: is a snapshot what its manifest says? */
#include "commands.h"

#include "export/snapshot_read.h"

#include <stdio.h>

static bool each(void *arg, const struct snapshot_entry *entry, struct err *err)
{
    (void)arg;
    (void)entry;
    (void)err;
    return true;
}

int list_verify_run(struct ctl *ctl)
{
    struct buf out;
    struct err err;
    int code = CTL_DONE;

    buf_init(&out, CTL_ANSWER_BYTES);
    buf_add_str(&out, "{\"snapshots\":[");
    for (int i = 0; code == CTL_DONE && i < ctl->n_args; i++) {
        struct manifest m;

        if (!snapshot_read(ctl->args[i], &m, each, NULL, &err)) {
            code = ctl_fail(ctl, &err);
        } else if (ctl->json) {
            buf_add_str(&out, i > 0 ? "," : "");
            manifest_to_json(&m, &out);
        } else {
            printf("%s: good: %s with %lld rows, %lld tokens on the list\n", ctl->args[i],
                   m.file, (long long)m.rows, (long long)m.count);
        }
    }
    if (ctl->json && code == CTL_DONE) {
        buf_add_str(&out, "]}");
        ctl_say(&out);
    }
    buf_done(&out);
    return code;
}
