/* commands.c - the tree: a new command is a line here and its function in commands.h. */
#include "commands.h"

static const struct ctl_option no_options[] = {{NULL, NULL, NULL}};

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

static const struct ctl_option feed_create_options[] = {
    {"all", NULL, "every source of the register"},
    {"partitions", "N", "of a feed that is made now (4)"},
    {"print-acls", "FORM",
     "make nothing; say who needs which rights in Kafka, for kafka-acls "
     "or strimzi; with --all of programs and lists, too"},
    {NULL, NULL, NULL},
};

static const struct ctl_option list_create_options[] = {
    {"all", NULL, "every list of the register"},
    {NULL, NULL, NULL},
};

static const struct ctl_option feed_reset_options[] = {
    {"from", "WHERE", "beginning or end of what the topic holds now"},
    {"partition", "N", "this one alone (all of them)"},
    {"reason", "TEXT", "why, for whoever asks later"},
    {NULL, NULL, NULL},
};

static const struct ctl_option feed_gaps_options[] = {
    {"all", NULL, "also those that are acknowledged"},
    {NULL, NULL, NULL},
};

static const struct ctl_option feed_acknowledge_options[] = {
    {"reason", "TEXT", "what was found"},
    {NULL, NULL, NULL},
};

static const struct command feed_commands[] = {
    {"create", "SOURCE...", 0, -1, "make the topics feed.SOURCE and receipts.SOURCE",
     feed_create_run, feed_create_options, NULL},
    {"reset", "SOURCE", 1, 1, "say where ingest goes on reading a feed", feed_reset_run,
     feed_reset_options, NULL},
    {"gaps", "", 0, 0, "records that were gone before they were read", feed_gaps_run,
     feed_gaps_options, NULL},
    {"acknowledge", "GAP...", 1, -1, "somebody has looked at a gap: no alert any more",
     feed_acknowledge_run, feed_acknowledge_options, NULL},
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

static const struct ctl_option proof_key_options[] = {
    {"name", "NAME", "of the log, such as consent.example; for a witness its own"},
    {"output", "FILE", "where the private key goes; the public one is printed"},
    {"witness", NULL, "a key that co-signs (consent-witness)"},
    {NULL, NULL, NULL},
};

static const struct ctl_option proof_event_options[] = {
    {"quarantine", NULL, "the number is of a row in quarantine"},
    {"source", "S", "all that became of one record of this feed, or the gap it is in"},
    {"partition", "N", "of the feed (0)"},
    {"offset", "N", "of the record"},
    {"output", "FILE", "where to (standard output)"},
    {NULL, NULL, NULL},
};

static const struct ctl_option proof_output_options[] = {
    {"output", "FILE", "where to (standard output)"},
    {NULL, NULL, NULL},
};

static const struct ctl_option proof_entries_options[] = {
    {"size", "N", "of the first so many leaves, as a checkpoint has them (all)"},
    {"output", "FILE", "where to (standard output)"},
    {NULL, NULL, NULL},
};

static const struct ctl_option proof_growth_options[] = {
    {"from", "N", "leaves that the earlier checkpoint has"},
    {"to", "N", "leaves that the later one has (the last)"},
    {"output", "FILE", "where to (standard output)"},
    {NULL, NULL, NULL},
};

static const struct command proof_commands[] = {
    {"key", "", 0, 0, "make the key that signs the logs, or a witness's", proof_key_run,
     proof_key_options, NULL},
    {"event", "[LEDGER_ID]", 0, 1, "that an event is in the log, or a gap where none is",
     proof_event_run, proof_event_options, NULL},
    {"list", "LIST VERSION", 2, 2, "that a list has said this", proof_list_run,
     proof_output_options, NULL},
    {"audit", "NUMBER", 1, 1, "that a look-up was made", proof_audit_run,
     proof_output_options, NULL},
    {"growth", "LOG", 1, 1, "that a log (events, lists, lookups) only grew",
     proof_growth_run, proof_growth_options, NULL},
    {"entries", "LOG", 1, 1, "what the tables give today, for verify.py to compare",
     proof_entries_run, proof_entries_options, NULL},
    {"tiles", "DIR", 1, 1, "all three logs as files, for verify.py or a web server",
     proof_tiles_run, no_options, NULL},
    {0},
};

static const struct ctl_option repair_options[] = {
    {"repair", NULL, "have the contacts that differ published again"},
    {NULL, NULL, NULL},
};

static const struct ctl_option list_snapshot_options[] = {
    {"all", NULL, "every list of the register"},
    {"dir", "DIR", "where to (snapshot_dir of the settings, or here)"},
    {"format", "FORMAT", "csv, ndjson or plain (csv)"},
    {"compress", "METHOD", "none, gzip or zstd (none)"},
    {NULL, NULL, NULL},
};

static const struct ctl_option list_filter_options[] = {
    {"output", "FILE", "where to; it is replaced when the new one is whole"},
    {NULL, NULL, NULL},
};

static const struct ctl_option list_scrub_options[] = {
    {"column", "NAME|N",
     "which column, or member, names the contact (found by its name)"},
    {"header", NULL, "with --column N: the first line has the columns' names"},
    {"tokens", NULL, "it holds the list's tokens, no addresses"},
    {"format", "WORD", "csv, ndjson or plain (by the file's name; else csv)"},
    {"country", "CC", "whose plan numbers follow that have no +"},
    {"output", "FILE", "where to (-, standard output); it appears when it is whole"},
    {NULL, NULL, NULL},
};

static const struct ctl_option list_diff_options[] = {
    {"snapshot", "PATH", "a manifest, or a directory with some: its snapshot as well"},
    {"repair", NULL, "have the contacts that differ published again"},
    {NULL, NULL, NULL},
};

static const struct command list_commands[] = {
    {"show", "LIST...", 0, -1, "what stands on them, and whether all keeps up",
     list_show_run, NULL, NULL},
    {"create", "LIST...", 0, -1, "make the topic suppression.LIST", list_create_run,
     list_create_options, NULL},
    {"diff", "LIST", 1, 1, "facts, table, topic, snapshot and acknowledgement",
     list_diff_run, list_diff_options, NULL},
    {"snapshot", "LIST...", 0, -1, "the whole list as a file, with a manifest",
     list_snapshot_run, list_snapshot_options, NULL},
    {"verify", "MANIFEST...", 1, -1, "is a snapshot's file what its manifest says?",
     list_verify_run, NULL, NULL},
    {"scrub", "LIST FILE", 2, 2, "a mailing list with a verdict on each line",
     list_scrub_run, list_scrub_options, NULL},
    {"filter", "LIST", 1, 1, "who is on it, as a file for mailing programs to ask",
     list_filter_run, list_filter_options, NULL},
    {0},
};

// clang-format off
#define WHO_OPTIONS                                                                        \
    {"email", "ADDRESS", "whom: an e-mail address; -: read from standard input"},                                       \
    {"phone", "NUMBER", "whom: a telephone number; -: read from standard input"},                                       \
    {"country", "CC", "whose plan the number follows, when it has no +"}
// clang-format on

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

static const struct command agreement_commands[] = {
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

static const struct command report_commands[] = {
    {"late", "", 0, 0, "denials that came late, and what was permitted meanwhile",
     report_late_run, report_options, NULL},
    {"quality", "", 0, 0, "what each source sent, and what it was worth",
     report_quality_run, report_options, NULL},
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

static const struct ctl_option quarantine_list_options[] = {
    {"source", "ID", "of this source only"},
    {"reason", "CODE", "for this reason only"},
    {"all", NULL, "also what was replayed or discarded"},
    {"after", "NUMBER", "go on behind this number"},
    {"limit", "N", "at most so many (100)"},
    {NULL, NULL, NULL},
};

static const struct ctl_option quarantine_settle_options[] = {
    {"reason", "TEXT", "why; a discard needs it"},
    {NULL, NULL, NULL},
};

static const struct command quarantine_commands[] = {
    {"list", "", 0, 0, "events that wait for a person", quarantine_list_run,
     quarantine_list_options, NULL},
    {"show", "NUMBER...", 1, -1, "one with its bytes", quarantine_show_run, NULL, NULL},
    {"replay", "NUMBER...", 1, -1, "send it in again, once its cause is fixed",
     quarantine_replay_run, quarantine_settle_options, NULL},
    {"discard", "NUMBER...", 1, -1, "settle it without effect", quarantine_discard_run,
     quarantine_settle_options, NULL},
    {0},
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
     "mailchimp, brevo, hubspot, listmonk, mautic, hashed, drop, dnc, tps, bloctel or "
     "robinson"},
    {"column", "NAME[=WORD]...",
     "which column is what: contact (if no word is given), email, phone, email-hash, "
     "phone-hash, hash, time, status, reason, optout, optin, country, area, - (none)"},
    {"time-column", "NAME|-", "when a row was said (as it tells); -: the file's time"},
    {"country", "CC", "whose plan numbers follow that have no +"},
    {"dates", "WORD", "how 05/06/2024 is read: dmy or mdy (as the file tells)"},
    {"encoding", "WORD", "utf-8, utf-16le, utf-16be or windows-1252 (as it tells)"},
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

static const struct command rights_commands[] = {
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

static const struct command optout_commands[] = {
    {"record", "", 0, 0, "write down that somebody wants no more of something",
     optout_record_run, told_options, NULL},
    {0},
};

static const struct command consent_commands[] = {
    {"record", "", 0, 0, "write down a consent given by telephone, letter or in person",
     consent_record_run, told_options, NULL},
    {0},
};

static const struct command withdraw_commands[] = {
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

static const struct command deletion_commands[] = {
    {"list", "", 0, 0, "orders to erase that other systems have not answered",
     deletion_list_run, deletion_list_options, NULL},
    {"done", "ORDER...", 1, -1, "a system has told us so by other ways",
     deletion_done_run, deletion_done_options, NULL},
    {0},
};

static const struct ctl_option erase_options[] = {
    {"email", "ADDRESS", "whose data"},
    {"phone", "NUMBER", "whose data"},
    {"country", "CC", "for a phone number without a country code"},
    {"yes", NULL, "erase it (without: say what would go and what stays)"},
    {"by", "NAME", "who has it done, for the certificate"},
    {"history", NULL, "only what has been erased before, with its certificates"},
    {NULL, NULL, NULL},
};

static const struct command retention_commands[] = {
    {"due", "", 0, 0, "data whose time ends, by contact and row", retention_due_run,
     retention_due_options, NULL},
    {"run", "", 0, 0, "erase what is due, row by row, with certificates",
     retention_run_run, retention_run_options, NULL},
    {"hold", "", 0, 0, "what must not be erased meanwhile", NULL, NULL, hold_commands},
    {0},
};

static const struct ctl_option doctor_options[] = {
    {"watch", NULL, "look again every five seconds, until ^C"},
    {NULL, NULL, NULL},
};

static const struct ctl_option token_create_options[] = {
    {"role", "ROLE", "mailing, reseller, source, dpo, auditor or operator"},
    {"source", "SOURCE", "reseller: whose contacts it may see"},
    {"recipient", "RECIPIENT", "mailing: whose lists it may see"},
    {"budget", "N", "distinct contacts a day, or none (by role)"},
    {"expires", "TIME", "until when it is valid (until revoked)"},
    {"note", "TEXT", "for the list of tokens: who has it"},
    {NULL, NULL, NULL},
};

static const struct command token_commands[] = {
    {"create", "", 0, 0, "make a token and show it, this once", token_create_run,
     token_create_options, NULL},
    {"list", "", 0, 0, "all tokens, without their secrets", token_list_run, no_options,
     NULL},
    {"activate", "ID", 1, 1, "the second person's word for a token that sees everybody",
     token_activate_run, no_options, NULL},
    {"revoke", "ID", 1, 1, "end a token, for ever", token_revoke_run, no_options, NULL},
    {0},
};

static const struct ctl_option webhook_resume_options[] = {
    {"from", "WHERE", "beginning: tell it everything again (from where it stopped)"},
    {NULL, NULL, NULL},
};

static const struct command webhook_commands[] = {
    {"list", "", 0, 0, "which there are, and how they do", webhook_list_run, no_options,
     NULL},
    {"resume", "WEBHOOK", 1, 1, "try a parked one again, at once", webhook_resume_run,
     webhook_resume_options, NULL},
    {0},
};

static const struct ctl_option link_create_options[] = {
    {"email", "ADDRESS", "whose link it is; -: read from standard input"},
    {"phone", "NUMBER", "the same for a telephone number, with its +"},
    {"controller", "ID", "in whose name the message is sent, as sectigo-limited"},
    {"purpose", "ID,...", "what it is about (everything promotional)"},
    {"channel", "WORD,...", "how it is sent (email)"},
    {"message", "ID", "its campaign, or the form behind a confirmation"},
    {"system", "NAME", "under whose newest key (the newest of all)"},
    {"confirm", NULL, "a link that confirms a consent"},
    {"statement", "TEXT", "confirm: the words agreed to"},
    {"language", "TAG", "confirm: their language"},
    {"policy", "ID", "confirm: the policy shown, as sectigo-privacy"},
    {"policy-version", "VERSION", "confirm: which version of it"},
    {"form-sha256", "HEX", "confirm: digest of the form as it was captured"},
    {"issued", "TIME", "when it was made, or the form sent (now)"},
    {"base", "URL", "print the whole URL, with /u/ after this"},
    {"envelope", NULL, "in its place what stands behind the + of an envelope's sender"},
    {NULL, NULL, NULL},
};

static const struct ctl_option link_revoke_options[] = {
    {"key", "NUMBER", "all links under that key, in place of one"},
    {"before", "TIME", "of these, those made before then (all)"},
    {"note", "TEXT", "why; name no person"},
    {NULL, NULL, NULL},
};

static const struct command link_commands[] = {
    {"create", "", 0, 0, "make the link that opts a contact out, or confirms",
     link_create_run, link_create_options, NULL},
    {"show", "LINK", 1, 1, "what a link says; it names a person", link_show_run,
     no_options, NULL},
    {"revoke", "LINK", 0, 1, "a link, or a key, that is in wrong hands", link_revoke_run,
     link_revoke_options, NULL},
    {0},
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
    {"link", "", 0, 0, "links that opt out, or confirm", NULL, NULL, link_commands},
    {"completion", "SHELL", 1, 1,
     "what bash or zsh need to finish a line of this program", completion_run, no_options,
     NULL},
    {0},
};
