/*
 * consentctl list show [LIST...]: what stands on each list, how far it has been filled,
 * and whether its recipient and its snapshots keep up.
 *
 * A new list fills by itself: the keeper walks every contact and the publisher looks at
 * each. The walk serves all lists at once; a list is filling while a walk goes on that
 * was asked for when the register last said something new of it, or while what it has
 * marked still waits for the publisher.
 */
#include "commands.h"
#include "unknown.h"

#include "base/clock.h"
#include "base/mem.h"
#include "codec/put.h"
#include "export/snapshot.h"
#include "kafka/admin.h"
#include "store/lists/ack_store.h"
#include "store/lists/list_figures.h"
#include "store/lists/list_watch.h"
#include "store/register/register_store.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct show {
    struct ctl *ctl;
    struct register_snapshot *s;
    struct admin *admin; /* NULL: no brokers are set */
    struct figures_set figures;
    struct list_filling filling;
    struct standing_set standings;
    int64_t now_us;
    struct buf out;
    int shown;
};

enum topic_state { TOPIC_UNKNOWN, TOPIC_GOOD, TOPIC_OTHER, TOPIC_MISSING };

/* --- one list --- */

static enum topic_state topic_look(const struct show *w, const char *list, char fix[192])
{
    struct topic_value now[TOPIC_SETTINGS_MAX];
    char topic[REGISTER_ID_BYTES + 16];
    struct topic_spec spec;
    struct err err;
    size_t n = 0;
    bool known;

    fix[0] = '\0';
    if (w->admin == NULL)
        return TOPIC_UNKNOWN;
    snprintf(topic, sizeof(topic), "suppression.%s", list);
    spec = topic_spec_list(topic);
    for (; n < TOPIC_SETTINGS_MAX && spec.settings[n].name != NULL; n++)
        now[n].name = spec.settings[n].name;
    if (!admin_topic_settings(w->admin, topic, now, n, &known, &err))
        return TOPIC_MISSING;
    for (size_t i = 0; known && i < n; i++)
        if (strcmp(now[i].value, spec.settings[i].value) != 0) {
            snprintf(fix, 192, "%s=%.60s, made with %s", now[i].name, now[i].value,
                     spec.settings[i].value);
            return TOPIC_OTHER;
        }
    return known ? TOPIC_GOOD : TOPIC_UNKNOWN;
}

static bool snapshot_last(const struct show *w, const char *list, int64_t *ret_us)
{
    bool any = false;

    for (int f = LIST_CSV; f <= LIST_PLAIN && w->ctl->settings.snapshot_dir[0]; f++)
        for (int p = LIST_PACK_NONE; p <= LIST_PACK_ZSTD; p++) {
            static struct manifest m;
            struct err err;
            bool found = false;

            if (!snapshot_look(w->ctl->settings.snapshot_dir, list, (enum list_format)f,
                               (enum list_packing)p, &m, &found, &err) ||
                !found || (any && m.made_us <= *ret_us))
                continue;
            *ret_us = m.made_us;
            any = true;
        }
    return any;
}

static const struct list_figures *figures_of(const struct show *w, int32_t list)
{
    static const struct list_figures none = {0};

    for (size_t i = 0; i < w->figures.n; i++)
        if (w->figures.rows[i].list == list)
            return &w->figures.rows[i];
    return &none;
}

static const struct recipient_standing *standing_of(const struct show *w,
                                                    const char *list)
{
    for (size_t i = 0; i < w->standings.n; i++)
        if (w->standings.rows[i].acknowledged &&
            strcmp(w->standings.rows[i].list, list) == 0)
            return &w->standings.rows[i];
    return NULL;
}

static void json_list(struct show *w, const struct list *list, bool filling,
                      enum topic_state topic, const char *fix)
{
    static const char *const topics[] = {
        [TOPIC_UNKNOWN] = "unknown",
        [TOPIC_GOOD] = "good",
        [TOPIC_OTHER] = "other",
        [TOPIC_MISSING] = "missing",
    };
    const struct list_figures *f = figures_of(w, list->number);
    const struct recipient_standing *r = standing_of(w, list->id);
    struct buf *out = &w->out;
    int64_t made_us;

    buf_add_str(out, w->shown > 0 ? ",{" : "{");
    put_name(out, "list");
    put_text(out, list->id);
    put_name(out, ",recipient");
    put_text(out, list->recipient);
    put_name(out, ",polarity");
    put_text(out, list->polarity == LIST_PERMIT ? "permit" : "deny");
    put_name(out, ",profile");
    put_text(out, token_profile_name((enum token_profile)list->profile));
    put_name(out, ",sourced_by");
    put_text(out, list->sourced_by);
    buf_addf(out,
             ",\"entries\":%lld,\"suppressed\":%lld,\"permitted\":%lld,\"filling\":%s",
             (long long)f->entries, (long long)f->suppressed, (long long)f->permitted,
             filling ? "true" : "false");
    put_name(out, ",snapshot_at");
    put_time(out, snapshot_last(w, list->id, &made_us) ? made_us : WHEN_NEVER);
    put_name(out, ",acknowledged_at");
    put_time(out, r != NULL ? r->at_us : WHEN_NEVER);
    if (r != NULL)
        buf_addf(out, ",\"matches\":%s,\"behind_events\":%lld,\"behind_s\":%lld",
                 r->matches ? "true" : "false", (long long)r->behind_events,
                 (long long)(r->behind_us > 0 ? r->behind_us / WHEN_SECOND_US : 0));
    put_name(out, ",topic");
    put_text(out, topics[topic]);
    put_name(out, ",topic_setting");
    put_text(out, fix);
    buf_add_str(out, "}");
}

static void print_list(struct show *w, const struct list *list, bool filling,
                       enum topic_state topic, const char *fix)
{
    const struct list_figures *f = figures_of(w, list->number);
    const struct recipient_standing *r = standing_of(w, list->id);
    char at[WHEN_TEXT_BYTES];
    int64_t made_us;

    printf("%s, for %s%s%s: %lld entries, %lld %s%s\n", list->id, list->recipient,
           list->sourced_by[0] ? ", only contacts of " : "", list->sourced_by,
           (long long)f->entries,
           (long long)(list->polarity == LIST_PERMIT ? f->permitted : f->suppressed),
           list->polarity == LIST_PERMIT ? "permitted" : "suppressed",
           filling ? "; it is being filled" : "");
    if (snapshot_last(w, list->id, &made_us))
        printf("  last snapshot %s\n", when_format(made_us, at));
    if (r != NULL)
        printf("  last acknowledged %s%s, %lld changes behind\n",
               when_format(r->at_us, at), r->matches ? "" : ": IT HAS SOMETHING ELSE",
               (long long)r->behind_events);
    if (topic == TOPIC_MISSING)
        printf("  its topic is not there: consentctl list create %s\n", list->id);
    if (topic == TOPIC_OTHER)
        printf("  its topic has %s\n", fix);
}

/* --- all --- */

static bool list_filling(const struct show *w, const struct list *list, bool *ret,
                         struct err *err)
{
    int64_t changed_us;

    *ret = false;
    if (!list_changed(w->ctl->pg, list->id, &changed_us, err))
        return false;
    *ret = (w->filling.walks > 0 && w->filling.asked_us >= changed_us) ||
           (w->filling.marked_us != WHEN_ALWAYS && w->filling.marked_us >= changed_us);
    return true;
}

static bool one(struct show *w, const struct list *list, struct err *err)
{
    enum topic_state topic;
    char fix[192];
    bool filling;

    if (!list_filling(w, list, &filling, err))
        return false;
    topic = topic_look(w, list->id, fix);
    if (w->ctl->json)
        json_list(w, list, filling, topic, fix);
    else
        print_list(w, list, filling, topic, fix);
    w->shown++;
    return true;
}

static void whole(struct show *w)
{
    const struct list_filling *f = &w->filling;
    const int64_t lag_us = f->waiting > 0 ? w->now_us - f->oldest_us : 0;

    if (w->ctl->json) {
        buf_addf(&w->out,
                 "],\"walk\":{\"contacts\":%lld,\"visited\":%lld,\"walks\":%lld},"
                 "\"waiting\":%lld,\"lag_s\":%.3f}",
                 (long long)f->contacts, (long long)f->visited, (long long)f->walks,
                 (long long)f->waiting, (double)(lag_us > 0 ? lag_us : 0) / 1e6);
        ctl_say(&w->out);
        return;
    }
    if (f->walks > 0)
        printf("every contact is being looked at: about %lld of %lld so far (%d %%)%s\n",
               (long long)f->visited, (long long)f->contacts,
               f->contacts > 0 ? (int)(100 * f->visited / f->contacts) : 0,
               f->walks > 1 ? ", and once more after that" : "");
    if (f->waiting > 0)
        printf("%s%lld marks wait for the publisher, the oldest for %.1f s\n",
               f->waiting == LIST_WATCH_COUNTED ? "at least " : "", (long long)f->waiting,
               (double)lag_us / 1e6);
}

static bool lists_show(struct show *w, struct err *err)
{
    struct ctl *ctl = w->ctl;

    if (!ctl_pg(ctl, err) || !register_load(ctl->pg, WHEN_NEVER, &w->s, err) ||
        !list_figures_load(ctl->pg, &w->figures, err) ||
        !list_filling_load(ctl->pg, &w->filling, err) ||
        !standings_load(ctl->pg, &w->standings, err) ||
        (ctl->settings.kafka_brokers[0] != '\0' &&
         !admin_open(ctl->settings.kafka_brokers, &ctl->kafka, &w->admin, err)))
        return false;
    for (int i = 0; i < ctl->n_args; i++) {
        const struct list *list = register_list(w->s, ctl->args[i], w->now_us);

        if (list == NULL)
            return unknown_name(w->s, UNKNOWN_LIST, ctl->args[i], err);
        if (!one(w, list, err))
            return false;
    }
    for (size_t i = 0; ctl->n_args == 0 && i < w->s->n_lists; i++)
        if (period_holds(&w->s->lists[i].valid, w->now_us) &&
            !one(w, &w->s->lists[i], err))
            return false;
    return true;
}

int list_show_run(struct ctl *ctl)
{
    static struct show w;
    struct err err;
    int code = CTL_DONE;

    w.ctl = ctl;
    w.now_us = clock_wall_us();
    buf_init(&w.out, CTL_ANSWER_BYTES);
    buf_add_str(&w.out, "{\"lists\":[");
    if (lists_show(&w, &err)) {
        whole(&w);
    } else {
        code = ctl_fail(ctl, &err);
    }
    buf_done(&w.out);
    figures_set_done(&w.figures);
    standing_set_done(&w.standings);
    admin_close(w.admin);
    register_free(w.s);
    return code;
}
