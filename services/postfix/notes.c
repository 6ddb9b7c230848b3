#include "notes.h"

#include "base/clock.h"
#include "base/log.h"

#define EVERY_US WHEN_MINUTE_US

void notes_init(struct notes *n, int32_t one_of)
{
    *n = (struct notes){.one_of = one_of, .due_us = clock_mono_us() + EVERY_US};
}

void notes_add(struct notes *n, const struct list *list, const struct contact_key *key,
               bool refused)
{
    n->asked++;
    n->refused += refused ? 1 : 0;
    if (n->seen++ % n->one_of != 0 || n->n == NOTES_MOST)
        return;
    n->rows[n->n++] = (struct audit_row){
        .contact = *key,
        .has_contact = true,
        .controller = list->controller,
        .purpose = list->purpose,
        .channel = CHANNEL_EMAIL,
        .outcome = refused ? LOOKUP_DENY : LOOKUP_PERMIT,
    };
}

void notes_write(struct notes *n, struct pg_session *database, bool at_once)
{
    const struct audit_mail mail = {n->asked, n->refused, n->one_of, n->rows, n->n};
    struct err err;

    if (n->asked == 0 ||
        (!at_once && clock_mono_us() < n->due_us && n->n < NOTES_MOST / 2))
        return;
    n->due_us = clock_mono_us() + EVERY_US;
    if (!pg_session_begin(database, &err) ||
        !audit_mail_write(database->pg, &mail, &err)) {
        log_err(LOG_LEVEL_WARN, "audit_late", &err);
        return;
    }
    n->asked = n->refused = 0;
    n->n = 0;
}
