/*
 * trouble.h - what keeps publisher_run from its work, to the log, the metrics and
 * /readyz.
 */
#ifndef CONSENT_PUBLISH_TROUBLE_H
#define CONSENT_PUBLISH_TROUBLE_H

#include "publisher.h"

enum publisher_trouble trouble_of(const struct err *err);

/* A turn has failed, and is tried again. */
void trouble_tell(struct publisher *p, const struct err *err);

/* A turn went well. */
void trouble_over(struct publisher *p);

#endif
