#include "audit.h"

#include "store/access/audit_store.h"
#include "store/access/second_store.h"

#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* "ann", "root for ann", or the number of a user without a name. */
static void user_of(char *ret, size_t cap)
{
    const struct passwd *pw = getpwuid(getuid());
    const char *caller = getuid() == 0 ? getenv("SUDO_USER") : NULL;
    char number[24];

    snprintf(number, sizeof(number), "%lu", (unsigned long)getuid());
    snprintf(ret, cap, "%.60s%s%.60s", pw != NULL ? pw->pw_name : number,
             caller != NULL ? " for " : "", caller != NULL ? caller : "");
}

bool ctl_audit(struct ctl *ctl, const struct ctl_look *look, struct err *err)
{
    char user[160];
    const struct audit_own own = {
        .row = {.contact = look->contact,
                .has_contact = true,
                .controller = look->controller,
                .purpose = look->purpose,
                .channel = look->channel,
                .outcome = look->outcome},
        .route = look->route,
        .user = user,
        .why = ctl->why != NULL ? ctl->why : "",
    };

    user_of(user, sizeof(user));
    return ctl_pg(ctl, err) && audit_own_write(ctl->pg, &own, err);
}

void ctl_user(char ret[CTL_USER_BYTES])
{
    const char *caller = getuid() == 0 ? getenv("SUDO_USER") : NULL;

    if (caller != NULL && caller[0] != '\0')
        snprintf(ret, CTL_USER_BYTES, "%.60s", caller);
    else
        user_of(ret, CTL_USER_BYTES);
}

bool ctl_second(struct ctl *ctl, const char *act, const char *subject, struct err *err)
{
    char user[CTL_USER_BYTES];
    bool go;

    ctl_user(user);
    if (!ctl_pg(ctl, err) || !second_person(ctl->pg, act, subject, user, &go, err))
        return false;
    return go || err_set(err, ERR_INPUT, "SECOND_PERSON", "%s", SECOND_WORDS);
}
