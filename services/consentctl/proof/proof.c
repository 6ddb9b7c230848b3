/*
 * consentctl proof: that nothing was changed afterwards, in the forms of
 * schemas/proof/README.md, for whoever does not trust us.
 */
#include "commands.h"
#include "outfile.h"

#include "export/prove.h"
#include "export/tiles.h"
#include "vault/vault.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A whole number from 0 on. */
static bool number(const char *text, const char *what, int64_t *ret, struct err *err)
{
    char *end;

    errno = 0;
    *ret = strtoll(text, &end, 10);
    return (errno == 0 && end != text && *end == '\0' && *ret >= 0) ||
           err_set(err, ERR_CONFIG, "USAGE", "%s is a whole number", what);
}

static bool log_of(const struct ctl *ctl, enum proof_log *ret, struct err *err)
{
    const int log = proof_log_find(ctl->args[0]);

    *ret = (enum proof_log)log;
    return log != 0 ||
           err_set(err, ERR_CONFIG, "USAGE", "the logs are events, lists and lookups");
}

/* To the file that is asked for, or to standard output. */
static bool deliver(const struct ctl *ctl, struct buf *out, struct err *err)
{
    struct outfile f;
    bool ok;

    buf_add_str(out, "\n");
    if (out->overrun)
        return err_set(err, ERR_INPUT, "PROOF_LARGE", "the answer is too large");
    if (!outfile_open(&f, ctl_option(ctl, "output"), err))
        return false;
    ok = outfile_write(&f, out->data, out->len, err) && outfile_keep(&f, err);
    outfile_drop(&f);
    return ok;
}

/* The archives that are named, if any are. */
static bool archives_open(struct ctl *ctl, struct archive_dir **ret, struct err *err)
{
    *ret = NULL;
    if (ctl_option(ctl, "archive") == NULL && ctl->settings.archive_dir[0] == '\0')
        return true;
    if (!ctl_vault_archives(ctl, err))
        return false;
    *ret = vault_archive_dir(ctl->vault);
    return true;
}

/* --- one row --- */

static bool event_prove(struct ctl *ctl, struct buf *out, struct err *err)
{
    const char *source = ctl_option(ctl, "source");
    const char *partition = ctl_option(ctl, "partition");
    const char *offset = ctl_option(ctl, "offset");
    int64_t id, p = 0, o = 0;
    char topic[PROOF_TOPIC_BYTES];

    if ((ctl->n_args == 1) == (source != NULL) || (source != NULL) != (offset != NULL))
        return err_set(err, ERR_CONFIG, "USAGE",
                       "give a ledger id, or --source, --partition and --offset");
    if (source == NULL)
        return number(ctl->args[0], "a ledger id", &id, err) &&
               prove_event(ctl->pg, ctl_option(ctl, "quarantine") != NULL, id, NULL, out,
                           err);
    if ((partition != NULL && !number(partition, "a partition", &p, err)) ||
        !number(offset, "an offset", &o, err))
        return false;
    if (snprintf(topic, sizeof(topic), "feed.%s", source) >= (int)sizeof(topic))
        return err_set(err, ERR_CONFIG, "USAGE", "no source has such a name");
    return prove_offset(ctl->pg, topic, (int32_t)p, o, out, err);
}

static bool list_prove(struct ctl *ctl, struct buf *out, struct err *err)
{
    struct archive_dir *archives;
    int64_t version;

    return number(ctl->args[1], "a version", &version, err) &&
           archives_open(ctl, &archives, err) &&
           prove_word(ctl->pg, archives, ctl->args[0], version, out, err);
}

static bool audit_prove(struct ctl *ctl, struct buf *out, struct err *err)
{
    struct archive_dir *archives;
    int64_t n;

    return number(ctl->args[0], "a look-up's number", &n, err) &&
           archives_open(ctl, &archives, err) &&
           prove_lookup(ctl->pg, archives, n, out, err);
}

static bool growth_prove(struct ctl *ctl, struct buf *out, struct err *err)
{
    const char *from = ctl_option(ctl, "from"), *to = ctl_option(ctl, "to");
    int64_t m = 0, n = 0;
    enum proof_log log;

    if (from == NULL)
        return err_set(err, ERR_CONFIG, "USAGE", "say --from how many leaves");
    return log_of(ctl, &log, err) && number(from, "--from", &m, err) &&
           (to == NULL || number(to, "--to", &n, err)) &&
           prove_growth(ctl->pg, log, (uint64_t)m, (uint64_t)n, out, err);
}

static int prove(struct ctl *ctl,
                 bool (*work)(struct ctl *ctl, struct buf *out, struct err *err))
{
    struct buf out;
    struct err err;
    bool ok;

    buf_init(&out, CTL_ANSWER_BYTES);
    ok = ctl_pg(ctl, &err) && work(ctl, &out, &err) && deliver(ctl, &out, &err);
    buf_done(&out);
    return ok ? CTL_DONE : ctl_fail(ctl, &err);
}

int proof_event_run(struct ctl *ctl)
{
    return prove(ctl, event_prove);
}

int proof_list_run(struct ctl *ctl)
{
    return prove(ctl, list_prove);
}

int proof_audit_run(struct ctl *ctl)
{
    return prove(ctl, audit_prove);
}

int proof_growth_run(struct ctl *ctl)
{
    return prove(ctl, growth_prove);
}

/* --- whole logs --- */

static bool entries_write(struct ctl *ctl, enum proof_log log, int64_t size,
                          struct outfile *f, struct err *err)
{
    struct archive_dir *archives;
    uint64_t at = 0, next;
    int64_t strays;
    struct buf out;
    bool ok;

    if (!archives_open(ctl, &archives, err))
        return false;
    buf_init(&out, CTL_ANSWER_BYTES);
    do {
        next = at;
        buf_reset(&out);
        ok =
            prove_entries(ctl->pg, archives, log, at, (uint64_t)size, &out, &next, err) &&
            outfile_write(f, out.data, out.len, err);
    } while (ok && next != at && (at = next, true));
    buf_reset(&out);
    ok = ok && prove_strays(ctl->pg, log, &out, &strays, err) &&
         outfile_write(f, out.data, out.len, err);
    buf_done(&out);
    return ok;
}

int proof_entries_run(struct ctl *ctl)
{
    struct outfile f = {.fd = -1};
    const char *text = ctl_option(ctl, "size");
    int64_t size = INT64_MAX;
    enum proof_log log;
    struct err err;
    bool ok = log_of(ctl, &log, &err) &&
              (text == NULL || number(text, "--size", &size, &err)) &&
              ctl_pg(ctl, &err) && outfile_open(&f, ctl_option(ctl, "output"), &err);

    if (ok)
        ok = entries_write(ctl, log, size, &f, &err) && outfile_keep(&f, &err);
    outfile_drop(&f);
    return ok ? CTL_DONE : ctl_fail(ctl, &err);
}

int proof_tiles_run(struct ctl *ctl)
{
    struct err err;
    bool ok = ctl_pg(ctl, &err);

    for (int log = 1; ok && log <= PROOF_LOGS; log++) {
        uint64_t size;

        ok = tiles_check(ctl->pg, (enum proof_log)log, ctl->args[0], &err) &&
             tiles_write(ctl->pg, (enum proof_log)log, ctl->args[0], &size, &err);
        if (ok)
            fprintf(stderr, "%s: %llu leaves\n", proof_log_name((enum proof_log)log),
                    (unsigned long long)size);
    }
    return ok ? CTL_DONE : ctl_fail(ctl, &err);
}
