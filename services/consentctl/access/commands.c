/* Who may ask, and who is told: tokens, webhooks and links. */
#include "commands.h"

static const struct ctl_option token_create_options[] = {
    {"role", "ROLE", "mailing, reseller, source, dpo, auditor or operator"},
    {"source", "SOURCE", "reseller: whose contacts it may see"},
    {"recipient", "RECIPIENT", "mailing: whose lists it may see"},
    {"budget", "N", "distinct contacts a day, or none (by role)"},
    {"expires", "TIME", "until when it is valid (until revoked)"},
    {"note", "TEXT", "for the list of tokens: who has it"},
    {NULL, NULL, NULL},
};

const struct command token_commands[] = {
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

const struct command webhook_commands[] = {
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

const struct command link_commands[] = {
    {"create", "", 0, 0, "make the link that opts a contact out, or confirms",
     link_create_run, link_create_options, NULL},
    {"show", "LINK", 1, 1, "what a link says; it names a person", link_show_run,
     no_options, NULL},
    {"revoke", "LINK", 0, 1, "a link, or a key, that is in wrong hands", link_revoke_run,
     link_revoke_options, NULL},
    {0},
};

static const struct ctl_option key_contact_options[] = {
    {"change", NULL, "new contacts get their keys from contact_secret_file from now on"},
    {"dry-run", NULL, "only say whether every program knows it"},
    {NULL, NULL, NULL},
};

const struct command key_commands[] = {
    {"contact", "", 0, 0, "a new contact secret, and the change to it", key_contact_run,
     key_contact_options, NULL},
    {"link", "SYSTEM", 1, 1, "a key for its opt-out links, from now on the newest",
     key_link_run, no_options, NULL},
    {"recipient", "NAME", 1, 1, "a key for a recipient's tokens", key_recipient_run,
     no_options, NULL},
    {"seal", "", 0, 0, "the next version of the sealing key", key_seal_run, no_options,
     NULL},
    {0},
};
