/* doctor: are the logs that cannot be rewritten unseen kept, and without delay? */
#include "doctor.h"

#include "store/proof/tree.h"

void doctor_proof(struct doctor *d)
{
    struct proof_standing p;
    struct err err;

    if (d->ctl->pg == NULL)
        return;
    if (!proof_stand(d->ctl->pg, &p, &err))
        doctor_err(d, "proof", "see PostgreSQL's log", &err);
    else if (p.seals == 0)
        doctor_say(d, FINDING_NOTE, "proof", NULL,
                   "no log is kept that could not be rewritten unseen: proof_key_file of "
                   "consent-keeper");
    else if (p.waiting > 0)
        doctor_say(
            d, FINDING_WARN, "proof",
            "look at consent-keeper's log for proof_held, and at its proof_key_file",
            "records of %lld partitions have waited a minute to be sealed; the last "
            "checkpoint is %lld s old",
            (long long)p.waiting, (long long)((d->now_us - p.last_us) / WHEN_SECOND_US));
    else
        doctor_say(
            d, FINDING_OK, "proof", NULL,
            "every event is sealed, %lld leaves; the last checkpoint is %lld s old",
            (long long)p.size, (long long)((d->now_us - p.last_us) / WHEN_SECOND_US));
}
