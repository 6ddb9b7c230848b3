/* rights.h - a request as the commands show it, and as they find it. */
#ifndef CONSENT_CTL_RIGHTS_H
#define CONSENT_CTL_RIGHTS_H

#include "ctl.h"

#include "store/register/register_store.h"
#include "store/casework/rights_store.h"

/* "erase,object" of bits; a word we do not know is "?". */
void rights_kinds_text(uint16_t kinds, char *ret, size_t bytes);

/* The bits of "erase,object"; ERR_CONFIG for a word that is none. */
bool rights_kinds_parse(const char *words, uint16_t *ret, struct err *err);

/* The one request of that id; of several sources the one that --source names. set is
 * filled with the events about it. */
bool rights_find(struct ctl *ctl, const struct register_snapshot *s, const char *id,
                 struct rights_set *set, struct rights_request *ret, struct err *err);

#endif
