#include "help.h"

#include <stdio.h>

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

static const struct command *above_of(const struct command *command)
{
    for (const struct command *c = ctl_commands; c->name != NULL; c++)
        for (const struct command *s = c->subs; s != NULL && s->name != NULL; s++)
            if (s == command)
                return c;
    return NULL;
}

static void common_print(void)
{
    static const struct ctl_option common[] = {
        {"config", "FILE", "settings, one 'name = value' a line"},
        {"schemas", "DIR", "the directory with sql/ and register/"},
        {"json", NULL, "the answer as JSON on standard output"},
        {"help", NULL, "this text, or that of a command"},
        {NULL, NULL, NULL},
    };

    options_print(common);
}

void help_print(const struct command *command)
{
    if (command == NULL) {
        puts("consentctl COMMAND ... operates consentmq.\n\nCommands:");
        tree_print(ctl_commands, "");
        puts("\nEverywhere:");
        common_print();
        putchar('\n');
        conf_print_help(ctl_keys, ctl_keys_n);
        puts("\n\nExit codes: 0 done, 1 failed, 2 wrong usage or configuration.");
        return;
    }
    if (command->subs != NULL) {
        printf("consentctl %s: %s\n\n", command->name, command->help);
        tree_print(command->subs, command->name);
        return;
    }
    const struct command *above = above_of(command);

    printf("consentctl %s%s%s %s\n\n  %s\n\n", above ? above->name : "", above ? " " : "",
           command->name, command->args, command->help);
    options_print(command->options);
    common_print();
}
