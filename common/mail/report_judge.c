#include "mail/judge.h"

/* A bounce stops those who do not exist. What else it says is counted or noted (rules,
 * Q5), and the letter itself stops nobody. */
static void judge_bounce(const struct mail *m, struct mail_verdict *v)
{
    static const char *const reasons[] = {"unclear_bounce", "sender_bounce",
                                          "soft_bounce"};
    enum bounce most = BOUNCE_UNCLEAR;

    for (size_t i = 0; i < m->n_reported; i++) {
        v->n_soft += m->reported[i].says != BOUNCE_ADDRESS;
        if (m->reported[i].says > most)
            most = m->reported[i].says;
    }
    v->n = m->n_reported;
    if (most == BOUNCE_ADDRESS) {
        v->outcome = MAIL_BOUNCED;
        return;
    }
    v->outcome = MAIL_IGNORED;
    v->reason = v->n == 0 ? "bounce_unreadable" : reasons[most];
}

static void judge_complaint(const struct mail *m, bool known, struct mail_verdict *v)
{
    v->n = known ? 0 : m->n_reported;
    v->outcome = MAIL_COMPLAINED;
    if (m->complaint_counts && (known || v->n > 0))
        return;
    v->outcome = MAIL_IGNORED;
    v->reason = m->complaint_counts ? "complaint_unreadable" : "no_complaint";
    v->n = 0;
}

void report_judge(const struct mail *m, bool known, struct mail_verdict *ret)
{
    if (m->kind == MAIL_BOUNCE)
        judge_bounce(m, ret);
    else
        judge_complaint(m, known, ret);
}
