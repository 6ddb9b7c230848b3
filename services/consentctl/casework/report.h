/* report.h - what the reports on sources share. */
#ifndef CONSENT_CTL_REPORT_H
#define CONSENT_CTL_REPORT_H

#include "ctl.h"

#include "store/register/register_store.h"

struct report_ask {
    struct register_snapshot *s; /* the register as it is; free with register_free */
    int32_t source;              /* --source; 0: all */
    int64_t since_us;            /* --since; WHEN_ALWAYS: from the beginning */
};

bool report_ask_read(struct ctl *ctl, struct report_ask *ret, struct err *err);

/* "3 days 4 h", "2 h 5 min", "40 s"; for people. */
const char *report_length(int64_t us, char text[48]);

#endif
