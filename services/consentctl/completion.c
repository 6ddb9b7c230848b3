/* completion.c - what a shell needs to finish a line of consentctl, from the tables that
 * the line is read by. */
#include "commands.h"
#include "help.h"

#include <stdio.h>
#include <string.h>

/* The words that may follow a command: those below it, or its options. */
static void words(const struct command *command, const struct command *subs)
{
    const struct ctl_option *own = command != NULL ? command->options : NULL;

    for (const struct command *c = subs; c != NULL && c->name != NULL; c++)
        printf(" %s", c->name);
    for (const struct ctl_option *o = own; o != NULL && o->name != NULL; o++)
        printf(" --%s", o->name);
    for (const struct ctl_option *o = ctl_options_everywhere; o->name != NULL; o++)
        printf(" --%s", o->name);
}

static void cases(const struct command *subs)
{
    for (const struct command *c = subs; c->name != NULL; c++) {
        char path[CTL_PATH_BYTES];

        printf("    '%s') echo '", command_path(c, path));
        words(c, c->subs);
        puts("' ;;");
        if (c->subs != NULL)
            cases(c->subs);
    }
}

/* Both shells read this part. */
static void shared(void)
{
    puts("# The words after \"consentctl $1\".\n"
         "_consentctl_words() {\n"
         "    case \"$1\" in");
    fputs("    '') echo 'help", stdout);
    words(NULL, ctl_commands);
    puts("' ;;");
    cases(ctl_commands);
    puts("    esac\n"
         "}\n"
         "# Which command the words so far are: \"list scrub\".\n"
         "_consentctl_path() {\n"
         "    local at='' word\n"
         "    for word in \"$@\"; do\n"
         "        case \"$word\" in -* | help) continue ;; esac\n"
         "        case \" $(_consentctl_words \"$at\") \" in\n"
         "        *\" $word \"*) at=\"${at:+$at }$word\" ;;\n"
         "        esac\n"
         "    done\n"
         "    echo \"$at\"\n"
         "}");
}

static void bash_print(void)
{
    puts("# consentctl completion bash");
    shared();
    puts("_consentctl() {\n"
         "    local path\n"
         "    path=$(_consentctl_path \"${COMP_WORDS[@]:1:COMP_CWORD-1}\")\n"
         "    mapfile -t COMPREPLY < <(compgen -W \"$(_consentctl_words \"$path\")\" "
         "-- \"${COMP_WORDS[COMP_CWORD]}\")\n"
         "}\n"
         "complete -o default -F _consentctl consentctl");
}

static void zsh_print(void)
{
    puts("#compdef consentctl");
    shared();
    puts("_consentctl() {\n"
         "    local path_so_far\n"
         "    path_so_far=$(_consentctl_path \"${(@)words[2,CURRENT-1]}\")\n"
         "    compadd -- ${=$(_consentctl_words \"$path_so_far\")}\n"
         "    _files\n"
         "}\n"
         "compdef _consentctl consentctl");
}

int completion_run(struct ctl *ctl)
{
    if (strcmp(ctl->args[0], "bash") == 0)
        bash_print();
    else if (strcmp(ctl->args[0], "zsh") == 0)
        zsh_print();
    else
        return ctl_wrong("there is no completion for '%s': bash or zsh", ctl->args[0]);
    return CTL_DONE;
}
