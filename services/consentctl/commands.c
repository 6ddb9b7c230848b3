/* commands.c - the tree, and the commands without a second word; the others stand in the
 * commands.c of their subjects. A new command is a line there and its function in
 * commands.h. */
#include "commands.h"

const struct ctl_option no_options[] = {{NULL, NULL, NULL}};

static const struct ctl_option migrate_options[] = {
    {"dry-run", NULL, "say what would be applied, and change nothing"},
    {"status", NULL, "every migration: applied when and by whom, missing, changed"},
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

static const struct ctl_option reseal_options[] = {
    {"dry-run", NULL, "only count what is under which version of the key"},
    {NULL, NULL, NULL},
};

static const struct ctl_option archive_run_options[] = {
    {"dir", "DIR", "where to (archive_dir of the settings)"},
    {"dry-run", NULL, "only say what would leave, and what waits"},
    {NULL, NULL, NULL},
};

static const struct ctl_option archive_check_options[] = {
    {"dir", "DIR", "where they are (archive_dir of the settings)"},
    {NULL, NULL, NULL},
};

static const struct ctl_option archive_find_options[] = {
    {"dir", "DIR", "where they are (archive_dir of the settings)"},
    {"contact", "KEY", "whose, as the database knows it (trace prints it)"},
    {NULL, NULL, NULL},
};

static const struct command archive_commands[] = {
    {"run", "", 0, 0, "what is old enough leaves the database as files", archive_run,
     archive_run_options, NULL},
    {"list", "", 0, 0, "what has left", archive_list_run, no_options, NULL},
    {"check", "", 0, 0, "read every file, from beginning to end", archive_check_run,
     archive_check_options, NULL},
    {"find", "", 0, 0, "words of lists, look-ups and scrubs about a contact",
     archive_find_run, archive_find_options, NULL},
    {"show", "FILE", 1, 1, "its lines; what events said stays sealed", archive_show_run,
     archive_check_options, NULL},
    {0},
};

static const struct ctl_option rekey_options[] = {
    {"dry-run", NULL, "say how many there are, and change nothing"},
    {NULL, NULL, NULL},
};

static const struct ctl_option restored_options[] = {
    {"dry-run", NULL, "only say what would be done"},
    {"reason", "TEXT", "why, for the record"},
    {0},
};

static const struct ctl_option repair_options[] = {
    {"repair", NULL, "have the contacts that differ published again"},
    {NULL, NULL, NULL},
};

static const struct ctl_option decide_options[] = {
    WHO_OPTIONS,
    {"controller", "ID", "who wants to write, as sectigo-limited"},
    {"purpose", "ID", "what for, as marketing.promotional; *promotional: any of them"},
    {"channel", "WORD", "email, phone, sms, post, web or social"},
    {"at", "TIME", "the answer for that time (now)"},
    {"known", "TIME", "with what was known then (now)"},
    {"explain", NULL, "the rules tried, in order"},
    {"compare", NULL, "beside it: as known at that time (or --known), and in fact"},
    {NULL, NULL, NULL},
};

#define ARCHIVE_OPTION                                                                   \
    {                                                                                    \
        "archive", "DIR", "read what has left the database there (archive_dir)"          \
    }

static const struct ctl_option trace_options[] = {
    WHO_OPTIONS,
    {"known", "TIME", "what was known then (now)"},
    ARCHIVE_OPTION,
    {NULL, NULL, NULL},
};

static const struct ctl_option record_options[] = {
    WHO_OPTIONS,
    {"source", "ID", "whose event it is, when several have one of this id"},
    {"format", "WORD", "27560 (ISO/IEC TS 27560:2023) or kantara (1.1)"},
    {"output", "FILE", "a new file (standard output)"},
    {NULL, NULL, NULL},
};

static const struct ctl_option evidence_options[] = {
    WHO_OPTIONS,
    {"from", "TIME", "events that became known since (all of them)"},
    {"to", "TIME", "and before (now)"},
    {"key", "FILE", "the log's key, to sign the manifest (it is not signed)"},
    ARCHIVE_OPTION,
    {"language", "TAG", "of the first page: en, fr, de, es, it, nl, pt, sv, da (en)"},
    {"output", "FILE", "where to: case.zip"},
    {NULL, NULL, NULL},
};

static const struct ctl_option export_options[] = {
    WHO_OPTIONS,
    {"output", "FILE", "a new file (standard output)"},
    {NULL, NULL, NULL},
};

static const struct ctl_option whatif_options[] = {
    {"register", "FILE...", "judge by this register file in place of the one in force"},
    {"window", "NAME=VALUE...", "judge by this window, e.g. art14=P2M"},
    {"list", "LIST", "look at this list only"},
    {"at", "TIME", "judge at that time (now)"},
    {"examples", "N", "show up to N contact keys of each change (3)"},
    {NULL, NULL, NULL},
};

static const struct ctl_option event_check_options[] = {
    {"source", "ID", "whose feed they would go to (the one that each event names)"},
    {NULL, NULL, NULL},
};

static const struct command event_commands[] = {
    {"check", "FILE", 1, 1,
     "say what would become of an event, a batch, or one a line; -: standard input",
     event_check_run, event_check_options, NULL},
    {0},
};

static const struct ctl_option import_options[] = {
    {"source", "ID", "whose feed they go to"},
    {"format", "WORD",
     "events (if none is given), plain, ses, sendgrid, mailgun, postmark, sparkpost, "
     "mailchimp, brevo, hubspot, listmonk, mautic, activecampaign, hashed, drop, dnc, "
     "tps, bloctel or "
     "robinson"},
    {"column", "NAME[=WORD]...",
     "which column is what: contact (if no word is given), email, phone, email-hash, "
     "phone-hash, hash, kind, time, status, reason, optout, optin, nosale, "
     "notracking, channel, country, "
     "area, - "
     "(none)"},
    {"sheet", "NAME", "of a workbook: which sheet (the only one that has rows)"},
    {"time-column", "NAME|-", "when a row was said (as it tells); -: the file's time"},
    {"country", "CC", "whose plan numbers follow that have no +"},
    {"dates", "WORD", "how 05/06/2024 is read: dmy or mdy (as the file tells)"},
    {"encoding", "WORD", "utf-8, windows-1251, shift_jis, gb18030 ... (as it tells)"},
    {"profile", "WORD",
     "of hashes: sha256-hex, md5-hex, sha1-hex, sha512-hex, uid2-b64, drop-b64, "
     "google-sha256 or meta-sha256"},
    {"kind", "WORD", "what is hashed where no name tells: email or phone (email)"},
    {"status-file", "OUT",
     "drop: the answer, Id and Status of each row; of a ZIP a folder"},
    {"controller", "ID", "whose mail it was about (the default controller)"},
    {"as", "WORD",
     "what its rows are: unsubscribe, complaint, bounce or block (as it tells)"},
    {"at", "TIME", "when a row was said that gives no time (the time of the file)"},
    {"batch", "NAME", "the batch's name (that of the file, or its format and digest)"},
    {"dry-run", NULL, "send nothing, and show what would come of it"},
    {NULL, NULL, NULL},
};

static const struct ctl_option erase_options[] = {
    {"email", "ADDRESS", "whose data"},
    {"phone", "NUMBER", "whose data"},
    {"country", "CC", "for a phone number without a country code"},
    {"yes", NULL, "erase it (without: say what would go and what stays)"},
    {"dry-run", NULL, "change nothing, and count what would go (as without --yes)"},
    {"as-asked", NULL, "and as if the person's request to erase were granted now"},
    {"by", "NAME", "who has it done, for the certificate"},
    {"history", NULL, "only what has been erased before, with its certificates"},
    {NULL, NULL, NULL},
};

static const struct ctl_option doctor_options[] = {
    {"watch", NULL, "look again every five seconds, until ^C"},
    {NULL, NULL, NULL},
};

const struct command ctl_commands[] = {
    {"migrate", "", 0, 0, "bring the database's tables up to date", migrate_run,
     migrate_options, NULL},
    {"register", "", 0, 0, "policy as data: controllers, purposes, sources, lists", NULL,
     NULL, register_commands},
    {"feed", "", 0, 0, "where sources send their events", NULL, NULL, feed_commands},
    {"list", "", 0, 0, "what mailing systems subscribe to", NULL, NULL, list_commands},
    {"decide", "", 0, 0, "may this message be sent to this contact, and why", decide_run,
     decide_options, NULL},
    {"trace", "", 0, 0, "everything about a contact: where from, and what it did",
     trace_run, trace_options, NULL},
    {"record", "[EVENT_ID]", 0, 1, "what a person has consented to, for them to keep",
     record_run, record_options, NULL},
    {"evidence", "", 0, 0, "a case about a contact, with proofs, as one ZIP file",
     evidence_run, evidence_options, NULL},
    {"export", "", 0, 0, "everything held about a contact, for whoever asks for it",
     export_run, export_options, NULL},
    {"agreement", "", 0, 0, "what partners promised, and its end", NULL, NULL,
     agreement_commands},
    {"report", "", 0, 0, "on the sources", NULL, NULL, report_commands},
    {"whatif", "", 0, 0, "what another register or window would change on the lists",
     whatif_run, whatif_options, NULL},
    {"quarantine", "", 0, 0, "events that cannot be used as they are", NULL, NULL,
     quarantine_commands},
    {"event", "", 0, 0, "before it is sent", NULL, NULL, event_commands},
    {"import", "FILE", 1, 1, "send a file of events, or of opt-outs, to a feed",
     import_run, import_options, NULL},
    {"optout", "", 0, 0, "what was told at a desk", NULL, NULL, optout_commands},
    {"consent", "", 0, 0, "what was told at a desk", NULL, NULL, consent_commands},
    {"withdraw", "", 0, 0, "what was told at a desk", NULL, NULL, withdraw_commands},
    {"rights", "", 0, 0, "what persons ask for, and the answers", NULL, NULL,
     rights_commands},
    {"deletion", "", 0, 0, "orders to other systems to erase, and their answers", NULL,
     NULL, deletion_commands},
    {"erase", "", 0, 0, "forget a contact, as far as nothing keeps it", erase_run,
     erase_options, NULL},
    {"retention", "", 0, 0, "until when data may be kept", NULL, NULL,
     retention_commands},
    {"rebuild", "", 0, 0, "recompute every list entry from the facts, report differences",
     rebuild_run, repair_options, NULL},
    {"archive", "", 0, 0, "what is old, outside the database", NULL, NULL,
     archive_commands},
    {"reseal", "", 0, 0,
     "seal under the current key what is plain, or under a former one", reseal_run,
     reseal_options, NULL},
    {"rekey", "", 0, 0, "tie contacts whose spelling changed with our normalisation",
     rekey_run, rekey_options, NULL},
    {"proof", "", 0, 0, "that nothing was changed afterwards", NULL, NULL,
     proof_commands},
    {"restored", "", 0, 0, "what a database needs that was restored to an earlier time",
     restored_run, restored_options, NULL},
    {"ready", "[HOST:]PORT", 1, 1, "is the program whose metrics are there able to work?",
     ready_run, NULL, NULL},
    {"doctor", "", 0, 0, "check everything around us, and say what to fix", doctor_run,
     doctor_options, NULL},
    {"token", "", 0, 0, "who may ask consent-lookup", NULL, NULL, token_commands},
    {"webhook", "", 0, 0, "partners' servers that are told", NULL, NULL,
     webhook_commands},
    {"key", "", 0, 0, "new keys, beside those that are there", NULL, NULL, key_commands},
    {"link", "", 0, 0, "links that opt out, or confirm", NULL, NULL, link_commands},
    {"completion", "SHELL", 1, 1,
     "what bash or zsh need to finish a line of this program", completion_run, no_options,
     NULL},
    {0},
};
