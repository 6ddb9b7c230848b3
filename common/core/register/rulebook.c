#include "rulebook.h"

#include "base/ascii.h"
#include "base/nearest.h"

#include <string.h>

void windows_init(struct windows *w)
{
    *w = (struct windows){
        .skew_us = 5 * WHEN_MINUTE_US,
        .third_party_stale = {.months = 6},
        .backdated_grant_us = 30 * WHEN_DAY_US,
        .art14 = {.months = 1},
        .sale_reoptin = {.months = 12},
        .soft_bounce_us = 7 * WHEN_DAY_US,
        .third_party_evidence = true,
    };
}

bool period_holds(const struct period *p, int64_t at_us)
{
    return p->from_us <= at_us && at_us < p->until_us;
}

/* By id or number, in force at an instant: the same few lines for three arrays. Where
 * entries overlap by mistake the one that began last counts, whatever the order. */
#define FIND(array, n, match, at_us)                                                     \
    do {                                                                                 \
        for (size_t i = 0; i < (n); i++) {                                               \
            if ((match) && period_holds(&(array)[i].valid, (at_us)) &&                   \
                (found == NULL || (array)[i].valid.from_us > found->valid.from_us))      \
                found = &(array)[i];                                                     \
        }                                                                                \
    } while (0)

const struct controller *rulebook_controller(const struct rulebook *rb, const char *id,
                                             int64_t at_us)
{
    const struct controller *found = NULL;
    FIND(rb->controllers, rb->n_controllers, strcmp(rb->controllers[i].id, id) == 0,
         at_us);
    return found;
}

const struct controller *rulebook_controller_n(const struct rulebook *rb, int16_t number,
                                               int64_t at_us)
{
    const struct controller *found = NULL;
    FIND(rb->controllers, rb->n_controllers, rb->controllers[i].number == number, at_us);
    return found;
}

const struct purpose *rulebook_purpose(const struct rulebook *rb, const char *id,
                                       int64_t at_us)
{
    const struct purpose *found = NULL;
    FIND(rb->purposes, rb->n_purposes, strcmp(rb->purposes[i].id, id) == 0, at_us);
    return found;
}

const struct purpose *rulebook_purpose_n(const struct rulebook *rb, int16_t number,
                                         int64_t at_us)
{
    const struct purpose *found = NULL;
    FIND(rb->purposes, rb->n_purposes, rb->purposes[i].number == number, at_us);
    return found;
}

const struct source *rulebook_source(const struct rulebook *rb, const char *id,
                                     int64_t at_us)
{
    const struct source *found = NULL;
    FIND(rb->sources, rb->n_sources, strcmp(rb->sources[i].id, id) == 0, at_us);
    return found;
}

const struct source *rulebook_source_at(const struct rulebook *rb, int32_t number,
                                        int64_t at_us)
{
    const struct source *found = NULL;
    FIND(rb->sources, rb->n_sources, rb->sources[i].number == number, at_us);
    return found;
}

const struct source *rulebook_source_n(const struct rulebook *rb, int32_t number)
{
    const struct source *found = NULL;
    for (size_t i = 0; i < rb->n_sources; i++) {
        const struct source *s = &rb->sources[i];
        if (s->number == number &&
            (found == NULL || s->valid.from_us > found->valid.from_us))
            found = s;
    }
    return found;
}

const struct agreement *rulebook_agreement(const struct rulebook *rb, const char *id)
{
    for (size_t i = 0; i < rb->n_agreements; i++) {
        if (strcmp(rb->agreements[i].id, id) == 0)
            return &rb->agreements[i];
    }
    return NULL;
}

const struct agreement *rulebook_agreement_n(const struct rulebook *rb, int32_t number)
{
    for (size_t i = 0; i < rb->n_agreements; i++) {
        if (rb->agreements[i].number == number)
            return &rb->agreements[i];
    }
    return NULL;
}

const struct policy *rulebook_policy(const struct rulebook *rb, const char *id,
                                     const char *version, int64_t at_us)
{
    const struct policy *found = NULL;
    FIND(rb->policies, rb->n_policies,
         strcmp(rb->policies[i].id, id) == 0 &&
             strcmp(rb->policies[i].version, version) == 0,
         at_us);
    return found;
}

bool rulebook_has_policy(const struct rulebook *rb, const char *id)
{
    for (size_t i = 0; i < rb->n_policies; i++) {
        if (strcmp(rb->policies[i].id, id) == 0)
            return true;
    }
    return false;
}

/* len bytes of host equal site without case */
static bool same_host(const char *host, const char *site, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        if (ascii_lower(host[i]) != ascii_lower(site[i]))
            return false;
    }
    return true;
}

const struct controller *rulebook_website(const struct rulebook *rb, const char *host,
                                          int64_t at_us)
{
    size_t host_len = strlen(host);
    if (host_len > 0 && host[host_len - 1] == '.')
        host_len--; /* the root label of a fully written name */
    const struct website *best = NULL;
    size_t best_len = 0;
    for (size_t i = 0; i < rb->n_websites; i++) {
        const struct website *w = &rb->websites[i];
        size_t len = strlen(w->host);
        if (len == 0 || len > host_len || len < best_len ||
            !period_holds(&w->valid, at_us) ||
            !same_host(host + (host_len - len), w->host, len))
            continue;
        if (len < host_len && host[host_len - len - 1] != '.')
            continue;
        if (best == NULL || len > best_len || w->valid.from_us > best->valid.from_us) {
            best = w;
            best_len = len;
        }
    }
    return best == NULL ? NULL : rulebook_controller_n(rb, best->controller, at_us);
}

static bool succession_add(struct succession *ret, size_t cap, size_t *n,
                           struct succession one)
{
    for (size_t i = 0; i < *n && i < cap; i++) {
        if (ret[i].from == one.from && ret[i].to == one.to) {
            if (ret[i].at_us >= one.at_us)
                return false;
            ret[i].at_us = one.at_us; /* the later one binds more denials */
            return true;
        }
    }
    if (*n < cap)
        ret[*n] = one;
    ++*n;
    return *n <= cap;
}

size_t rulebook_successions(const struct website *websites, size_t n,
                            struct succession *ret, size_t cap)
{
    size_t found = 0;
    for (size_t i = 0; i < n; i++) {
        for (size_t j = 0; j < n; j++) {
            const struct website *before = &websites[i], *after = &websites[j];
            if (before->controller != after->controller &&
                before->valid.from_us < after->valid.from_us &&
                strcmp(before->host, after->host) == 0)
                succession_add(ret, cap, &found,
                               (struct succession){after->valid.from_us,
                                                   before->controller,
                                                   after->controller});
        }
    }
    return found;
}

const char *rulebook_near_controller(const struct rulebook *rb, const char *written)
{
    struct nearest near = {0};

    for (size_t i = 0; i < rb->n_controllers; i++)
        nearest_look(&near, written, rb->controllers[i].id);
    return near.name;
}

const char *rulebook_near_purpose(const struct rulebook *rb, const char *written)
{
    struct nearest near = {0};

    for (size_t i = 0; i < rb->n_purposes; i++)
        nearest_look(&near, written, rb->purposes[i].id);
    return near.name;
}

const char *rulebook_controller_name(const struct rulebook *rb, int16_t number)
{
    if (number == CONTROLLER_ANY)
        return "*";
    for (size_t i = 0; i < rb->n_controllers; i++)
        if (rb->controllers[i].number == number)
            return rb->controllers[i].id;
    return "?";
}

const char *rulebook_purpose_name(const struct rulebook *rb, int16_t number)
{
    if (number == PURPOSE_ANY)
        return "*";
    if (number == PURPOSE_PROMOTIONAL)
        return "*promotional";
    for (size_t i = 0; i < rb->n_purposes; i++)
        if (rb->purposes[i].number == number)
            return rb->purposes[i].id;
    return "?";
}
