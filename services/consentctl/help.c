#include "help.h"

#include "base/manual.h"

#include <stdio.h>
#include <string.h>

const struct ctl_option ctl_options_everywhere[] = {
    {"config", "FILE", "settings, one 'name = value' a line"},
    {"schemas", "DIR", "the directory with sql/ and register/"},
    {"why", "TEXT",
     "what it is for: written down with a look-up of somebody, and with a change of the "
     "register"},
    {"json", NULL, "the answer as JSON on standard output"},
    {"help", NULL, "this text, or that of a command"},
    {"version", NULL, "which release this is"},
    {NULL, NULL, NULL},
};

/* The words down to it, each with a blank behind, in ret; false: it is not below. */
static bool path_find(const struct command *below, const struct command *command,
                      size_t at, char ret[CTL_PATH_BYTES])
{
    for (const struct command *c = below; c != NULL && c->name != NULL; c++) {
        const size_t n = at + strlen(c->name) + 1;

        if (n >= CTL_PATH_BYTES)
            continue;
        snprintf(ret + at, CTL_PATH_BYTES - at, "%s ", c->name);
        if (c == command || path_find(c->subs, command, n, ret))
            return true;
    }
    return false;
}

const char *command_path(const struct command *command, char ret[CTL_PATH_BYTES])
{
    ret[0] = '\0';
    if (path_find(ctl_commands, command, 0, ret))
        ret[strlen(ret) - 1] = '\0';
    return ret;
}

/* --- as text --- */

static void tree_print(const struct command *subs)
{
    for (const struct command *c = subs; c->name != NULL; c++) {
        char path[CTL_PATH_BYTES], line[128];

        if (c->subs != NULL) {
            tree_print(c->subs);
            continue;
        }
        snprintf(line, sizeof(line), "%s %s", command_path(c, path), c->args);
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
    tree_print(ctl_commands);
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
        printf("consentctl %s: %s\n\n", command_path(command, path), command->help);
        tree_print(command->subs);
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
