/* Looking up in a snapshot. */
#include "register_store.h"

#include "register_sql.h"

#include <string.h>

/* Where periods overlap by mistake the one that began last counts, as in core/rulebook.
 */
#define FIND(array, n, match)                                                            \
    do {                                                                                 \
        for (size_t i = 0; i < (n); i++)                                                 \
            if ((match) && period_holds(&(array)[i].valid, at_us) &&                     \
                (found == NULL || (array)[i].valid.from_us > found->valid.from_us))      \
                found = &(array)[i];                                                     \
    } while (0)

const struct list *register_list(const struct register_snapshot *s, const char *id,
                                 int64_t at_us)
{
    const struct list *found = NULL;

    FIND(s->lists, s->n_lists, strcmp(s->lists[i].id, id) == 0);
    return found;
}

const struct recipient *register_recipient(const struct register_snapshot *s,
                                           const char *id, int64_t at_us)
{
    const struct recipient *found = NULL;

    FIND(s->recipients, s->n_recipients, strcmp(s->recipients[i].id, id) == 0);
    return found;
}

/* --- names --- */

const char *register_controller_name(const struct register_snapshot *s, int16_t number)
{
    return rulebook_controller_name(&s->book, number);
}

int16_t register_controller_number(const struct register_snapshot *s, const char *id)
{
    for (size_t i = 0; i < s->book.n_controllers; i++)
        if (strcmp(s->book.controllers[i].id, id) == 0)
            return s->book.controllers[i].number;
    return CONTROLLER_ANY;
}

const char *register_purpose_name(const struct register_snapshot *s, int16_t number)
{
    return rulebook_purpose_name(&s->book, number);
}

const char *register_source_name(const struct register_snapshot *s, int32_t number)
{
    for (size_t i = 0; i < s->book.n_sources; i++)
        if (s->book.sources[i].number == number)
            return s->book.sources[i].id;
    return "?";
}

const struct list *register_list_numbered(const struct register_snapshot *s,
                                          int32_t number)
{
    for (size_t i = 0; i < s->n_lists; i++)
        if (s->lists[i].number == number)
            return &s->lists[i];
    return NULL;
}

const struct pg_stmt *const register_statements[] = {
    &register_controllers, &register_policies,  &register_websites,
    &register_purposes,    &register_sources,   &register_agreements,
    &register_recipients,  &register_lists,     &register_windows,
    &register_version_get, &register_knows_get,
};
const size_t register_statements_n =
    sizeof(register_statements) / sizeof(register_statements[0]);
