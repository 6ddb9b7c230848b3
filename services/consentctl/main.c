/* main.c - the command line: find the command, read its options, run it. */
#include "ctl.h"
#include "help.h"
#include "shown.h"

#include "base/nearest.h"
#include "base/stop.h"
#include "base/version.h"
#include "codec/codec.h"
#include "vault/vault.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

static const struct command *sub_find(const struct command *subs, const char *word)
{
    for (const struct command *c = subs; c != NULL && c->name != NULL; c++)
        if (strcmp(c->name, word) == 0)
            return c;
    return NULL;
}

/* Of that name, anywhere below. */
static const struct command *anywhere(const struct command *subs, const char *word)
{
    const struct command *found = sub_find(subs, word);

    for (const struct command *c = subs; found == NULL && c->name != NULL; c++)
        if (c->subs != NULL)
            found = anywhere(c->subs, word);
    return found;
}

/* Mistyped; or of a group that has few others; or it stands in a group. */
static int no_command(const struct command *subs, const char *word)
{
    const struct command *other = anywhere(ctl_commands, word);
    char text[160] = "";
    struct nearest near = {0};

    for (const struct command *c = subs; c->name != NULL; c++) {
        const size_t at = strlen(text);

        nearest_look(&near, word, c->name);
        if (at + strlen(c->name) + 3 < sizeof(text))
            snprintf(text + at, sizeof(text) - at, "%s%s", at > 0 ? ", " : "", c->name);
    }
    if (near.name == NULL && subs != ctl_commands)
        return ctl_wrong("there is no command '%s' here: %s", word, text);
    if (near.name == NULL && other != NULL)
        near.name = command_path(other, text);
    if (near.name != NULL)
        return ctl_wrong("there is no command '%s'; did you mean '%s'?", word, near.name);
    return ctl_wrong("there is no command '%s'; --help shows what there is", word);
}

/* --- options --- */

struct line {
    struct ctl *ctl;
    const char *config;
    const char *schemas;
    bool help;
    bool version;
};

/* "--name", "--name=value" or "--name value"; moves *at past what it took. */
static bool takes(char **argv, int argc, int *at, const char *name, bool has_value,
                  const char **ret)
{
    const size_t len = strlen(name);
    const char *word = argv[*at] + 2;

    if (strncmp(word, name, len) != 0)
        return false;
    if (word[len] == '=' && has_value) {
        *ret = word + len + 1;
        return true;
    }
    if (word[len] != '\0')
        return false;
    if (!has_value) {
        *ret = "";
        return true;
    }
    *ret = *at + 1 < argc ? argv[++*at] : NULL;
    return true;
}

static bool repeats(const struct ctl_option *o)
{
    return o->value != NULL && strstr(o->value, "...") != NULL;
}

static bool again(struct ctl *ctl, const char *name, const char *value)
{
    if (ctl->n_again == CTL_AGAIN_MAX)
        return false;
    ctl->again[ctl->n_again].name = name;
    ctl->again[ctl->n_again++].value = value;
    return true;
}

static int no_option(const struct ctl_option *options, const char *word)
{
    char name[64];
    struct nearest near = {0};

    snprintf(name, sizeof(name), "%.*s", (int)strcspn(word + 2, "="), word + 2);
    for (const struct ctl_option *o = options; o != NULL && o->name != NULL; o++)
        nearest_look(&near, name, o->name);
    for (const struct ctl_option *o = ctl_options_everywhere; o->name != NULL; o++)
        nearest_look(&near, name, o->name);
    return near.name != NULL
               ? ctl_wrong("there is no option --%s here; did you mean --%s?", name,
                           near.name)
               : ctl_wrong("there is no option --%s here; --help shows what there is",
                           name);
}

static int option_read(struct line *l, char **argv, int argc, int *at)
{
    const struct ctl_option *options = l->ctl->command ? l->ctl->command->options : NULL;
    const char *word = argv[*at];
    const char *value = "";

    if (strcmp(word, "-h") == 0 || takes(argv, argc, at, "help", false, &value)) {
        l->help = true;
    } else if (takes(argv, argc, at, "version", false, &value)) {
        l->version = true;
    } else if (takes(argv, argc, at, "json", false, &value)) {
        l->ctl->json = true;
    } else if (takes(argv, argc, at, "config", true, &value)) {
        l->config = value;
    } else if (takes(argv, argc, at, "schemas", true, &value)) {
        l->schemas = value;
    } else if (takes(argv, argc, at, "why", true, &value)) {
        l->ctl->why = value;
    } else {
        size_t i = 0;

        while (options != NULL && options[i].name != NULL &&
               !takes(argv, argc, at, options[i].name, options[i].value != NULL, &value))
            i++;
        if (options == NULL || options[i].name == NULL)
            return no_option(options, word);
        if (l->ctl->given[i] != NULL && !repeats(&options[i]))
            return ctl_wrong("%s is given twice", word);
        if (repeats(&options[i]) && !again(l->ctl, options[i].name, value))
            return ctl_wrong("%s is given too often", word);
        l->ctl->given[i] = value;
    }
    return value != NULL ? CTL_DONE : ctl_wrong("%s needs a value", word);
}

/* Words of the tree come first; options may stand anywhere; "--" ends them. */
static int line_read(struct line *l, int argc, char **argv)
{
    const struct command *level = ctl_commands;
    bool options = true;
    int kept = 0;

    for (int i = 1; i < argc; i++) {
        const struct command *found;

        if (options && strcmp(argv[i], "--") == 0) {
            options = false;
        } else if (options && argv[i][0] == '-' && argv[i][1] != '\0') {
            const int code = strncmp(argv[i], "--", 2) == 0 || strcmp(argv[i], "-h") == 0
                                 ? option_read(l, argv, argc, &i)
                                 : ctl_wrong("there is no option %s", argv[i]);
            if (code != CTL_DONE)
                return code;
        } else if (level != NULL) {
            found = sub_find(level, argv[i]);
            if (found == NULL)
                return no_command(level, argv[i]);
            l->ctl->command = found;
            level = found->subs;
        } else {
            argv[kept++] = argv[i];
        }
    }
    l->ctl->args = argv;
    l->ctl->n_args = kept;
    return CTL_DONE;
}

static int arguments_count(const struct ctl *ctl)
{
    const struct command *c = ctl->command;
    char path[CTL_PATH_BYTES];

    if (ctl->n_args < c->least)
        return ctl_wrong("'%s' needs %s: consentctl %s %s", c->name, c->args,
                         command_path(c, path), c->args);
    if (c->most >= 0 && ctl->n_args > c->most)
        return ctl_wrong("'%s' does not know what to do with the argument '%s'", c->name,
                         ctl->args[c->most]);
    return CTL_DONE;
}

/* What the shell is told: also of who stopped us, and that nobody reads on (no word then:
 * "| head" is no fault). */
static int ended(int code)
{
    if (stop_signal() != 0)
        return 128 + stop_signal();
    if (fflush(stdout) == 0 && !ferror(stdout))
        return code;
    if (errno == EPIPE)
        return 128 + SIGPIPE;
    return code == CTL_DONE ? ctl_wrong("the answer could not be written") : code;
}

static int run(struct ctl *ctl, struct line *line)
{
    struct err err;
    int code = arguments_count(ctl);

    if (code != CTL_DONE)
        return code;
    ctl->config = line->config;
    if (!conf_load(ctl_keys, ctl_keys_n, line->config, &ctl->settings, &ctl->kafka, NULL,
                   &err) ||
        !ctl_edges(ctl, &err))
        return ctl_fail(ctl, &err);
    ctl->schemas_option = line->schemas != NULL;
    if (line->schemas != NULL)
        snprintf(ctl->settings.schemas, sizeof(ctl->settings.schemas), "%s",
                 line->schemas);
    shown_open();
    code = ctl->command->run(ctl);
    vault_close(ctl->vault);
    pg_close(ctl->pg);
    return ended(code);
}

int main(int argc, char **argv)
{
    static struct ctl ctl;
    struct line line = {.ctl = &ctl};
    int code;

    stop_install_tool();
    codec_init();
    if (argc == 2 && strcmp(argv[1], "--sample") == 0) {
        conf_print_sample("consentctl", ctl_keys, ctl_keys_n);
        return CTL_DONE;
    }
    if (argc == 2 && strcmp(argv[1], "--manual") == 0) {
        help_manual();
        return ended(CTL_DONE);
    }
    if (argc > 1 && strcmp(argv[1], "help") == 0) {
        line.help = true; /* "help list show" is "list show --help" */
        argv[1] = argv[0];
        argc--, argv++;
    }
    code = line_read(&line, argc, argv);
    if (code != CTL_DONE)
        return code;
    if (line.version) {
        printf("consentctl %s\n", CONSENT_VERSION);
        return ended(CTL_DONE);
    }
    if (line.help) {
        help_print(ctl.command);
        return ended(CTL_DONE);
    }
    if (ctl.command == NULL || ctl.command->run == NULL) {
        help_print(ctl.command);
        return CTL_USAGE;
    }
    return run(&ctl, &line);
}
