/* consentctl erase: forget a contact, as far as nothing keeps it; and what has been
 * forgotten of one before. */
#include "commands.h"
#include "audit.h"
#include "erase.h"
#include "who.h"

#include "base/clock.h"
#include "base/hex.h"
#include "base/stop.h"
#include "codec/put.h"
#include "store/access/second_store.h"
#include "store/casework/certificate_store.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define STEP_MS     100
#define PATIENCE_MS 15000

void erase_plan_print(const struct forget *f)
{
    char day[WHEN_TEXT_BYTES];

    for (size_t i = 0; i < f->plan.n_units; i++) {
        const struct erasure_unit *u = &f->plan.units[i];
        const bool goes = erasure_why_goes(u->why);

        printf("  %-5s %-18s %-4s  %s", goes ? "goes" : "stays",
               register_controller_name(f->s, u->controller), u->rule->id,
               erasure_why_text(u->why));
        if (erasure_why_article(u->why)[0] != '\0')
            printf(" (article %s)", erasure_why_article(u->why));
        if (!goes && u->date.state == RETENTION_DATED) {
            when_format(u->date.effective_us, day);
            printf(", until %.10s", day);
        }
        puts("");
    }
    puts("  stays what the person refused or objected to, and the tokens on lists\n"
         "        (articles 17(3)(b) and 21(3))");
}

static void done_print(const struct forget *f, const struct erasure_done *d)
{
    if (d->erasure == 0) {
        puts("There is nothing to erase.");
        return;
    }
    printf("Erased, number %" PRId64 ": %" PRId64 " events and %" PRId64
           " records in quarantine can be read by nobody any more, %" PRId64
           " facts and %" PRId64 " identifiers are gone.\n",
           d->erasure, d->events, d->quarantined, d->facts, d->contacts);
    erase_plan_print(f);
    printf("The certificate is on its way to feed.%s.\n", f->dpo->id);
}

static int done_json(const struct forget *f, const struct erasure_done *d)
{
    struct buf out;

    buf_init(&out, CTL_ANSWER_BYTES);
    buf_add_str(&out, "{");
    put_member_bool(&out, "dry_run", false);
    put_member_bool(&out, ",whole", f->plan.whole);
    put_member_int(&out, ",events_that_go", (int64_t)f->plan.n_events);
    put_member_int(&out, ",events_that_stay", (int64_t)f->plan.n_staying);
    put_name(&out, ",rows");
    forget_rows(f, &out);
    put_member_int(&out, ",erasure", d->erasure);
    put_member_int(&out, ",events", d->events);
    put_member_int(&out, ",facts", d->facts);
    put_member_int(&out, ",quarantined", d->quarantined);
    put_member_int(&out, ",identifiers", d->contacts);
    put_member(&out, ",digest", d->digest);
    buf_add_str(&out, "}");
    return ctl_say(&out);
}

static int preview_json(const struct forget *f, const struct erasure_preview *p)
{
    struct buf out;

    buf_init(&out, CTL_ANSWER_BYTES);
    buf_add_str(&out, "{");
    put_member_bool(&out, "dry_run", true);
    put_member_int(&out, ",events_that_go", (int64_t)f->plan.n_events);
    buf_add_str(&out, ",");
    forget_preview_put(f, p, &out);
    buf_add_str(&out, "}");
    return ctl_say(&out);
}

static int preview_say(const struct ctl *ctl, const struct forget *f,
                       const struct erasure_preview *p)
{
    if (ctl->json)
        return preview_json(f, p);
    if (!erasure_plan_any(&f->plan)) {
        puts("Nothing would go.");
    } else {
        printf("%" PRId64 " events would go, %zu stay%s.\n", p->events, f->plan.n_staying,
               f->plan.whole ? "; the address itself goes, too" : "");
        for (size_t i = 0; i < p->n_types; i++)
            printf("  %6" PRId64 "  %s\n", p->types[i].n,
                   event_type_title(p->types[i].type));
        printf("With them go %" PRId64 " facts, %" PRId64 " letters, %" PRId64
               " records in quarantine and %" PRId64 " identifiers; %" PRId64
               " facts stay.\n",
               p->facts, p->letters, p->quarantined, p->contacts, p->kept_facts);
    }
    erase_plan_print(f);
    return CTL_DONE;
}

/* What was erased before, and the certificates. */
static int history(struct ctl *ctl, const struct contact_key *key)
{
    struct buf out;
    struct err err;

    buf_init(&out, CTL_ANSWER_BYTES);
    if (!erasure_list(ctl->pg, key, ctl->json, &out, &err)) {
        buf_done(&out);
        return ctl_fail(ctl, &err);
    }
    if (ctl->json)
        return ctl_say(&out);
    fputs(out.len > 0 ? out.data : "Nothing was erased of this contact.\n", stdout);
    buf_done(&out);
    return CTL_DONE;
}

/* With patience where consent-publish is only a moment behind. */
static bool erase_now(struct ctl *ctl, struct forget *f, const struct contact_key *key,
                      const struct forget_wish *wish, struct erasure_done *ret,
                      struct err *err)
{
    for (int ms = 0;; ms += STEP_MS) {
        if (forget_do(f, ctl->pg, key, wish, ret, err))
            return true;
        if (strcmp(err->code, FORGET_TOO_EARLY) != 0 || ms >= PATIENCE_MS || stop_asked())
            return false;
        clock_sleep_ms(STEP_MS);
    }
}

int erase_run(struct ctl *ctl)
{
    const bool dry = ctl_option(ctl, "yes") == NULL || ctl_option(ctl, "dry-run") != NULL;
    struct erasure_preview preview;
    struct register_snapshot *s = NULL;
    struct forget f = {0};
    struct erasure_done done = {0};
    char uuid[UUID_TEXT_BYTES], subject[UUID_TEXT_BYTES + 16];
    struct who who;
    struct err err;
    bool ok;
    int code;

    if (!ctl_pg(ctl, &err) || !who_ask(ctl, &who, &err))
        return ctl_fail(ctl, &err);
    if (ctl_option(ctl, "history") != NULL)
        return history(ctl, &who.key);
    const struct forget_wish wish = {.by = ctl_option(ctl, "by"),
                                     .ground = "request",
                                     .before_us = clock_wall_us(),
                                     .as_asked = ctl_option(ctl, "as-asked") != NULL};
    if (!dry && wish.by == NULL)
        return ctl_wrong("say who has it done: --by NAME");
    if (!dry && wish.as_asked)
        return ctl_wrong("--as-asked is to look: what erases is the request's answer");
    snprintf(subject, sizeof(subject), "contact %s", uuid_print(who.key.b, uuid));
    ok = (dry || ctl_second(ctl, SECOND_ERASE, subject, &err)) &&
         register_load(ctl->pg, WHEN_NEVER, &s, &err) &&
         forget_init(&f, ctl->pg, s, clock_wall_us(), &err) &&
         (dry ? forget_preview(&f, ctl->pg, &who.key, &wish, &preview, &err)
              : erase_now(ctl, &f, &who.key, &wish, &done, &err));
    code = !ok         ? ctl_fail(ctl, &err)
           : dry       ? preview_say(ctl, &f, &preview)
           : ctl->json ? done_json(&f, &done)
                       : (done_print(&f, &done), CTL_DONE);
    erasure_done_free(&done);
    forget_done(&f);
    register_free(s);
    return code;
}
