/* consentctl key contact --change: from then on new contacts get their keys from
 * contact_secret_file; everybody else keeps theirs. deploy/README.md, "The contact
 * secret". */
#include "access/key_contact.h"

#include "who.h"

#include "base/clock.h"
#include "base/stop.h"
#include "base/when.h"
#include "codec/put.h"
#include "store/people/secret_store.h"

#include <stdio.h>
#include <string.h>

/* Between the two steps of a change. A program asks again after a second which secrets
 * there are, and an answer under way may take some more. */
#define PATIENCE_MS 5000

#define PROGRAM_BYTES 160

/* How the secret of contact_secret_file stands with the database. */
struct standing_secret {
    uint8_t mark[CONTACT_MARK_BYTES];
    struct contact_secret_row row; /* once it was told of */
    bool told, newest;
    size_t known;                 /* secrets of the database */
    char stranger[PROGRAM_BYTES]; /* a program that does not know it; "": none */
};

static bool standing_look(struct ctl *ctl, struct standing_secret *ret, struct err *err)
{
    struct contact_secret_row rows[CONTACT_SECRETS_MAX];
    struct keying *keying = who_keying(ctl, err);

    memset(ret, 0, sizeof(*ret));
    if (keying == NULL)
        return false;
    memcpy(ret->mark, keying_marks(keying)->b[0], sizeof(ret->mark));
    keying_close(keying);
    if (!contact_secret_list(ctl->pg, rows, CONTACT_SECRETS_MAX, &ret->known, err) ||
        !contact_secret_strangers(ctl->pg, ret->mark, ret->stranger,
                                  sizeof(ret->stranger), err))
        return false;
    for (size_t i = 0; i < ret->known; i++)
        if (memcmp(rows[i].mark, ret->mark, sizeof(ret->mark)) == 0) {
            ret->row = rows[i];
            ret->told = true;
            ret->newest = i == 0;
        }
    return true;
}

static bool counts(const struct standing_secret *s)
{
    return s->told && s->row.counts_us != WHEN_NEVER;
}

/* May the change be made? */
static bool ready(const struct standing_secret *s, struct err *err)
{
    if (s->known == 0)
        return err_set(err, ERR_CONFIG, "CONTACT_SECRET",
                       "the database has no contact secret yet: start consent-ingest");
    if (counts(s))
        return err_set(err, ERR_CONFIG, "CONTACT_SECRET",
                       "the secret in contact_secret_file has counted before: a new one "
                       "is needed (consentctl key contact)");
    if (s->stranger[0] != '\0')
        return err_set(err, ERR_CONFIG, "CONTACT_SECRET",
                       "consent-%s does not know the secret in contact_secret_file, or "
                       "has ended within a minute",
                       s->stranger);
    return true;
}

/* Programs that do not know it take their time to refuse. */
static bool wait(struct err *err)
{
    for (int ms = 0; ms < PATIENCE_MS; ms += 100) {
        if (stop_asked())
            return err_set(err, ERR_RETRY, "STOPPED",
                           "stopped before the change, which the next run makes");
        clock_sleep_ms(100);
    }
    return true;
}

static bool change(struct ctl *ctl, struct standing_secret *s, struct err *err)
{
    return contact_secret_tell(ctl->pg, s->mark, err) && wait(err) &&
           standing_look(ctl, s, err) && ready(s, err) &&
           contact_secret_change(ctl->pg, s->mark, err) && standing_look(ctl, s, err);
}

static int say(const struct ctl *ctl, const struct standing_secret *s, bool dry)
{
    char at[WHEN_TEXT_BYTES] = "";
    struct buf out;

    if (counts(s))
        when_format(s->row.counts_us, at);
    if (ctl->json) {
        buf_init(&out, CTL_ANSWER_BYTES);
        buf_addf(&out, "{\"dry_run\":%s,\"secrets\":%zu", dry ? "true" : "false",
                 s->known);
        put_member(&out, ",counts_since", at);
        buf_add_str(&out, "}");
        return ctl_say(&out);
    }
    if (counts(s))
        printf("new contacts get their keys from contact_secret_file since %s;\nthe "
               "secrets of before stay in contact_former, for the contacts of before\n",
               at);
    else
        printf("every program that was seen knows the secret in contact_secret_file, "
               "which does not count yet\n");
    return CTL_DONE;
}

int key_contact_change(struct ctl *ctl, bool dry)
{
    struct standing_secret s;
    struct err err;

    if (!standing_look(ctl, &s, &err))
        return ctl_fail(ctl, &err);
    if (counts(&s) && s.newest)
        return say(ctl, &s, dry); /* a run that was cut off has made it */
    if (!ready(&s, &err) || (!dry && !change(ctl, &s, &err)))
        return ctl_fail(ctl, &err);
    return say(ctl, &s, dry);
}
