#include "register_store.h"

#include "base/mem.h"
#include "register_sql.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The one register_snapshot with what its rulebook points to, writable. */
struct loaded {
    struct register_snapshot s; /* first: the caller frees by it */
    struct controller *controllers;
    struct website *websites;
    struct succession *successions;
    struct purpose *purposes;
    struct source *sources;
    struct agreement *agreements;
    struct policy *policies;
};

static void copy(char *to, size_t bytes, const struct pg_result *r, int row, int col)
{
    snprintf(to, bytes, "%s", pg_get_text(r, row, col));
}
#define COPY(to, row, col) copy((to), sizeof(to), r, (row), (col))

static struct period period(const struct pg_result *r, int row, int col)
{
    return (struct period){pg_get_time(r, row, col), pg_get_time(r, row, col + 1)};
}

/* --- a kind each --- */

static void controllers(struct loaded *l, const struct pg_result *r, int n)
{
    l->controllers = mem_zalloc((size_t)n, sizeof(*l->controllers));
    for (int i = 0; i < n; i++) {
        struct controller *c = &l->controllers[i];

        COPY(c->id, i, 0);
        c->valid = period(r, i, 1);
        c->number = pg_get_i16(r, i, 3);
        COPY(c->name, i, 4);
        COPY(c->country, i, 5);
        if (pg_get_bool(r, i, 6))
            l->s.book.default_controller = c->number;
        COPY(c->soft_opt_in, i, 7);
    }
    l->s.book.controllers = l->controllers;
    l->s.book.n_controllers = (size_t)n;
}

static void policies(struct loaded *l, const struct pg_result *r, int n)
{
    l->policies = mem_zalloc((size_t)n, sizeof(*l->policies));
    for (int i = 0; i < n; i++) {
        struct policy *p = &l->policies[i];

        COPY(p->id, i, 0);
        p->valid = period(r, i, 1);
        COPY(p->version, i, 3);
    }
    l->s.book.policies = l->policies;
    l->s.book.n_policies = (size_t)n;
}

/* Whose sites have moved to whom, so that denials follow them. */
static void successions(struct loaded *l)
{
    const struct rulebook *rb = &l->s.book;
    const size_t n = rulebook_successions(rb->websites, rb->n_websites, NULL, 0);
    size_t kept;

    l->successions = mem_zalloc(n, sizeof(*l->successions));
    kept = rulebook_successions(rb->websites, rb->n_websites, l->successions, n);
    l->s.book.successions = l->successions;
    l->s.book.n_successions = kept;
}

static void websites(struct loaded *l, const struct pg_result *r, int n)
{
    l->websites = mem_zalloc((size_t)n, sizeof(*l->websites));
    for (int i = 0; i < n; i++) {
        struct website *w = &l->websites[i];

        COPY(w->host, i, 0);
        w->valid = period(r, i, 1);
        w->controller = pg_get_i16(r, i, 3);
        COPY(w->brand, i, 4);
    }
    l->s.book.websites = l->websites;
    l->s.book.n_websites = (size_t)n;
    successions(l);
}

static void purposes(struct loaded *l, const struct pg_result *r, int n)
{
    l->purposes = mem_zalloc((size_t)n, sizeof(*l->purposes));
    for (int i = 0; i < n; i++) {
        struct purpose *p = &l->purposes[i];

        COPY(p->id, i, 0);
        p->valid = period(r, i, 1);
        p->number = pg_get_i16(r, i, 3);
        p->class = (uint8_t)purpose_class_parse(pg_get_text(r, i, 4));
        p->reconsent_us = pg_is_null(r, i, 5) ? 0 : pg_get_time(r, i, 5);
        p->despite_restriction = pg_get_bool(r, i, 6);
    }
    l->s.book.purposes = l->purposes;
    l->s.book.n_purposes = (size_t)n;
}

/* A length as the register writes it: its grammar was checked when it was applied. */
static struct when_length length_of(const char *text)
{
    struct when_length length = {0};

    when_parse_length(text, strlen(text), &length);
    return length;
}

static int64_t span_of(const char *text)
{
    const struct when_length length = length_of(text);

    return length.days * WHEN_DAY_US + length.us;
}

static void sources(struct loaded *l, const struct pg_result *r, int n)
{
    l->sources = mem_zalloc((size_t)n, sizeof(*l->sources));
    for (int i = 0; i < n; i++) {
        struct source *s = &l->sources[i];

        COPY(s->id, i, 0);
        s->valid = period(r, i, 1);
        s->number = pg_get_i32(r, i, 3);
        s->type = (uint8_t)source_type_parse(pg_get_text(r, i, 4));
        COPY(s->urn, i, 5);
        COPY(s->party, i, 6);
        if (!pg_is_null(r, i, 7))
            s->suspended = period(r, i, 7);
        s->late_after_us = span_of(pg_get_text(r, i, 9));
        s->sandbox = pg_get_bool(r, i, 10);
        s->grants_per_day = pg_get_i64(r, i, 11);
    }
    l->s.book.sources = l->sources;
    l->s.book.n_sources = (size_t)n;
}

static void agreements(struct loaded *l, const struct pg_result *r, int n)
{
    l->agreements = mem_zalloc((size_t)n, sizeof(*l->agreements));
    for (int i = 0; i < n; i++) {
        struct agreement *a = &l->agreements[i];

        COPY(a->id, i, 0);
        a->valid = period(r, i, 1);
        a->number = pg_get_i32(r, i, 3);
        COPY(a->party, i, 4);
        a->warranty = pg_get_bool(r, i, 5);
        a->warranty_survives = pg_get_bool(r, i, 6);
        a->relay_symmetric = pg_get_bool(r, i, 7);
        a->terminated_us = pg_get_time(r, i, 8);
        a->breach_from_us = pg_get_time(r, i, 9);
        a->evidence_ledger_id = pg_get_i64(r, i, 10);
    }
    l->s.book.agreements = l->agreements;
    l->s.book.n_agreements = (size_t)n;
}

static void recipients(struct loaded *l, const struct pg_result *r, int n)
{
    l->s.recipients = mem_zalloc((size_t)n, sizeof(*l->s.recipients));
    l->s.n_recipients = (size_t)n;
    for (int i = 0; i < n; i++) {
        struct recipient *to = &l->s.recipients[i];

        COPY(to->id, i, 0);
        to->valid = period(r, i, 1);
        COPY(to->name, i, 3);
        COPY(to->country, i, 4);
        COPY(to->mechanism, i, 5);
        to->deletes = pg_get_bool(r, i, 6);
    }
}

static void lists(struct loaded *l, const struct pg_result *r, int n)
{
    l->s.lists = mem_zalloc((size_t)n, sizeof(*l->s.lists));
    l->s.n_lists = (size_t)n;
    for (int i = 0; i < n; i++) {
        struct list *list = &l->s.lists[i];

        COPY(list->id, i, 0);
        list->valid = period(r, i, 1);
        list->number = pg_get_i32(r, i, 3);
        list->controller = pg_get_i16(r, i, 4);
        list->purpose = pg_get_i16(r, i, 5);
        list->channel = channel_parse(pg_get_text(r, i, 6));
        list->polarity =
            strcmp(pg_get_text(r, i, 7), "permit") == 0 ? LIST_PERMIT : LIST_DENY;
        COPY(list->recipient, i, 8);
        list->profile = (uint8_t)token_profile_parse(pg_get_text(r, i, 9));
        COPY(list->key_name, i, 10);
        COPY(list->sourced_by, i, 11);
    }
}

/* One row: the newest in force. Fields not given keep their defaults. */
static void windows(struct loaded *l, const struct pg_result *r, int n)
{
    struct windows *w = &l->s.book.windows;

    windows_init(w);
    if (n == 0)
        return;
    if (!pg_is_null(r, 0, 0))
        w->skew_us = span_of(pg_get_text(r, 0, 0));
    if (!pg_is_null(r, 0, 1))
        w->third_party_stale = length_of(pg_get_text(r, 0, 1));
    if (!pg_is_null(r, 0, 2))
        w->backdated_grant_us = span_of(pg_get_text(r, 0, 2));
    if (!pg_is_null(r, 0, 3))
        w->art14 = length_of(pg_get_text(r, 0, 3));
    if (!pg_is_null(r, 0, 4))
        w->sale_reoptin = length_of(pg_get_text(r, 0, 4));
    if (!pg_is_null(r, 0, 5))
        w->soft_bounce_us = span_of(pg_get_text(r, 0, 5));
    if (!pg_is_null(r, 0, 6))
        w->direct_reconfirm = length_of(pg_get_text(r, 0, 6));
    if (!pg_is_null(r, 0, 7))
        w->soft_opt_in = pg_get_bool(r, 0, 7);
    if (!pg_is_null(r, 0, 8))
        w->third_party_evidence = pg_get_bool(r, 0, 8);
}

/* --- the whole --- */

static bool load(struct pg *pg, int64_t known_us, struct loaded *l, struct err *err)
{
    static const struct {
        const struct pg_stmt *stmt;
        void (*fill)(struct loaded *, const struct pg_result *, int);
    } kinds[] = {
        {&register_controllers, controllers}, {&register_policies, policies},
        {&register_websites, websites},       {&register_purposes, purposes},
        {&register_sources, sources},         {&register_agreements, agreements},
        {&register_recipients, recipients},   {&register_lists, lists},
        {&register_windows, windows},
    };

    l->s.book.known_us = known_us;
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        struct pg_result *r;

        if (!pg_exec_time(pg, kinds[i].stmt, known_us, &r, err))
            return false;
        kinds[i].fill(l, r, pg_rows(r));
        pg_result_free(r);
    }
    return true;
}

/* Ten statements, which a change in between would make a mixture of two registers: the
 * version is read before and after, and must be the same. */
bool register_load(struct pg *pg, int64_t known_us, struct register_snapshot **ret,
                   struct err *err)
{
    for (int tries = 0; tries < 10; tries++) {
        struct loaded *l = mem_zalloc(1, sizeof(*l));
        int64_t after;

        if (!register_version(pg, &l->s.book.version, err) ||
            !load(pg, known_us, l, err) || !register_version(pg, &after, err)) {
            register_free(&l->s);
            return false;
        }
        if (after == l->s.book.version) {
            *ret = &l->s;
            return true;
        }
        register_free(&l->s);
    }
    return err_set(err, ERR_RETRY, "REGISTER_MOVES", "the register keeps changing");
}

void register_free(struct register_snapshot *s)
{
    struct loaded *l = (struct loaded *)s;

    if (l == NULL)
        return;
    free(l->controllers);
    free(l->websites);
    free(l->successions);
    free(l->purposes);
    free(l->sources);
    free(l->agreements);
    free(l->policies);
    free(l->s.lists);
    free(l->s.recipients);
    free(l);
}

bool register_knows(struct pg *pg, const char *kind, const char *id, bool *ret,
                    struct err *err)
{
    struct pg_params ps;

    pg_params_init(&ps);
    pg_put_text(&ps, kind);
    pg_put_text(&ps, id);
    return pg_run_bool(pg, &register_knows_get, &ps, ret, err);
}

bool register_version(struct pg *pg, int64_t *ret, struct err *err)
{
    struct pg_result *r;

    if (!pg_exec(pg, &register_version_get, NULL, &r, err))
        return false;
    *ret = pg_rows(r) == 1 ? pg_get_i64(r, 0, 0) : 0;
    pg_result_free(r);
    return true;
}
