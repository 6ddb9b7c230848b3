/* That nothing was changed afterwards. */
#include "commands.h"

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
    {"archive", "DIR", "read what has left the database there (archive_dir)"},
    {"output", "FILE", "where to (standard output)"},
    {NULL, NULL, NULL},
};

static const struct ctl_option proof_entries_options[] = {
    {"size", "N", "of the first so many leaves, as a checkpoint has them (all)"},
    {"archive", "DIR", "read what has left the database there (archive_dir)"},
    {"output", "FILE", "where to (standard output)"},
    {NULL, NULL, NULL},
};

static const struct ctl_option proof_growth_options[] = {
    {"from", "N", "leaves that the earlier checkpoint has"},
    {"to", "N", "leaves that the later one has (the last)"},
    {"output", "FILE", "where to (standard output)"},
    {NULL, NULL, NULL},
};

const struct command proof_commands[] = {
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
