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

/* "replayed 3", {"replayed":3}; CTL_DONE. */
int quarantine_settled_say(const struct ctl *ctl, const char *word, int64_t n);

#endif
