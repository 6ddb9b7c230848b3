/* commands.c - the tree: a new command is a line here and its function in commands.h. */
#include "commands.h"

static const struct ctl_option migrate_options[] = {
    {"dry-run", NULL, "say what would be applied, and change nothing"},
    {NULL, NULL, NULL},
};

static const struct ctl_option register_apply_options[] = {
    {"dry-run", NULL, "check and show the difference, and change nothing"},
    {NULL, NULL, NULL},
};

static const struct ctl_option register_show_options[] = {
    {"at", "TIME", "what is in force then (all that is known, whenever in force)"},
    {"known", "TIME", "as it was known then (now)"},
    {NULL, NULL, NULL},
};

static const struct command register_commands[] = {
    {"apply", "FILE...", 1, -1, "check register files as a whole and put them in force",
     register_apply_run, register_apply_options, NULL},
    {"show", "", 0, 0, "the register as it stands", register_show_run,
     register_show_options, NULL},
    {0},
};

static const struct ctl_option whatif_options[] = {
    {"register", "FILE...", "judge by this register file in place of the one in force"},
    {"window", "NAME=VALUE...", "judge by this window, e.g. art14=P2M"},
    {"list", "LIST", "look at this list only"},
    {"at", "TIME", "judge at that time (now)"},
    {"examples", "N", "show up to N contact keys of each change (3)"},
    {NULL, NULL, NULL},
};

const struct command ctl_commands[] = {
    {"migrate", "", 0, 0, "bring the database's tables up to date", migrate_run,
     migrate_options, NULL},
    {"register", "", 0, 0, "policy as data: controllers, purposes, sources, lists", NULL,
     NULL, register_commands},
    {"whatif", "", 0, 0, "what another register or window would change on the lists",
     whatif_run, whatif_options, NULL},
    {0},
};
