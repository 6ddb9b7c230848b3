#include "help.h"

#include "base/manual.h"

#include <stdio.h>

const struct ctl_option ctl_options_everywhere[] = {
    {"config", "FILE", "settings, one 'name = value' a line"},
    {"schemas", "DIR", "the directory with sql/ and register/"},
    {"why", "TEXT", "what a look-up of somebody is for; it is written down with it"},
    {"json", NULL, "the answer as JSON on standard output"},
    {"help", NULL, "this text, or that of a command"},
    {"version", NULL, "which release this is"},
    {NULL, NULL, NULL},
};

static const struct command *above_of(const struct command *command)
{
    for (const struct command *c = ctl_commands; c->name != NULL; c++)
        for (const struct command *s = c->subs; s != NULL && s->name != NULL; s++)
            if (s == command)
                return c;
    return NULL;
}

const char *command_path(const struct command *command, char ret[CTL_PATH_BYTES])
{
    const struct command *above = above_of(command);

    snprintf(ret, CTL_PATH_BYTES, "%s%s%s", above != NULL ? above->name : "",
             above != NULL ? " " : "", command->name);
    return ret;
}

/* --- as text --- */

static void tree_print(const struct command *subs, const char *above)
{
    for (const struct command *c = subs; c->name != NULL; c++) {
        char line[128];

        if (c->subs != NULL) {
            tree_print(c->subs, c->name);
            continue;
        }
        snprintf(line, sizeof(line), "%s%s%s %s", above, above[0] ? " " : "", c->name,
                 c->args);
        printf("  %-36s %s\n", line, c->help);
    }
}

static void options_print(const struct ctl_option *options)
{
    for (const struct ctl_option *o = options; o != NULL && o->name != NULL; o++) {
        char line[64];

        snprintf(line, sizeof(line), "--%s %s", o->name, o->value ? o->value : "");
        printf("  %-36s %s\n", line, o->help);
    }
}

static void examples_print(const char *path)
{
    size_t n;
    const char *const *lines = examples_of(path, &n);

    if (n > 0)
        puts(n > 1 ? "\nExamples:" : "\nExample:");
    for (size_t i = 0; i < n; i++)
        printf("  consentctl %s\n", lines[i]);
}

static void all_print(void)
{
    puts("consentctl COMMAND ... operates consentmq.\n\nCommands:");
    tree_print(ctl_commands, "");
    puts("\n\"consentctl help COMMAND\" shows its options, and examples.\n\nEverywhere:");
    options_print(ctl_options_everywhere);
    putchar('\n');
    conf_print_help(ctl_keys, ctl_keys_n);
    puts("\nExit codes: 0 done, 1 failed, 2 wrong usage or configuration,\n"
         "            130 stopped by ^C.");
}

void help_print(const struct command *command)
{
    char path[CTL_PATH_BYTES];

    if (command == NULL) {
        all_print();
        return;
    }
    if (command->subs != NULL) {
        printf("consentctl %s: %s\n\n", command->name, command->help);
        tree_print(command->subs, command->name);
        return;
    }
    printf("consentctl %s %s\n\n  %s\n\n", command_path(command, path), command->args,
           command->help);
    options_print(command->options);
    options_print(ctl_options_everywhere);
    examples_print(path);
}

/* --- as a man page --- */

static void options_manual(const struct ctl_option *options)
{
    for (const struct ctl_option *o = options; o != NULL && o->name != NULL; o++)
        manual_option(o->name, o->value, o->help);
}

static void tree_manual(const struct command *subs)
{
    for (const struct command *c = subs; c->name != NULL; c++) {
        char path[CTL_PATH_BYTES], title[CTL_PATH_BYTES + 32];
        const char *const *lines;
        size_t n;

        if (c->subs != NULL) {
            tree_manual(c->subs);
            continue;
        }
        snprintf(title, sizeof(title), "%s %s", command_path(c, path), c->args);
        manual_subheading(title);
        manual_text(c->help);
        options_manual(c->options);
        lines = examples_of(path, &n);
        for (size_t i = 0; i < n; i++)
            manual_typed("consentctl", lines[i]);
    }
}

void help_manual(void)
{
    manual_begin("consentctl", 1, "operates consentmq");
    manual_heading("SYNOPSIS");
    manual_text("consentctl COMMAND [OPTION]... [ARGUMENT]...");
    manual_heading("DESCRIPTION");
    manual_text(
        "Asks and operates consentmq, the service for consent and opt-outs. Where "
        "a contact\nis asked for, \"-\" reads it from standard input, so that no "
        "address stands in a\nlist of processes.");
    manual_heading("OPTIONS EVERYWHERE");
    options_manual(ctl_options_everywhere);
    manual_heading("COMMANDS");
    tree_manual(ctl_commands);
    manual_settings(ctl_keys, ctl_keys_n);
    manual_heading("EXIT STATUS");
    manual_text("0 done, 1 failed, 2 wrong usage or configuration, 130 stopped by ^C.");
    manual_heading("SEE ALSO");
    manual_text("consent-ingest(8), consent-publish(8), consent-keeper(8), "
                "consent-lookup(8), consent-gateway(8)");
}
