/*
 * changes.h - a page of what a list has said, for who is told over HTTP:
 *
 *   {"list":"promotional-email","changes":[{...}],"next":"0.7.
 * ...","more":false,"at":"..."}
 */
#ifndef CONSENT_EXPORT_CHANGES_H
#define CONSENT_EXPORT_CHANGES_H

#include "base/buf.h"
#include "store/lists/change_store.h"

void changes_put(struct buf *out, const char *list, const struct change_page *page,
                 int64_t at_us);

#endif
