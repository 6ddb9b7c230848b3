/* compare.h - the section of decide that sets "as known" beside "in fact". */
#ifndef CONSENT_CTL_COMPARE_H
#define CONSENT_CTL_COMPARE_H

#include "ctl.h"

#include "core/people/compare.h"
#include "store/people/fact_store.h"
#include "store/register/register_store.h"
#include "store/people/trace_store.h"

struct compared {
    int64_t at_us, known_us;
    struct comparison c;
    struct name_set names; /* of the events it names; free with event_names_done */
};

/* known_us: K of "as known". */
bool compare_find(struct ctl *ctl, const struct fact *facts, size_t n,
                  const struct question *q, int64_t known_us, struct compared *ret,
                  struct err *err);

/* s: the register, for the names of sources. */
void compare_say_words(const struct compared *cd, const struct register_snapshot *s);
void compare_say_json(const struct compared *cd, const struct register_snapshot *s,
                      struct buf *out);

#endif
