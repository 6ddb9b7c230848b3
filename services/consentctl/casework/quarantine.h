/* quarantine.h - what the quarantine commands share. */
#ifndef CONSENT_CTL_QUARANTINE_H
#define CONSENT_CTL_QUARANTINE_H

#include "ctl.h"

#include "store/event/quarantine_store.h"

#define QUARANTINE_IDS_MAX 1000

/* The numbers given as arguments. */
bool quarantine_ids(const struct ctl *ctl, int64_t ids[QUARANTINE_IDS_MAX], size_t *ret_n,
                    struct err *err);

/* ERR_INPUT names the first that is not there or no longer waits. */
bool quarantine_all_there(const struct quarantine_set *set, const int64_t *ids, size_t n,
                          struct err *err);

/* Which events a command is about: those of the numbers that were given, or with --all
 * those that wait for one reason, of one source, some at a time; what comes to wait
 * meanwhile is not among them. */
struct quarantine_pick {
    bool all;
    int64_t after, last;
};
bool quarantine_pick_begin(struct ctl *ctl, struct quarantine_pick *p, struct err *err);
/* The next ones; *ret_n 0: there are no more. Free the set with quarantine_done. */
bool quarantine_pick_next(struct ctl *ctl, struct quarantine_pick *p,
                          struct quarantine_set *set, int64_t ids[QUARANTINE_IDS_MAX],
                          size_t *ret_n, struct err *err);

/* Why, in the words of who does it; NULL: not said. --reason, or with --all --why. */
const char *quarantine_note(const struct ctl *ctl);

/* "replayed 3", {"replayed":3}; CTL_DONE. */
int quarantine_settled_say(const struct ctl *ctl, const char *word, int64_t n);

#endif
