/* doctor: ills of the database that show when it is too late; each check is a statement
 * of health_store.c. */
#include "doctor.h"

#include "store/operate/health_store.h"

#include <stdlib.h>

void doctor_health(struct doctor *d)
{
    struct ill *ills;
    struct err err;
    size_t n, said = 0;

    for (size_t i = 0; d->ctl->pg != NULL && i < health_statements_n; i++) {
        if (!health_look(d->ctl->pg, i, &ills, &n, &err)) {
            doctor_err(d, health_name(i), NULL, &err);
            said++;
            if (!doctor_reconnect(d))
                return;
            continue;
        }
        for (size_t k = 0; k < n; k++)
            doctor_say(d, ills[k].grave ? FINDING_WRONG : FINDING_WARN, health_name(i),
                       ills[k].fix, "%s", ills[k].what);
        said += n;
        free(ills);
    }
    if (said == 0 && d->ctl->pg != NULL)
        doctor_say(d, FINDING_OK, "health", NULL,
                   "settings, slots, indexes, sequences, old transactions, locks: %zu "
                   "checks of the database",
                   health_statements_n);
}
