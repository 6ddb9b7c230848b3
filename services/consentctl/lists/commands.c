/* Feeds and lists: their commands and options. */
#include "commands.h"

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

const struct command feed_commands[] = {
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
    {"sheet", "NAME", "of a workbook: which sheet (the only one that has rows)"},
    {"output", "FILE", "where to (-, standard output); it appears when it is whole"},
    {NULL, NULL, NULL},
};

static const struct ctl_option list_diff_options[] = {
    {"snapshot", "PATH", "a manifest, or a directory with some: its snapshot as well"},
    {"repair", NULL, "have the contacts that differ published again"},
    {NULL, NULL, NULL},
};

const struct command list_commands[] = {
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
