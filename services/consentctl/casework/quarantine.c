/* consentctl quarantine list, show, discard. */
#include "commands.h"
#include "quarantine.h"

#include "core/event/fault_codes.h"
#include "codec/casework/quarantine_json.h"
#include "vault/vault.h"
#include "audit.h"
#include "store/access/second_store.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool quarantine_ids(const struct ctl *ctl, int64_t ids[QUARANTINE_IDS_MAX], size_t *ret_n,
                    struct err *err)
{
    if (ctl->n_args > QUARANTINE_IDS_MAX)
        return err_set(err, ERR_CONFIG, "TOO_MANY", "at most %d numbers at once",
                       QUARANTINE_IDS_MAX);
    for (int i = 0; i < ctl->n_args; i++) {
        char *end;

        errno = 0;
        ids[i] = strtoll(ctl->args[i], &end, 10);
        if (!isdigit((unsigned char)ctl->args[i][0]) || *end != '\0' || errno != 0)
            return err_set(err, ERR_CONFIG, "BAD_NUMBER",
                           "'%.40s' is no number of a quarantined event", ctl->args[i]);
    }
    *ret_n = (size_t)ctl->n_args;
    return true;
}

bool quarantine_all_there(const struct quarantine_set *set, const int64_t *ids, size_t n,
                          struct err *err)
{
    for (size_t i = 0; i < n; i++) {
        size_t k = 0;

        while (k < set->n && set->rows[k].id != ids[i])
            k++;
        if (k == set->n)
            return err_set(err, ERR_INPUT, "NO_SUCH",
                           "there is no quarantined event %lld", (long long)ids[i]);
        if (set->rows[k].state != QUARANTINE_WAITING)
            return err_set(err, ERR_INPUT, "SETTLED", "number %lld is %s already",
                           (long long)ids[i], quarantine_state_name(set->rows[k].state));
    }
    return true;
}

/* --- one row --- */

static void row_print(const struct quarantined *q)
{
    char known[WHEN_TEXT_BYTES];

    printf("%8lld  %-9s  %s  %-16s  %s%s%s  %s\n", (long long)q->id,
           quarantine_state_name(q->state), when_format(q->known_us, known),
           q->source[0] ? q->source : q->topic, q->reason, q->pointer[0] ? " at " : "",
           q->pointer, q->ledger_id != 0 ? "(took effect, or is kept as evidence)" : "");
}

static void row_print_whole(const struct quarantined *q)
{
    char text[WHEN_TEXT_BYTES], words[KEPT_WORDS_BYTES];

    printf("number       %lld, %s", (long long)q->id, quarantine_state_name(q->state));
    if (q->state != QUARANTINE_WAITING)
        printf(" at %s by %s%s%s", when_format(q->state_at_us, text), q->state_by,
               q->note[0] ? ": " : "", q->note);
    printf("\nreason       %s%s%s\n", q->reason, q->pointer[0] ? " at " : "", q->pointer);
    if (fault_sentence(q->reason)[0] != '\0')
        printf("             %s\n", fault_sentence(q->reason));
    printf("event        %s\n", q->event_id[0] ? q->event_id : "(no id could be read)");
    printf("source       %s\n",
           q->source[0] ? q->source : "(the feed belongs to nobody)");
    printf("known        %s\n", when_format(q->known_us, text));
    printf("kafka        %s, partition %d, offset %lld\n", q->topic, (int)q->partition,
           (long long)q->offset);
    if (q->ledger_id != 0)
        printf("ledger       %lld: it took effect, or is kept as evidence\n",
               (long long)q->ledger_id);
    if (q->headers != NULL)
        printf("headers      %.*s\n", (int)q->headers_len, q->headers);
    printf("bytes        %zu\n\n", q->raw_len);
    if (q->raw != NULL)
        fwrite(q->raw, 1, q->raw_len, stdout);
    else
        printf("(%s)", kept_words(q->kept, q->forgotten_us, words));
    putchar('\n');
}

static int rows_say(const struct ctl *ctl, const struct quarantine_set *set, bool whole)
{
    struct buf out;

    if (ctl->json) {
        buf_init(&out, CTL_ANSWER_BYTES);
        buf_add_str(&out, "[");
        for (size_t i = 0; i < set->n; i++) {
            buf_add_str(&out, i > 0 ? "," : "");
            quarantine_to_json(&set->rows[i], whole, NULL, &out);
        }
        buf_add_str(&out, "]");
        return ctl_say(&out);
    }
    for (size_t i = 0; i < set->n; i++) {
        if (whole)
            row_print_whole(&set->rows[i]);
        else
            row_print(&set->rows[i]);
    }
    if (set->n == 0)
        puts("nothing waits in quarantine");
    return CTL_DONE;
}

/* --- the commands --- */

int quarantine_list_run(struct ctl *ctl)
{
    const char *limit = ctl_option(ctl, "limit");
    const struct quarantine_filter filter = {
        .source = ctl_option(ctl, "source"),
        .reason = ctl_option(ctl, "reason"),
        .state = ctl_option(ctl, "all") != NULL ? -1 : QUARANTINE_WAITING,
        .after_id =
            ctl_option(ctl, "after") ? strtoll(ctl_option(ctl, "after"), NULL, 10) : 0,
        .limit = limit ? (int32_t)strtol(limit, NULL, 10) : 100,
    };
    struct quarantine_set set = {0};
    struct err err;
    int code;

    if (filter.limit < 1 || filter.limit > 100000)
        return ctl_wrong("--limit is a number from 1 to 100000");
    if (!ctl_pg(ctl, &err) || !quarantine_list(ctl->pg, &filter, &set, &err))
        code = ctl_fail(ctl, &err);
    else
        code = rows_say(ctl, &set, false);
    quarantine_done(&set);
    return code;
}

int quarantine_show_run(struct ctl *ctl)
{
    struct quarantine_set set = {0};
    int64_t ids[QUARANTINE_IDS_MAX];
    struct err err;
    size_t n;
    int code;

    if (!quarantine_ids(ctl, ids, &n, &err) || !ctl_pg(ctl, &err) ||
        !quarantine_get(ctl->pg, ids, n, &set, &err) || !ctl_vault(ctl, &err) ||
        !vault_quarantine(ctl->vault, ctl->pg, "quarantine show", &set, &err))
        code = ctl_fail(ctl, &err);
    else if (set.n == 0)
        code = ctl_fail(ctl, (err_set(&err, ERR_INPUT, "NO_SUCH",
                                      "there is no quarantined event of that number"),
                              &err));
    else
        code = rows_say(ctl, &set, true);
    quarantine_done(&set);
    return code;
}

int quarantine_settled_say(const struct ctl *ctl, const char *word, int64_t n)
{
    struct buf out;

    if (!ctl->json) {
        printf("%s %lld\n", word, (long long)n);
        return CTL_DONE;
    }
    buf_init(&out, CTL_ANSWER_BYTES);
    buf_addf(&out, "{\"%s\":%lld}", word, (long long)n);
    return ctl_say(&out);
}

/* Those that this person may discard now; of the others it is asked for. ERR_INPUT
 * SECOND_PERSON: of all of them. */
static bool second_look(struct ctl *ctl, int64_t *ids, size_t *n, struct err *err)
{
    char subject[SECOND_SUBJECT_BYTES];
    size_t kept = 0;

    for (size_t i = 0; i < *n; i++) {
        second_subject(subject, SECOND_QUARANTINE, ids[i]);
        if (ctl_second(ctl, SECOND_DISCARD, subject, err))
            ids[kept++] = ids[i];
        else if (strcmp(err->code, "SECOND_PERSON") != 0)
            return false;
    }
    if (kept == 0 && *n > 0)
        return false;
    if (kept < *n)
        fprintf(stderr, "of %zu: %s\n", *n - kept, SECOND_WORDS);
    *n = kept;
    return true;
}

/* Some of them; *ret_more false: there were none. With --all somebody else may be needed
 * for some, and err says so, while the others go on. */
static bool discard_some(struct ctl *ctl, struct quarantine_pick *pick, int64_t *settled,
                         bool *ret_more, struct err *err)
{
    struct quarantine_set set = {0};
    int64_t ids[QUARANTINE_IDS_MAX], done = 0;
    size_t n;
    bool ok = quarantine_pick_next(ctl, pick, &set, ids, &n, err);

    *ret_more = ok && n > 0;
    if (*ret_more)
        ok = second_look(ctl, ids, &n, err) &&
             quarantine_settle(ctl->pg, ids, n, QUARANTINE_DISCARDED, NULL,
                               quarantine_note(ctl), &done, err);
    *settled += done;
    quarantine_done(&set);
    return ok;
}

/* ERR_NONE in first: nobody else is needed for any of them. */
static bool discard(struct ctl *ctl, int64_t *settled, struct err *first, struct err *err)
{
    struct quarantine_pick pick;
    bool more = true;

    err_clear(first);
    if (!quarantine_pick_begin(ctl, &pick, err))
        return false;
    while (more) {
        if (discard_some(ctl, &pick, settled, &more, err))
            continue;
        if (!pick.all || strcmp(err->code, "SECOND_PERSON") != 0)
            return false;
        *first = *err;
    }
    return true;
}

int quarantine_discard_run(struct ctl *ctl)
{
    const char *note = quarantine_note(ctl);
    struct err err, first;
    int64_t settled = 0;

    if (note == NULL || note[strspn(note, " ")] == '\0')
        return ctl_wrong("say why: --reason TEXT, or with --all --why TEXT");
    if (!discard(ctl, &settled, &first, &err)) {
        if (settled > 0)
            fprintf(stderr, "discarded %lld before that\n", (long long)settled);
        return ctl_fail(ctl, &err);
    }
    if (first.kind != ERR_NONE && settled == 0)
        return ctl_fail(ctl, &first);
    return quarantine_settled_say(ctl, "discarded", settled);
}
