/* What an officer does: agreements, reports, quarantine, requests, retention. */
#include "commands.h"

static const struct ctl_option agreement_end_options[] = {
    {"at", "TIME", "from when on (now)"},
    {"reason", "TEXT", "why; it stays in the ledger: name no person"},
    {"dry-run", NULL, "show what would change on the lists, and send nothing"},
    {"yes", NULL, "send it: it cannot be taken back"},
    {NULL, NULL, NULL},
};

static const struct ctl_option agreement_breach_options[] = {
    {"from", "TIME", "since when the warranty was not true (from the beginning)"},
    {"reason", "TEXT", "why; it stays in the ledger: name no person"},
    {"dry-run", NULL, "show what would change on the lists, and send nothing"},
    {"yes", NULL, "send it: it cannot be taken back"},
    {NULL, NULL, NULL},
};

const struct command agreement_commands[] = {
    {"show", "AGREEMENT", 1, 1, "how an agreement stands", agreement_show_run, NULL,
     NULL},
    {"end", "AGREEMENT", 1, 1, "its term ends", agreement_end_run, agreement_end_options,
     NULL},
    {"terminate", "AGREEMENT", 1, 1, "it is terminated", agreement_terminate_run,
     agreement_end_options, NULL},
    {"breach", "AGREEMENT", 1, 1, "its warranty proves false", agreement_breach_run,
     agreement_breach_options, NULL},
    {0},
};

static const struct ctl_option report_options[] = {
    {"source", "ID", "of this source only"},
    {"since", "TIME", "what became known since then (from the beginning)"},
    {NULL, NULL, NULL},
};

const struct command report_commands[] = {
    {"late", "", 0, 0, "denials that came late, and what was permitted meanwhile",
     report_late_run, report_options, NULL},
    {"quality", "", 0, 0, "what each source sent, and what it was worth",
     report_quality_run, report_options, NULL},
    {0},
};

static const struct ctl_option quarantine_list_options[] = {
    {"source", "ID", "of this source only"},
    {"reason", "CODE", "for this reason only"},
    {"all", NULL, "also what was replayed or discarded"},
    {"after", "NUMBER", "go on behind this number"},
    {"limit", "N", "at most so many (100)"},
    {NULL, NULL, NULL},
};

static const struct ctl_option quarantine_settle_options[] = {
    {"reason", "TEXT",
     "why, a discard needs it; with --all: the reason code they wait for"},
    {"all", NULL, "all that wait for that reason, of that source"},
    {"source", "ID", "with --all: whose"},
    {NULL, NULL, NULL},
};

const struct command quarantine_commands[] = {
    {"list", "", 0, 0, "events that wait for a person", quarantine_list_run,
     quarantine_list_options, NULL},
    {"show", "NUMBER...", 1, -1, "one with its bytes", quarantine_show_run, NULL, NULL},
    {"replay", "[NUMBER...]", 0, -1, "send it in again, once its cause is fixed",
     quarantine_replay_run, quarantine_settle_options, NULL},
    {"discard", "[NUMBER...]", 0, -1, "settle it without effect", quarantine_discard_run,
     quarantine_settle_options, NULL},
    {0},
};

static const struct ctl_option rights_list_options[] = {
    {"all", NULL, "also what has been answered"},
    {"at", "TIME", "days left then (now)"},
    {"known", "TIME", "what was known then (now)"},
    {NULL, NULL, NULL},
};

static const struct ctl_option rights_show_options[] = {
    {"source", "ID", "whose request, when several have used its id"},
    {"at", "TIME", "days left then (now)"},
    {NULL, NULL, NULL},
};

// clang-format off
#define ANSWER_OPTIONS                                                                     \
    {"kind", "RIGHT,...", "only these of the rights asked for, as erase"},                 \
    {"at", "TIME", "when the person was told (now)"},                                      \
    {"source", "ID", "whose request, when several have used its id"},                      \
    {"feed", "ID", "the source to answer as (the one of the type dpo)"}
// clang-format on

static const struct ctl_option rights_read_options[] = {
    {"as", "RIGHT,...", "what the letter asks for, as object; or nothing"},
    {"at", "TIME", "when it was read (now)"},
    {"source", "ID", "whose request, when several have used its id"},
    {"feed", "ID", "the source to answer as (the one of the type dpo)"},
    {NULL, NULL, NULL},
};

static const struct ctl_option rights_extend_options[] = {
    {"reason", "TEXT", "why it takes longer, as the person was told"},
    ANSWER_OPTIONS,
    {NULL, NULL, NULL},
};

static const struct ctl_option rights_complete_options[] = {
    {"outcome", "WORD",
     "done (if none is given), lifted, referred, acknowledged (a complaint), "
     "identity_requested or identity_confirmed"},
    {"to", "CUSTOMER", "to whom it is referred: the customer whose data it is"},
    ANSWER_OPTIONS,
    {NULL, NULL, NULL},
};

static const struct ctl_option rights_refuse_options[] = {
    {"reason", "CODE", "which of the law's reasons; none: they are listed"},
    {"explanation", "TEXT", "as the person was told"},
    ANSWER_OPTIONS,
    {NULL, NULL, NULL},
};

const struct command rights_commands[] = {
    {"list", "", 0, 0, "requests that wait for an answer, overdue first", rights_list_run,
     rights_list_options, NULL},
    {"show", "REQUEST", 1, 1, "one with all that was asked and answered", rights_show_run,
     rights_show_options, NULL},
    {"read", "REQUEST", 1, 1, "say what a letter asks for that nothing recognised",
     rights_read_run, rights_read_options, NULL},
    {"extend", "REQUEST", 1, 1, "two months more, told within the first",
     rights_extend_run, rights_extend_options, NULL},
    {"complete", "REQUEST", 1, 1, "it is done, or passed on", rights_complete_run,
     rights_complete_options, NULL},
    {"refuse", "REQUEST", 1, 1, "refuse it, with the way to complain", rights_refuse_run,
     rights_refuse_options, NULL},
    {0},
};

// clang-format off
#define TOLD_OPTIONS                                                                       \
    WHO_OPTIONS,                                                                           \
    {"controller", "ID,...", "which companies (all, where somebody says no)"},             \
    {"purpose", "ID,...", "what for (everything promotional, and sale and rental)"},       \
    {"channel", "WORD,...", "by which channels (all)"},                                    \
    {"via", "WORD", "how it was said: telephone, letter, in_person or email"},             \
    {"words", "TEXT", "the person's own words"},                                           \
    {"language", "TAG", "the language of these words"},                                    \
    {"reference", "TEXT", "the number of the letter, call or ticket"},                     \
    {"at", "TIME", "when the person said it (now)"},                                       \
    {"feed", "ID", "the source to write as (the one of the type dpo)"},                    \
    {"dry-run", NULL, "show the event, and send nothing"}
// clang-format on

static const struct ctl_option told_options[] = {
    TOLD_OPTIONS,
    {"policy", "ID", "consent: the policy that was shown or read out"},
    {"policy-version", "VERSION", "consent: which version of it"},
    {NULL, NULL, NULL},
};

const struct command optout_commands[] = {
    {"record", "", 0, 0, "write down that somebody wants no more of something",
     optout_record_run, told_options, NULL},
    {0},
};

const struct command consent_commands[] = {
    {"record", "", 0, 0, "write down a consent given by telephone, letter or in person",
     consent_record_run, told_options, NULL},
    {0},
};

const struct command withdraw_commands[] = {
    {"record", "", 0, 0, "write down that somebody takes a consent back",
     withdraw_record_run, told_options, NULL},
    {0},
};

static const struct ctl_option retention_due_options[] = {
    {"before", "DATE", "whatever must go, or be looked at, before that day"},
    {"row", "ID", "of this row only, as R06"},
    {"at", "TIME", "by the rows in force then (now)"},
    {"known", "TIME", "as it was known then (now)"},
    {NULL, NULL, NULL},
};

static const struct ctl_option retention_run_options[] = {
    {"before", "DATE", "what was due before that day"},
    {"row", "ID", "of this row only, as R12"},
    {"controller", "ID", "and of this controller only"},
    {"dry-run", NULL, "say what would go"},
    {"yes", NULL, "erase it"},
    {"by", "NAME", "who has it done, for the certificate"},
    {NULL, NULL, NULL},
};

static const struct ctl_option hold_add_options[] = {
    {"matter", "NAME", "what it is for, as a case's number"},
    {"reason", "TEXT", "why"},
    {"by", "NAME", "who says so"},
    {"email", "ADDRESS", "of this contact (of everybody)"},
    {"phone", "NUMBER", "of this contact"},
    {"country", "CC", "for a phone number without a country code"},
    {"controller", "ID", "of this controller only (of all)"},
    {"row", "ID", "of this row only, as R12 (of all)"},
    {NULL, NULL, NULL},
};

static const struct ctl_option hold_list_options[] = {
    {"all", NULL, "also those that were lifted"},
    {NULL, NULL, NULL},
};

static const struct ctl_option hold_lift_options[] = {
    {"matter", "NAME", "every hold of this matter"},
    {"by", "NAME", "who lifts it"},
    {NULL, NULL, NULL},
};

static const struct command hold_commands[] = {
    {"add", "", 0, 0, "let nothing be erased of a contact, or for a matter", hold_add_run,
     hold_add_options, NULL},
    {"list", "", 0, 0, "the holds in force", hold_list_run, hold_list_options, NULL},
    {"lift", "NUMBER", 0, 1, "end a hold, or all of a matter", hold_lift_run,
     hold_lift_options, NULL},
    {0},
};

static const struct ctl_option deletion_list_options[] = {
    {"system", "RECIPIENT", "of this system (of all)"},
    {"all", NULL, "with --json: also those that are done"},
    {NULL, NULL, NULL},
};

static const struct ctl_option deletion_done_options[] = {
    {"by", "NAME", "who says so"},
    {NULL, NULL, NULL},
};

const struct command deletion_commands[] = {
    {"list", "", 0, 0, "orders to erase that other systems have not answered",
     deletion_list_run, deletion_list_options, NULL},
    {"done", "ORDER...", 1, -1, "a system has told us so by other ways",
     deletion_done_run, deletion_done_options, NULL},
    {0},
};

const struct command retention_commands[] = {
    {"due", "", 0, 0, "data whose time ends, by contact and row", retention_due_run,
     retention_due_options, NULL},
    {"run", "", 0, 0, "erase what is due, row by row, with certificates",
     retention_run_run, retention_run_options, NULL},
    {"hold", "", 0, 0, "what must not be erased meanwhile", NULL, NULL, hold_commands},
    {0},
};
