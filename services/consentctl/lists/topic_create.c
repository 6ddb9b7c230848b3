/* consentctl feed create, list create: topics with the settings their meaning rests upon.
 */
#include "commands.h"
#include "unknown.h"

#include "lists/acls.h"

#include "base/clock.h"
#include "base/mem.h"
#include "codec/put.h"
#include "kafka/admin.h"
#include "store/register/register_store.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FEED_PARTITIONS 4

/* What is to be made: names are kept here, for specs borrow them. */
struct wanted {
    size_t n, cap;
    struct topic_spec *specs;
    char (*names)[ADMIN_TOPIC_BYTES];
    enum topic_made *made;
};

static char *wanted_name(struct wanted *w, const char *prefix, const char *id)
{
    snprintf(w->names[w->n], sizeof(w->names[0]), "%s.%s", prefix, id);
    return w->names[w->n];
}

static void wanted_init(struct wanted *w, size_t cap)
{
    *w = (struct wanted){.cap = cap};
    w->specs = mem_zalloc(cap, sizeof(*w->specs));
    w->names = mem_zalloc(cap, sizeof(*w->names));
    w->made = mem_zalloc(cap, sizeof(*w->made));
}

static void wanted_done(struct wanted *w)
{
    free(w->specs);
    free(w->names);
    free(w->made);
}

static void feed_want(struct wanted *w, const struct source *source, int32_t partitions)
{
    const char *name = wanted_name(w, "feed", source->id);

    w->specs[w->n++] = topic_spec_feed(name, partitions);
    name = wanted_name(w, "receipts", source->id);
    w->specs[w->n++] = topic_spec_receipts(name);
    if (source->type != SOURCE_DIRECT)
        return;
    name = wanted_name(w, "confirmations", source->id);
    w->specs[w->n++] = topic_spec_letters(name);
}

static void list_want(struct wanted *w, const char *list)
{
    const char *name = wanted_name(w, "suppression", list);

    w->specs[w->n++] = topic_spec_list(name);
}

/* --- which
 * -------------------------------------------------------------------------------
 */

static bool feeds_choose(struct ctl *ctl, const struct register_snapshot *s,
                         struct wanted *w, struct err *err)
{
    const int64_t now_us = clock_wall_us();
    const char *text = ctl_option(ctl, "partitions");
    const long partitions = text ? strtol(text, NULL, 10) : FEED_PARTITIONS;

    if (partitions < 1 || partitions > 1000)
        return err_set(err, ERR_CONFIG, "BAD_PARTITIONS",
                       "--partitions is a number from 1 to 1000");
    wanted_init(w, 3 * (s->book.n_sources + (size_t)ctl->n_args) + s->n_recipients + 1);
    for (int i = 0; i < ctl->n_args; i++) {
        const struct source *source = rulebook_source(&s->book, ctl->args[i], now_us);

        if (source == NULL)
            return unknown_name(s, UNKNOWN_SOURCE, ctl->args[i], err);
        feed_want(w, source, (int32_t)partitions);
    }
    for (size_t i = 0; ctl_option(ctl, "all") && i < s->book.n_sources; i++)
        if (period_holds(&s->book.sources[i].valid, now_us))
            feed_want(w, &s->book.sources[i], (int32_t)partitions);
    if (ctl_option(ctl, "all"))
        w->specs[w->n++] = topic_spec_journal("consent.erasures");
    for (size_t i = 0; ctl_option(ctl, "all") && i < s->n_recipients; i++)
        if (s->recipients[i].deletes && period_holds(&s->recipients[i].valid, now_us))
            w->specs[w->n++] =
                topic_spec_receipts(wanted_name(w, "deletion", s->recipients[i].id));
    return true;
}

static bool lists_choose(struct ctl *ctl, const struct register_snapshot *s,
                         struct wanted *w, struct err *err)
{
    const int64_t now_us = clock_wall_us();

    wanted_init(w, s->n_lists + (size_t)ctl->n_args);
    for (int i = 0; i < ctl->n_args; i++) {
        if (register_list(s, ctl->args[i], now_us) == NULL)
            return unknown_name(s, UNKNOWN_LIST, ctl->args[i], err);
        list_want(w, ctl->args[i]);
    }
    for (size_t i = 0; ctl_option(ctl, "all") && i < s->n_lists; i++)
        if (period_holds(&s->lists[i].valid, now_us))
            list_want(w, s->lists[i].id);
    return true;
}

/* --- doing --- */

static const char *made_word(enum topic_made made)
{
    switch (made) {
    case TOPIC_MADE: return "made";
    case TOPIC_EXISTED: return "existed";
    case TOPIC_BY_BROKER: return "made_by_broker";
    }
    return "?";
}

static void report(const struct ctl *ctl, const struct wanted *w)
{
    static const char *const words[] = {
        [TOPIC_MADE] = "made",
        [TOPIC_EXISTED] = "is there already, and stays as it is",
        [TOPIC_BY_BROKER] = "made by the broker in its own way: it has no Admin API",
    };
    struct buf out;

    buf_init(&out, CTL_ANSWER_BYTES);
    buf_add_str(&out, "{\"topics\":[");
    for (size_t i = 0; i < w->n; i++) {
        buf_add_str(&out, i > 0 ? ",{" : "{");
        put_name(&out, "topic");
        put_text(&out, w->specs[i].name);
        put_name(&out, ",outcome");
        put_text(&out, made_word(w->made[i]));
        buf_add_str(&out, "}");
        if (!ctl->json)
            printf("%s: %s\n", w->specs[i].name, words[w->made[i]]);
    }
    buf_add_str(&out, "]}");
    if (ctl->json)
        ctl_say(&out);
    buf_done(&out);
}

static bool make(struct ctl *ctl, const struct wanted *w, struct err *err)
{
    struct admin *admin;
    bool ok;

    if (!ctl_kafka(ctl, err) ||
        !admin_open(ctl->settings.kafka_brokers, &ctl->kafka, &admin, err))
        return false;
    ok = w->n == 0 || admin_topics_make(admin, w->specs, w->n, w->made, err);
    admin_close(admin);
    return ok;
}

static int create(struct ctl *ctl,
                  bool (*choose)(struct ctl *, const struct register_snapshot *,
                                 struct wanted *, struct err *))
{
    struct register_snapshot *s = NULL;
    struct wanted w = {0};
    struct err err;
    int code = CTL_DONE;

    if ((ctl->n_args == 0) == (ctl_option(ctl, "all") == NULL))
        return ctl_wrong("name what is to be made, or say --all");
    if (ctl_pg(ctl, &err) && register_load(ctl->pg, WHEN_NEVER, &s, &err) &&
        choose(ctl, s, &w, &err) && make(ctl, &w, &err))
        report(ctl, &w);
    else
        code = ctl_fail(ctl, &err);
    wanted_done(&w);
    register_free(s);
    return code;
}

/* --- who may --- */

static bool acls_print(struct ctl *ctl, const struct register_snapshot *s,
                       struct err *err)
{
    const bool strimzi = strcmp(ctl_option(ctl, "print-acls"), "strimzi") == 0;
    const bool all = ctl_option(ctl, "all") != NULL;
    const int64_t now_us = clock_wall_us();

    for (int i = 0; i < ctl->n_args; i++)
        if (rulebook_source(&s->book, ctl->args[i], now_us) == NULL)
            return unknown_name(s, UNKNOWN_SOURCE, ctl->args[i], err);
    if (all)
        acls_programs(strimzi);
    for (int i = 0; i < ctl->n_args; i++)
        acls_source(rulebook_source(&s->book, ctl->args[i], now_us), strimzi);
    for (size_t i = 0; all && i < s->book.n_sources; i++)
        if (period_holds(&s->book.sources[i].valid, now_us))
            acls_source(&s->book.sources[i], strimzi);
    for (size_t i = 0; all && i < s->n_recipients; i++)
        if (period_holds(&s->recipients[i].valid, now_us))
            acls_recipient(s, &s->recipients[i], now_us, strimzi);
    return true;
}

static int acls(struct ctl *ctl)
{
    const char *form = ctl_option(ctl, "print-acls");
    struct register_snapshot *s = NULL;
    struct err err;
    int code = CTL_DONE;

    if (strcmp(form, "kafka-acls") != 0 && strcmp(form, "strimzi") != 0)
        return ctl_wrong("--print-acls is kafka-acls or strimzi");
    if ((ctl->n_args == 0) == (ctl_option(ctl, "all") == NULL))
        return ctl_wrong("name sources, or say --all");
    if (!ctl_pg(ctl, &err) || !register_load(ctl->pg, WHEN_NEVER, &s, &err) ||
        !acls_print(ctl, s, &err))
        code = ctl_fail(ctl, &err);
    register_free(s);
    return code;
}

int feed_create_run(struct ctl *ctl)
{
    return ctl_option(ctl, "print-acls") != NULL ? acls(ctl) : create(ctl, feeds_choose);
}

int list_create_run(struct ctl *ctl)
{
    return create(ctl, lists_choose);
}
