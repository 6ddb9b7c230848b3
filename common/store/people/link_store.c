#include "link_store.h"

#include "base/mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct pg_stmt link_standing_get = {
    .name = "link_standing_get",
    .sql = "SELECT EXISTS (SELECT FROM link_revoked WHERE digest = $1),"
           " EXISTS (SELECT FROM link_revoked WHERE key = $2 AND before > $3)",
    .params = "biz",
    .columns = "oo",
};

/* Rows are only ever added, so the count tells of a late commit of an early number too.
 */
static const struct pg_stmt link_revoked_count = {
    .name = "link_revoked_count",
    .sql = "SELECT count(*) FROM link_revoked",
    .params = "",
    .columns = "l",
};

static const struct pg_stmt link_revoked_all = {
    .name = "link_revoked_all",
    .sql = "SELECT digest, coalesce(key, 0), before FROM link_revoked ORDER BY digest",
    .params = "",
    .columns = "biz",
};

static const struct pg_stmt link_revoke_one = {
    .name = "link_revoke_one",
    .sql = "INSERT INTO link_revoked (digest, note) VALUES ($1, $2)"
           " ON CONFLICT (digest) DO NOTHING RETURNING revocation_id",
    .params = "bt",
    .columns = "i",
};

static const struct pg_stmt link_revoke_all = {
    .name = "link_revoke_all",
    .sql = "INSERT INTO link_revoked (key, before, note) VALUES ($1, $2, $3)"
           " RETURNING revocation_id",
    .params = "izt",
    .columns = "i",
};

static const struct pg_stmt link_purposes = {
    .name = "link_purposes",
    .sql = "SELECT r.id, n.number::smallint, coalesce(r.body->>'title', r.id), '', '',"
           " r.body->>'class' = 'promotional', r.body->>'class' = 'sharing'"
           " FROM register_rows('infinity') r JOIN register_number n USING (kind, id)"
           " WHERE r.kind = 'purpose' AND r.effective <= $1 AND r.until > $1 ORDER BY "
           "n.number",
    .params = "z",
    .columns = "tstttoo",
};

static const struct pg_stmt link_controllers = {
    .name = "link_controllers",
    .sql = "SELECT r.id, n.number::smallint, r.body->>'name',"
           " coalesce(r.body->>'dpo_contact', ''),"
           " coalesce(r.body->>'address', concat_ws(', ', p.body->>'name',"
           "  p.body->>'address'), ''),"
           " coalesce((r.body->>'default')::boolean, false), false"
           " FROM register_rows('infinity') r JOIN register_number n USING (kind, id)"
           " LEFT JOIN register_rows('infinity') p ON p.kind = 'controller'"
           "  AND p.id = r.body->>'parent' AND p.effective <= $1 AND p.until > $1"
           " WHERE r.kind = 'controller' AND r.effective <= $1 AND r.until > $1"
           " ORDER BY n.number",
    .params = "z",
    .columns = "tstttoo",
};

static const struct pg_stmt link_policy = {
    .name = "link_policy",
    .sql = "SELECT r.body->>'url' FROM register_rows('infinity') r"
           " WHERE r.kind = 'policy' AND r.effective <= $1 AND r.until > $1"
           " AND r.body->>'url' LIKE 'https://%' ORDER BY r.effective DESC LIMIT 1",
    .params = "z",
    .columns = "t",
};

static const struct pg_stmt link_rights = {
    .name = "link_rights",
    .sql = "SELECT r.id, r.body->>'party', r.body->'kinds' ? 'confirm',"
           " (SELECT coalesce(string_agg(' ' || x || ' ', ''), '')"
           "  FROM jsonb_array_elements_text(r.body->'controllers') x),"
           " (SELECT coalesce(string_agg(' ' || x || ' ', ''), '')"
           "  FROM jsonb_array_elements_text(r.body->'purposes') x),"
           " coalesce(r.body->>'source', '')"
           " FROM register_rows('infinity') r WHERE r.kind = 'link_key'"
           " AND r.effective <= $1 AND r.until > $1 ORDER BY r.id",
    .params = "z",
    .columns = "ttottt",
};

/* A site of the register is a source's when it bears the source's name. */
static const struct pg_stmt link_feeds = {
    .name = "link_feeds",
    .sql = "SELECT s.id, s.body->>'urn', coalesce(w.body->>'controller', '')"
           " FROM register_rows('infinity') s LEFT JOIN register_rows('infinity') w"
           " ON w.kind = 'website' AND w.id = s.id AND w.effective <= $1 AND w.until > $1"
           " WHERE s.kind = 'source' AND s.body->>'type' = 'direct'"
           " AND s.effective <= $1 AND s.until > $1 ORDER BY s.id",
    .params = "z",
    .columns = "ttt",
};

const struct pg_stmt *const link_statements[] = {
    &link_standing_get, &link_revoked_count, &link_revoked_all, &link_revoke_one,
    &link_revoke_all,   &link_purposes,      &link_controllers, &link_policy,
    &link_rights,       &link_feeds,
};
const size_t link_statements_n = sizeof(link_statements) / sizeof(link_statements[0]);

bool link_standing_load(struct pg *pg, const uint8_t digest[LINK_DIGEST_BYTES],
                        uint16_t key, int64_t issued_us, enum link_standing *ret,
                        struct err *err)
{
    struct pg_params ps;
    struct pg_result *r;

    pg_params_init(&ps);
    pg_put_bytes(&ps, digest, LINK_DIGEST_BYTES);
    pg_put_i32(&ps, key);
    pg_put_time(&ps, issued_us);
    if (!pg_run(pg, &link_standing_get, &ps, &r, err))
        return false;
    *ret = pg_get_bool(r, 0, 0)   ? LINK_REVOKED
           : pg_get_bool(r, 0, 1) ? LINK_DOUBTED
                                  : LINK_GOOD;
    pg_result_free(r);
    return true;
}

/* --- all of them --- */

struct revoked_key {
    uint16_t key;
    int64_t before_us;
};

struct link_revoked {
    size_t n_links, n_keys;
    uint8_t (*links)[LINK_DIGEST_BYTES]; /* in the order of memcmp */
    struct revoked_key *keys;
};

bool link_revoked_mark(struct pg *pg, int64_t *ret, struct err *err)
{
    struct pg_result *r;

    if (!pg_exec(pg, &link_revoked_count, NULL, &r, err))
        return false;
    *ret = pg_get_i64(r, 0, 0);
    pg_result_free(r);
    return true;
}

bool link_revoked_load(struct pg *pg, struct link_revoked **ret, struct err *err)
{
    struct link_revoked *all;
    struct pg_result *r;
    size_t n;

    if (!pg_exec(pg, &link_revoked_all, NULL, &r, err))
        return false;
    n = (size_t)pg_rows(r) + 1;
    all = mem_zalloc(1, sizeof(*all));
    all->links = mem_zalloc(n, sizeof(*all->links));
    all->keys = mem_zalloc(n, sizeof(*all->keys));
    for (int i = 0; i < pg_rows(r); i++) {
        size_t len;
        const void *digest = pg_get_bytes(r, i, 0, &len);

        if (len == LINK_DIGEST_BYTES)
            memcpy(all->links[all->n_links++], digest, len);
        else
            all->keys[all->n_keys++] =
                (struct revoked_key){(uint16_t)pg_get_i32(r, i, 1), pg_get_time(r, i, 2)};
    }
    pg_result_free(r);
    *ret = all;
    return true;
}

void link_revoked_free(struct link_revoked *r)
{
    if (r == NULL)
        return;
    free(r->links);
    free(r->keys);
    free(r);
}

static int digest_compare(const void *a, const void *b)
{
    return memcmp(a, b, LINK_DIGEST_BYTES);
}

enum link_standing link_revoked_standing(const struct link_revoked *r,
                                         const uint8_t digest[LINK_DIGEST_BYTES],
                                         uint16_t key, int64_t issued_us)
{
    if (r->n_links > 0 &&
        bsearch(digest, r->links, r->n_links, LINK_DIGEST_BYTES, digest_compare) != NULL)
        return LINK_REVOKED;
    for (size_t i = 0; i < r->n_keys; i++)
        if (r->keys[i].key == key && r->keys[i].before_us > issued_us)
            return LINK_DOUBTED;
    return LINK_GOOD;
}

/* --- revoking --- */

bool link_revoke(struct pg *pg, const uint8_t digest[LINK_DIGEST_BYTES], const char *note,
                 bool *added, struct err *err)
{
    struct pg_params ps;
    struct pg_result *r;

    pg_params_init(&ps);
    pg_put_bytes(&ps, digest, LINK_DIGEST_BYTES);
    pg_put_text(&ps, note);
    if (!pg_run(pg, &link_revoke_one, &ps, &r, err))
        return false;
    *added = pg_rows(r) == 1;
    pg_result_free(r);
    return true;
}

bool link_revoke_key(struct pg *pg, uint16_t key, int64_t before_us, const char *note,
                     struct err *err)
{
    struct pg_params ps;

    pg_params_init(&ps);
    pg_put_i32(&ps, key);
    pg_put_time(&ps, before_us);
    pg_put_text(&ps, note);
    return pg_run(pg, &link_revoke_all, &ps, NULL, err);
}

static bool names_load(struct pg *pg, const struct pg_stmt *stmt, int64_t at_us,
                       struct link_name **ret, size_t *ret_n, struct err *err)
{
    struct link_name *names;
    struct pg_result *r;

    if (!pg_exec_time(pg, stmt, at_us, &r, err))
        return false;
    *ret_n = (size_t)pg_rows(r);
    *ret = names = mem_zalloc(*ret_n + 1, sizeof(*names));
    for (int i = 0; i < pg_rows(r); i++) {
        snprintf(names[i].id, sizeof(names[i].id), "%s", pg_get_text(r, i, 0));
        names[i].number = pg_get_i16(r, i, 1);
        snprintf(names[i].title, sizeof(names[i].title), "%s", pg_get_text(r, i, 2));
        snprintf(names[i].contact, sizeof(names[i].contact), "%s", pg_get_text(r, i, 3));
        snprintf(names[i].address, sizeof(names[i].address), "%s", pg_get_text(r, i, 4));
        names[i].marked = pg_get_bool(r, i, 5);
        names[i].sharing = pg_get_bool(r, i, 6);
    }
    pg_result_free(r);
    return true;
}

bool link_purposes_load(struct pg *pg, int64_t at_us, struct link_name **ret,
                        size_t *ret_n, struct err *err)
{
    return names_load(pg, &link_purposes, at_us, ret, ret_n, err);
}

bool link_controllers_load(struct pg *pg, int64_t at_us, struct link_name **ret,
                           size_t *ret_n, struct err *err)
{
    return names_load(pg, &link_controllers, at_us, ret, ret_n, err);
}

bool link_policy_load(struct pg *pg, int64_t at_us, char ret[LINK_URL_BYTES],
                      struct err *err)
{
    struct pg_result *r;

    if (!pg_exec_time(pg, &link_policy, at_us, &r, err))
        return false;
    snprintf(ret, LINK_URL_BYTES, "%s", pg_rows(r) > 0 ? pg_get_text(r, 0, 0) : "");
    pg_result_free(r);
    return true;
}

static void copy(char *to, size_t cap, const char *text)
{
    snprintf(to, cap, "%s", text);
}

bool link_rights_load(struct pg *pg, int64_t at_us, struct link_right **ret,
                      size_t *ret_n, struct err *err)
{
    struct link_right *all;
    struct pg_result *r;

    if (!pg_exec_time(pg, &link_rights, at_us, &r, err))
        return false;
    *ret_n = (size_t)pg_rows(r);
    *ret = all = mem_zalloc(*ret_n + 1, sizeof(*all));
    for (int i = 0; i < pg_rows(r); i++) {
        copy(all[i].system, sizeof(all[i].system), pg_get_text(r, i, 0));
        copy(all[i].party, sizeof(all[i].party), pg_get_text(r, i, 1));
        all[i].confirms = pg_get_bool(r, i, 2);
        copy(all[i].controllers, sizeof(all[i].controllers), pg_get_text(r, i, 3));
        copy(all[i].purposes, sizeof(all[i].purposes), pg_get_text(r, i, 4));
        copy(all[i].source, sizeof(all[i].source), pg_get_text(r, i, 5));
    }
    pg_result_free(r);
    return true;
}

bool link_ids_have(const char *ids, const char *id)
{
    char word[REGISTER_ID_BYTES + 3];

    return id[0] != '\0' && strchr(id, ' ') == NULL &&
           (size_t)snprintf(word, sizeof(word), " %s ", id) < sizeof(word) &&
           strstr(ids, word) != NULL;
}

bool link_feeds_load(struct pg *pg, int64_t at_us, struct link_feed **ret, size_t *ret_n,
                     struct err *err)
{
    struct link_feed *feeds;
    struct pg_result *r;

    if (!pg_exec_time(pg, &link_feeds, at_us, &r, err))
        return false;
    *ret_n = (size_t)pg_rows(r);
    *ret = feeds = mem_zalloc(*ret_n + 1, sizeof(*feeds));
    for (int i = 0; i < pg_rows(r); i++) {
        snprintf(feeds[i].id, sizeof(feeds[i].id), "%s", pg_get_text(r, i, 0));
        snprintf(feeds[i].urn, sizeof(feeds[i].urn), "%s", pg_get_text(r, i, 1));
        snprintf(feeds[i].controller, sizeof(feeds[i].controller), "%s",
                 pg_get_text(r, i, 2));
    }
    pg_result_free(r);
    return true;
}
