#include "store/words.h"

#include "core/access.h"
#include "core/decision/decide.h"

#include <stdio.h>

const struct pg_stmt words_put = {
    .name = "words_put",
    .sql = "INSERT INTO word (kind, number, name) SELECT * FROM unnest($1, $2, $3)"
           " ON CONFLICT (kind, number) DO UPDATE SET name = excluded.name"
           " WHERE word.name <> excluded.name",
    .params = "TIT",
    .columns = "",
};

struct word {
    const char *kind;
    int32_t number;
    const char *name;
};

static const struct word words[] = {
#define X(num, id, name, class) {"event_type", num, name},
    EVENT_TYPES(X)
#undef X
#define X(bit, id, name) {"channel", 1 << bit, name},
        CHANNELS(X)
#undef X
#define X(num, id, name) {"contact_kind", num, name},
            CONTACT_KINDS(X)
#undef X
#define X(num, id, name, rank, direct, grants) {"source_type", num, name},
                SOURCE_TYPES(X)
#undef X
#define X(num, id, name) {"purpose_class", num, name},
                    PURPOSE_CLASSES(X)
#undef X
#define X(num, id, name, denial) {"fact_kind", num, name},
                        FACT_KINDS(X)
#undef X
#define X(bit, id, name) {"fact_flag", 1 << bit, name},
                            FACT_FLAGS(X)
#undef X
#define X(num, id, name) {"outcome", num, name},
                                OUTCOMES(X)
#undef X
#define X(num, id, name) {"list_status", num, name},
                                    LIST_STATUSES(X)
#undef X
#define X(num, id) {"reason", num, #id},
                                        REASONS(X)
#undef X
#define X(num, id, name) {"access_role", num, name},
                                            ACCESS_ROLES(X)
#undef X
#define X(num, id, name) {"lookup_route", num, name},
                                                LOOKUP_ROUTES(X)
#undef X
#define X(num, id, name) {"lookup_outcome", num, name},
                                                    LOOKUP_OUTCOMES(X)
#undef X
};

static void word_add(struct pg_params *ps, const char *kind, int32_t number,
                     const char *name)
{
    pg_add_text(ps, 0, kind);
    pg_add_i32(ps, 1, number);
    pg_add_text(ps, 2, name);
}

bool words_write(struct pg *pg, struct err *err)
{
    struct pg_params ps;

    pg_params_init(&ps);
    pg_put_array(&ps, 'T');
    pg_put_array(&ps, 'I');
    pg_put_array(&ps, 'T');
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        word_add(&ps, words[i].kind, words[i].number, words[i].name);
    for (int rule = RULE_P1; rule <= RULE_P21; rule++) {
        char name[16];

        snprintf(name, sizeof(name), "P%d", rule);
        word_add(&ps, "rule", rule, name);
    }
    return pg_run(pg, &words_put, &ps, NULL, err);
}
