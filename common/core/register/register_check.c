/* What shape alone cannot tell: references, periods, and the policy's own conditions. */
#include "register.h"

#include "core/vocab.h"

#include <string.h>

#define NOTICE_DAYS                                                                      \
    30 /* S7: a material change, at least so long before it takes effect */

struct all {
    const struct register_entry *e;
    size_t n;
};

/* Of fields that every entry of the kind has. */
static bool is(const char *a, const char *b)
{
    return strcmp(a, b) == 0;
}

static bool overlap(const struct register_entry *a, const struct register_entry *b)
{
    return a->valid.from_us < b->valid.until_us && b->valid.from_us < a->valid.until_us;
}

static bool say(struct err *err, const struct register_entry *e, const char *code,
                const char *what, const char *word)
{
    return err_set(err, ERR_INPUT, code, "%s \"%s\" %s%s%s%s",
                   register_kind_name(e->kind), e->id, what, word ? " \"" : "",
                   word ? word : "", word ? "\"" : "");
}

static const struct register_entry *find(struct all all, const char *kind, const char *id,
                                         const struct register_entry *meets)
{
    const enum register_kind wanted = register_kind_parse(kind);
    const struct register_entry *any = NULL;

    for (size_t i = 0; i < all.n; i++) {
        if (all.e[i].kind != wanted || strcmp(all.e[i].id, id) != 0)
            continue;
        any = &all.e[i];
        if (overlap(any, meets))
            return any;
    }
    return any;
}

/* --- references --- */

static bool reference_stands(struct all all, const struct register_entry *e,
                             const struct register_value *v, const char *id,
                             struct err *err)
{
    const struct register_entry *to;

    if (e->kind == REGISTER_LIST && is(v->rule->name, "purpose") &&
        is(id, "*promotional"))
        return true;
    to = find(all, v->rule->of, id, e);
    if (to == NULL)
        return err_set(err, ERR_INPUT, "UNKNOWN_REFERENCE",
                       "%s \"%s\": its %s \"%s\" is not in the register",
                       register_kind_name(e->kind), e->id, v->rule->name, id);
    if (to == e)
        return say(err, e, "SELF_REFERENCE", "refers to itself as its", v->rule->name);
    /* a policy may end before, and a rule outlive, what names it */
    if (to->kind == REGISTER_POLICY || to->kind == REGISTER_RETENTION)
        return true;
    if (!overlap(to, e))
        return err_set(err, ERR_INPUT, "REFERENCE_NOT_IN_FORCE",
                       "%s \"%s\": its %s \"%s\" is never in force at the same time",
                       register_kind_name(e->kind), e->id, v->rule->name, id);
    return true;
}

static bool references_stand(struct all all, const struct register_entry *e,
                             struct err *err)
{
    for (size_t i = 0; i < e->n_values; i++) {
        const struct register_value *v = &e->values[i];

        if (v->rule->type != FIELD_REF && v->rule->type != FIELD_REFS)
            continue;
        for (size_t k = 0; k < v->n; k++)
            if (!reference_stands(all, e, v, v->text[k], err))
                return false;
    }
    return true;
}

/* --- two entries --- */

/* An entry without an end yields to the next of its id; one with an end must keep it. */
static bool periods_collide(const struct register_entry *a,
                            const struct register_entry *b)
{
    const struct register_entry *first = a->valid.from_us <= b->valid.from_us ? a : b;
    const struct register_entry *next = first == a ? b : a;

    return first->valid.from_us == next->valid.from_us ||
           (first->valid.until_us != WHEN_NEVER &&
            first->valid.until_us > next->valid.from_us);
}

static bool same_id_stands(const struct register_entry *a, const struct register_entry *b,
                           struct err *err)
{
    if (a->kind == REGISTER_AGREEMENT)
        return say(err, a, "TWICE",
                   "stands twice: an agreement has one term, change that", NULL);
    if (!periods_collide(a, b))
        return true;
    if (a->kind == REGISTER_WEBSITE &&
        !is(register_text(a, "controller"), register_text(b, "controller")))
        return err_set(
            err, ERR_INPUT, "TWO_CONTROLLERS",
            "website \"%s\" has two controllers at one time: \"%s\" and \"%s\"", a->id,
            register_text(a, "controller"), register_text(b, "controller"));
    if (a->valid.from_us != b->valid.from_us)
        return say(err, a, "OVERLAP", "has overlapping periods", NULL);
    if (strcmp(a->origin, b->origin) != 0)
        return err_set(err, ERR_INPUT, "TWICE",
                       "%s \"%s\" stands in two files, \"%s\" and \"%s\"",
                       register_kind_name(a->kind), a->id, a->origin, b->origin);
    return say(err, a, "TWICE", "stands twice", NULL);
}

static bool pair_stands(const struct register_entry *a, const struct register_entry *b,
                        struct err *err)
{
    if (a->kind != b->kind)
        return true;
    if (strcmp(a->id, b->id) == 0)
        return same_id_stands(a, b, err);
    if (a->kind == REGISTER_SOURCE &&
        is(register_text(a, "urn"), register_text(b, "urn")))
        return err_set(err, ERR_INPUT, "SAME_URN",
                       "sources \"%s\" and \"%s\" have the same urn", a->id, b->id);
    if (a->kind == REGISTER_CONTROLLER &&
        is(register_text(a, "name"), register_text(b, "name")))
        return err_set(err, ERR_INPUT, "SAME_NAME",
                       "controllers \"%s\" and \"%s\" have the same registered name",
                       a->id, b->id);
    if (a->kind == REGISTER_CONTROLLER && register_flag(a, "default") &&
        register_flag(b, "default") && overlap(a, b))
        return err_set(err, ERR_INPUT, "TWO_DEFAULTS",
                       "controllers \"%s\" and \"%s\" are both the default", a->id,
                       b->id);
    if (a->kind != REGISTER_POLICY ||
        !is(register_text(a, "policy"), register_text(b, "policy")))
        return true;
    if (is(register_text(a, "version"), register_text(b, "version")))
        return err_set(err, ERR_INPUT, "SAME_VERSION",
                       "policies \"%s\" and \"%s\" are the same version of one policy",
                       a->id, b->id);
    if (overlap(a, b))
        return err_set(err, ERR_INPUT, "TWO_VERSIONS",
                       "policies \"%s\" and \"%s\": two versions of one policy are in "
                       "force at one time",
                       a->id, b->id);
    return true;
}

/* --- one entry --- */

static bool policy_stands(const struct register_entry *e, struct err *err)
{
    const int64_t notice_us = register_time(e, "notice", WHEN_NEVER);

    if (!register_flag(e, "material") || e->valid.from_us == WHEN_ALWAYS)
        return true;
    if (notice_us == WHEN_NEVER)
        return say(err, e, "NO_NOTICE", "is material and has no notice date", NULL);
    if (notice_us > e->valid.from_us - NOTICE_DAYS * WHEN_DAY_US)
        return say(
            err, e, "NOTICE_TOO_SHORT",
            "is material and was announced less than 30 days before it takes effect",
            NULL);
    if (register_text(e, "notice_by") == NULL)
        return say(err, e, "NO_NOTICE",
                   "is material and does not say how it was announced (notice_by)", NULL);
    return true;
}

static bool retention_stands(const struct register_entry *e, struct err *err)
{
    const int ways =
        (register_text(e, "terms") != NULL) + (register_text(e, "same_as") != NULL) +
        (register_text(e, "external") != NULL) + register_flag(e, "indefinite");

    if (ways == 0)
        return say(err, e, "NO_TERM",
                   "must say one of terms, same_as, external and indefinite", NULL);
    if (ways > 1)
        return say(err, e, "TWO_TERMS",
                   "says more than one of terms, same_as, external and indefinite", NULL);
    if ((register_text(e, "terms") != NULL) != (register_text(e, "combine") != NULL))
        return say(err, e, "NO_COMBINE", "must say how its terms combine, max or min",
                   NULL);
    if (register_flag(e, "open_ended") && register_text(e, "review_every") == NULL)
        return say(err, e, "NO_REVIEW", "is open-ended and says no review_every", NULL);
    return true;
}

static bool purpose_stands(const struct register_entry *e, struct err *err)
{
    const enum purpose_class class = purpose_class_parse(register_text(e, "class"));
    const bool asks = class == PURPOSE_CLASS_PROMOTIONAL ||
                      class == PURPOSE_CLASS_SOLICITED || class == PURPOSE_CLASS_SHARING;

    if (asks && !is(register_text(e, "art6"), "a"))
        return say(err, e, "NEEDS_CONSENT",
                   "needs consent (article 6(1)(a)) by its class",
                   register_text(e, "class"));
    if (class == PURPOSE_CLASS_PROMOTIONAL && register_flag(e, "despite_restriction"))
        return say(err, e, "NOT_DESPITE",
                   "is promotional and cannot go on despite a restriction", NULL);
    return true;
}

static bool source_stands(const struct register_entry *e, struct err *err)
{
    const enum source_type type = source_type_parse(register_text(e, "type"));
    const char *urn = register_text(e, "urn");
    const char *last = strrchr(urn, ':');
    const int64_t from_us = register_time(e, "suspended_from", WHEN_NEVER);

    if (strncmp(urn, "urn:consent:src:", 16) != 0)
        return say(err, e, "BAD_URN", "has a urn that does not begin with",
                   "urn:consent:src:");
    if (!is(last + 1, e->id))
        return say(err, e, "BAD_URN", "must be the last part of its urn", urn);
    if (source_type_grants(type) && !source_type_direct(type) &&
        register_text(e, "party") == NULL)
        return say(err, e, "NO_PARTY", "has no party to hold an agreement; its type is",
                   register_text(e, "type"));
    if (register_text(e, "suspended_until") != NULL && from_us == WHEN_NEVER)
        return say(err, e, "BAD_SUSPENSION", "has an end of suspension and no beginning",
                   NULL);
    if (from_us != WHEN_NEVER &&
        register_time(e, "suspended_until", WHEN_NEVER) <= from_us)
        return say(err, e, "BAD_SUSPENSION", "is suspended until before it is suspended",
                   NULL);
    return true;
}

static bool agreement_stands(const struct register_entry *e, struct err *err)
{
    const int64_t terminated_us = register_time(e, "terminated", WHEN_NEVER);

    if (terminated_us < e->valid.from_us)
        return say(err, e, "BAD_TERM", "is terminated before it begins", NULL);
    if (register_flag(e, "warranty_survives") && !register_flag(e, "warranty"))
        return say(err, e, "NO_WARRANTY", "has no warranty that could survive it", NULL);
    if (register_text(e, "breach_from") != NULL && !register_flag(e, "warranty"))
        return say(err, e, "NO_WARRANTY", "has no warranty that could be breached", NULL);
    return true;
}

/* What GDPR chapter V asks of whoever takes personal data to another country. */
static bool transfer_stands(struct all all, const struct register_entry *e,
                            struct err *err)
{
    const char *mechanism = register_text(e, "mechanism");
    const struct register_entry *to;

    if (is(mechanism, "domestic") || is(mechanism, "none"))
        return true;
    if (register_text(e, "document") == NULL)
        return say(err, e, "NO_DOCUMENT", "names no document of its transfer mechanism",
                   mechanism);
    if (register_text(e, "mechanism_until") == NULL && e->valid.until_us == WHEN_NEVER)
        return say(err, e, "NO_END",
                   "does not say until when its transfer mechanism holds "
                   "(mechanism_until)",
                   mechanism);
    if (register_time(e, "mechanism_until", WHEN_NEVER) <= e->valid.from_us)
        return say(err, e, "TRANSFER_ENDED",
                   "begins after its transfer mechanism has ended", mechanism);
    to = find(all, "adequacy", register_text(e, "country"), e);
    if (is(mechanism, "adequacy") && (to == NULL || !overlap(to, e)))
        return say(err, e, "NOT_ADEQUATE",
                   "relies on adequacy for a country that the register does not list as "
                   "adequate",
                   register_text(e, "country"));
    return true;
}

static bool list_stands(struct all all, const struct register_entry *e, struct err *err)
{
    const struct register_entry *to =
        find(all, "recipient", register_text(e, "recipient"), e);
    const struct register_entry *by =
        find(all, "controller", register_text(e, "controller"), e);
    const char *mechanism = register_text(to, "mechanism");

    if (is(mechanism, "none"))
        return err_set(
            err, ERR_INPUT, "NO_TRANSFER",
            "list \"%s\" would go to \"%s\" in %s without a transfer mechanism", e->id,
            to->id, register_text(to, "country"));
    if (is(mechanism, "domestic") &&
        !is(register_text(to, "country"), register_text(by, "country")))
        return err_set(err, ERR_INPUT, "NOT_DOMESTIC",
                       "list \"%s\" goes from %s to \"%s\" in %s: that is not domestic",
                       e->id, register_text(by, "country"), to->id,
                       register_text(to, "country"));
    if (is(register_text(e, "profile"), "plain") && !register_flag(to, "plain_allowed"))
        return say(err, e, "PLAIN_REFUSED",
                   "would send plain addresses, which its recipient's contract does not "
                   "allow",
                   NULL);
    if (register_text(e, "key_name") != NULL &&
        !is(register_text(e, "profile"), "hmac-sha256"))
        return say(err, e, "NO_KEY", "names a key, which its profile does not use",
                   register_text(e, "profile"));
    return true;
}

/* Nothing of a URL stands in a log or a list of processes: no name and password in it. */
static bool webhook_stands(const struct register_entry *e, struct err *err)
{
    const char *url = register_text(e, "url");

    if ((register_text(e, "source") == NULL) == (register_text(e, "list") == NULL))
        return say(err, e, "BAD_WEBHOOK",
                   "must name a source, whose receipts it is told, or a list", NULL);
    if ((strncmp(url, "https://", 8) != 0 && strncmp(url, "http://", 7) != 0) ||
        strpbrk(url, " @#") != NULL)
        return say(err, e, "BAD_WEBHOOK",
                   "has a url that is none, or has a name, password or fragment", NULL);
    return true;
}

static bool entry_stands(struct all all, const struct register_entry *e, struct err *err)
{
    if (e->valid.until_us <= e->valid.from_us)
        return say(err, e, "EMPTY_PERIOD", "ends before it begins", NULL);
    if (!references_stand(all, e, err))
        return false;
    switch (e->kind) { /* GCOVR_EXCL_BR_LINE: every kind has its case */
    case REGISTER_POLICY: return policy_stands(e, err);
    case REGISTER_RETENTION: return retention_stands(e, err);
    case REGISTER_PURPOSE: return purpose_stands(e, err);
    case REGISTER_SOURCE: return source_stands(e, err);
    case REGISTER_AGREEMENT: return agreement_stands(e, err);
    case REGISTER_LIST: return list_stands(all, e, err);
    case REGISTER_WEBHOOK: return webhook_stands(e, err);
    case REGISTER_RECIPIENT: return transfer_stands(all, e, err);
    case REGISTER_WINDOWS:
        if (!is(e->id, "windows"))
            return say(err, e, "BAD_WINDOWS", "must have the id", "windows");
        break;
    case REGISTER_NONE:
    case REGISTER_CONTROLLER:
    case REGISTER_WEBSITE:
    case REGISTER_PARTY:
    case REGISTER_ARCHIVE:
    case REGISTER_LINK_KEY:
    case REGISTER_HOLIDAYS:
    case REGISTER_KIND_END: break;
    case REGISTER_AUTHORITY:
    case REGISTER_ADEQUACY:
        if (strlen(e->id) != 2)
            return say(err, e, "BAD_COUNTRY", "must have a country's code as its id",
                       NULL);
        break;
    }
    return true;
}

/* Is it the first with its id? Others have another date. */
static bool is_first(struct all all, size_t i)
{
    for (size_t k = 0; k < i; k++)
        if (all.e[k].kind == all.e[i].kind && is(all.e[k].id, all.e[i].id))
            return false;
    return true;
}

static bool lists_stand(struct all all, struct err *err)
{
    size_t n = 0;

    for (size_t i = 0; i < all.n; i++)
        n += all.e[i].kind == REGISTER_LIST && is_first(all, i);
    if (n > REGISTER_LISTS_MAX)
        return err_set(err, ERR_INPUT, "TOO_MANY_LISTS",
                       "there are %zu lists: %d are possible", n, REGISTER_LISTS_MAX);
    return true;
}

bool register_check(const struct register_entry *entries, size_t n, struct err *err)
{
    const struct all all = {entries, n};

    for (size_t i = 0; i < n; i++)
        for (size_t k = i + 1; k < n; k++)
            if (!pair_stands(&entries[i], &entries[k], err))
                return false;
    for (size_t i = 0; i < n; i++)
        if (!entry_stands(all, &entries[i], err))
            return false;
    return lists_stand(all, err);
}
