/*
 * whatif.h - what another register, or another end of an agreement, would change on a
 * list.
 *
 * Pure. Both answers are for the same facts at the same time; only the rulebook differs.
 * What is compared is what the rules say now, not what a list last said: an entry that is
 * still on its way to the list is no change.
 */
#ifndef CONSENT_CORE_WHATIF_H
#define CONSENT_CORE_WHATIF_H

#include "base/err.h"
#include "core/event/admit.h"
#include "core/lists/list.h"

enum whatif_change {
    WHATIF_SAME = 0,
    WHATIF_ON,     /* newly on the list: suppressed, or permitted */
    WHATIF_OFF,    /* no longer on it: released, or not permitted */
    WHATIF_REASON, /* on it before and after, for another reason  */
    WHATIF_CHANGES,
};

struct whatif_side {
    const struct rulebook *book;
    const struct list *list; /* NULL: this register has no such list */
};

/* facts are those of one contact of that kind, as decide takes them. */
enum whatif_change whatif_compare(const struct whatif_side *before,
                                  const struct whatif_side *after, enum contact_kind kind,
                                  const struct fact *facts, size_t n, int64_t at_us,
                                  struct standing *ret_before,
                                  struct standing *ret_after);

/* The agreement as it would be after that event: an end or a breach, once said, stands
 * (the earliest counts); of the terms the last said. */
void whatif_agreement(struct agreement *a, const struct agreement_fact *said);

/* Puts a window's value as the register writes it ("P2M", "true") into *w. ERR_INPUT with
 * a sentence: no such window, no such value, or one that works when events are admitted,
 * which looking again at facts cannot undo. */
bool whatif_window(struct windows *w, const char *name, const char *value,
                   struct err *err);

#endif
