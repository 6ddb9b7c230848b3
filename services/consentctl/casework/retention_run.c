/* consentctl retention run: erase what is due; retention hold: stop that for a matter. */
#include "audit.h"
#include "commands.h"
#include "erase.h"
#include "who.h"

#include "base/clock.h"
#include "base/hex.h"
#include "codec/put.h"
#include "forget/walk.h"
#include "store/access/second_store.h"
#include "store/casework/hold_store.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- run --- */

static bool contact_say(void *arg, const struct forget *f, const struct contact_key *key,
                        const struct erasure_done *done, struct err *err)
{
    const struct ctl *ctl = arg;
    char contact[UUID_TEXT_BYTES];
    struct buf out;

    (void)err;
    uuid_print(key->b, contact);
    if (!ctl->json) {
        printf("%s %s: %" PRId64 " events%s\n", contact,
               done != NULL ? "erased" : "would go",
               done != NULL ? done->events : (int64_t)f->plan.n_events,
               f->plan.whole ? ", and the identifier" : "");
        erase_plan_print(f);
        return true;
    }
    buf_init(&out, CTL_ANSWER_BYTES);
    buf_add_str(&out, "{");
    put_member(&out, "contact", contact);
    put_member_int(&out, ",erasure", done != NULL ? done->erasure : 0);
    put_member_int(&out, ",events",
                   done != NULL ? done->events : (int64_t)f->plan.n_events);
    put_member_bool(&out, ",whole", f->plan.whole);
    put_name(&out, ",rows");
    forget_rows(f, &out);
    buf_add_str(&out, "}");
    return ctl_say(&out) == CTL_DONE;
}

static void passed_say(void *arg, const struct contact_key *key, const struct err *err)
{
    char contact[UUID_TEXT_BYTES];

    (void)arg;
    fprintf(stderr, "the contact %s could not be erased: %s\n",
            uuid_print(key->b, contact), err->text);
}

static bool row_known(const struct forget *f, const char *row)
{
    for (size_t i = 0; i < f->n_rules; i++)
        if (strcmp(f->rules[i].id, row) == 0)
            return true;
    return row == NULL;
}

static bool run(struct ctl *ctl, struct forget *f, struct forget_walk *walk,
                struct register_snapshot **s, struct err *err)
{
    const char *controller = ctl_option(ctl, "controller");
    struct forget_wish wish = {.by = ctl_option(ctl, "by"),
                               .ground = "retention",
                               .row = ctl_option(ctl, "row")};

    if (!ctl_time(ctl_option(ctl, "before"), WHEN_NEVER, &wish.before_us, err) ||
        !ctl_pg(ctl, err) || !register_load(ctl->pg, WHEN_NEVER, s, err) ||
        !forget_init(f, ctl->pg, *s, clock_wall_us(), err))
        return false;
    if (wish.row != NULL && !row_known(f, wish.row))
        return err_set(err, ERR_CONFIG, "NO_ROW",
                       "the register has no such row in force");
    if (controller != NULL) {
        wish.controller = register_controller_number(*s, controller);
        if (wish.controller == CONTROLLER_ANY)
            return err_set(err, ERR_CONFIG, "UNKNOWN_NAME",
                           "the register has no such controller");
    }
    while (!walk->finished)
        if (!forget_walk_step(walk, f, ctl->pg, &wish, err))
            return false;
    return true;
}

/* Two people, where the register has them for erasing. */
static bool second(struct ctl *ctl, struct err *err)
{
    const char *row = ctl_option(ctl, "row"), *controller = ctl_option(ctl, "controller");
    char subject[256];

    snprintf(subject, sizeof(subject), "retention before %s%s%s%s%s",
             ctl_option(ctl, "before"), row != NULL ? ", row " : "",
             row != NULL ? row : "", controller != NULL ? ", " : "",
             controller != NULL ? controller : "");
    return ctl_second(ctl, SECOND_ERASE, subject, err);
}

int retention_run_run(struct ctl *ctl)
{
    struct forget f = {0};
    struct forget_walk walk = {
        .dry = ctl_option(ctl, "yes") == NULL,
        .each = contact_say,
        .passed = passed_say,
        .arg = ctl,
    };
    struct register_snapshot *s = NULL;
    struct err err;
    int code = CTL_DONE;

    if (ctl_option(ctl, "before") == NULL)
        return ctl_wrong("say before which day it was due: --before 2027-01-01");
    if ((ctl_option(ctl, "yes") == NULL) == (ctl_option(ctl, "dry-run") == NULL))
        return ctl_wrong("say --dry-run to see what would go, or --yes to erase it");
    if (!walk.dry && ctl_option(ctl, "by") == NULL)
        return ctl_wrong("say who has it done: --by NAME");
    if ((!walk.dry && !second(ctl, &err)) || !run(ctl, &f, &walk, &s, &err))
        code = ctl_fail(ctl, &err);
    else
        fprintf(stderr,
                "%" PRId64 " contacts looked at; of %" PRId64 " %s, %" PRId64 " events\n",
                walk.looked, walk.erased,
                walk.dry ? "something would go" : "something has gone", walk.events);
    if (walk.passed_over > 0) {
        fprintf(stderr, "%" PRId64 " were passed over: run it again\n", walk.passed_over);
        code = CTL_FAILED;
    }
    forget_walk_done(&walk);
    forget_done(&f);
    register_free(s);
    return code;
}

/* --- hold --- */

static bool hold_read(struct ctl *ctl, struct hold *hold, struct who *who,
                      struct register_snapshot **s, struct err *err)
{
    const char *controller = ctl_option(ctl, "controller"), *row = ctl_option(ctl, "row");
    bool known = true;

    snprintf(hold->matter, sizeof(hold->matter), "%s", ctl_option(ctl, "matter"));
    snprintf(hold->reason, sizeof(hold->reason), "%s", ctl_option(ctl, "reason"));
    snprintf(hold->by, sizeof(hold->by), "%s", ctl_option(ctl, "by"));
    if (row != NULL)
        snprintf(hold->row, sizeof(hold->row), "%s", row);
    if (!ctl_pg(ctl, err) || !register_load(ctl->pg, WHEN_NEVER, s, err) ||
        (row != NULL && !hold_row_known(ctl->pg, row, &known, err)))
        return false;
    if (!known)
        return err_set(err, ERR_CONFIG, "NO_ROW",
                       "the register has no such row in force");
    if (ctl_option(ctl, "email") != NULL || ctl_option(ctl, "phone") != NULL) {
        if (!who_ask(ctl, who, err))
            return false;
        hold->contact = &who->key;
    }
    if (controller == NULL)
        return true;
    hold->controller = register_controller_number(*s, controller);
    return hold->controller != CONTROLLER_ANY ||
           err_set(err, ERR_CONFIG, "UNKNOWN_NAME",
                   "the register has no such controller");
}

int hold_add_run(struct ctl *ctl)
{
    struct register_snapshot *s = NULL;
    struct hold hold = {0};
    struct who who;
    struct err err;
    int64_t id;
    int code = CTL_DONE;

    if (ctl_option(ctl, "matter") == NULL || ctl_option(ctl, "reason") == NULL ||
        ctl_option(ctl, "by") == NULL)
        return ctl_wrong("a hold has a matter, a reason and a name: --matter, --reason, "
                         "--by");
    if (!hold_read(ctl, &hold, &who, &s, &err) || !hold_add(ctl->pg, &hold, &id, &err))
        code = ctl_fail(ctl, &err);
    else if (ctl->json)
        printf("{\"hold\":%" PRId64 "}\n", id);
    else
        printf("Hold %" PRId64 ": nothing of it is erased until it is lifted.\n", id);
    register_free(s);
    return code;
}

int hold_list_run(struct ctl *ctl)
{
    struct buf out;
    struct err err;

    buf_init(&out, CTL_ANSWER_BYTES);
    if (ctl_pg(ctl, &err) &&
        hold_list(ctl->pg, ctl_option(ctl, "all") != NULL, &out, &err))
        return ctl_say(&out);
    buf_done(&out);
    return ctl_fail(ctl, &err);
}

int hold_lift_run(struct ctl *ctl)
{
    const char *matter = ctl_option(ctl, "matter"), *by = ctl_option(ctl, "by");
    const int64_t id = ctl->n_args > 0 ? strtoll(ctl->args[0], NULL, 10) : 0;
    struct err err;
    int64_t n;

    if (by == NULL || (id <= 0) == (matter == NULL))
        return ctl_wrong("say which, by its number or --matter, and who lifts it, --by");
    if (!ctl_pg(ctl, &err) ||
        !hold_lift(ctl->pg, id, matter != NULL ? matter : "", by, &n, &err))
        return ctl_fail(ctl, &err);
    if (n == 0) {
        err_set(&err, ERR_INPUT, "NO_HOLD", "there is no such hold in force");
        return ctl_fail(ctl, &err);
    }
    if (ctl->json)
        printf("{\"lifted\":%" PRId64 "}\n", n);
    else
        printf("%" PRId64 " lifted.\n", n);
    return CTL_DONE;
}
