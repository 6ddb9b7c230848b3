/*
 * notes.h - what Postfix asked, for the audit.
 *
 * A row for each recipient of each mail would be the mail log once more. So a worker
 * counts, and keeps one question of every audit_one_of; once a minute, and at its end, it
 * writes both into lookup_audit. Nothing that Postfix waits for waits for that.
 */
#ifndef CONSENT_POSTFIX_NOTES_H
#define CONSENT_POSTFIX_NOTES_H

#include "core/lists/list.h"
#include "pg/pg_session.h"
#include "store/access/audit_store.h"

#define NOTES_MOST 256

struct notes {
    int32_t one_of;
    int64_t asked, refused; /* since they were last written */
    int64_t seen;           /* questions ever, to keep one of so many */
    int64_t due_us;         /* monotonic */
    size_t n;
    struct audit_row rows[NOTES_MOST];
};

void notes_init(struct notes *n, int32_t one_of);

/* A question that was answered. */
void notes_add(struct notes *n, const struct list *list, const struct contact_key *key,
               bool refused);

/* Writes them when it is time; at_once: also when it is not. What cannot be written is
 * kept for the next time. */
void notes_write(struct notes *n, struct pg_session *database, bool at_once);

#endif
