#include "base/manual.h"

#include "base/version.h"

#include <stdio.h>
#include <string.h>

/* What roff would take for its own is written so that it stays text. */
static void plain(const char *text)
{
    bool first = true; /* of its line */

    for (; *text != '\0'; text++) {
        if (first && (*text == '.' || *text == '\''))
            fputs("\\&", stdout);
        first = *text == '\n';
        switch (*text) {
        case '\\': fputs("\\e", stdout); break;
        case '-': fputs("\\-", stdout); break;
        case '\'': fputs("\\(aq", stdout); break;
        default: putchar(*text);
        }
    }
}

void manual_begin(const char *name, int section, const char *brief)
{
    printf(".TH \"");
    plain(name);
    printf("\" %d \"\" \"consentmq %s\" \"consentmq\"\n.SH NAME\n", section,
           CONSENT_VERSION);
    plain(name);
    fputs(" \\- ", stdout);
    plain(brief);
    putchar('\n');
}

void manual_heading(const char *title)
{
    printf(".SH %s\n", title);
}

void manual_subheading(const char *title)
{
    fputs(".SS ", stdout);
    plain(title);
    putchar('\n');
}

void manual_text(const char *text)
{
    while (*text != '\0') {
        const size_t len = strcspn(text, "\n");
        char line[1024];

        snprintf(line, sizeof(line), "%.*s", (int)len, text);
        if (line[0] == '\0')
            fputs(".PP", stdout);
        else
            plain(line);
        putchar('\n');
        text += len + (text[len] == '\n');
    }
}

void manual_typed(const char *program, const char *line)
{
    fputs(".PP\n.nf\n.RS\n", stdout);
    plain(program);
    putchar(' ');
    plain(line);
    fputs("\n.RE\n.fi\n", stdout);
}

void manual_option(const char *name, const char *value, const char *help)
{
    fputs(".TP\n\\fB\\-\\-", stdout);
    plain(name);
    fputs("\\fR", stdout);
    if (value != NULL) {
        fputs(" \\fI", stdout);
        plain(value);
        fputs("\\fR", stdout);
    }
    putchar('\n');
    plain(help);
    putchar('\n');
}

void manual_settings(const struct conf_key *keys, size_t n)
{
    manual_heading("SETTINGS");
    manual_text(
        "In the file as \"name = value\", in the environment as shown, which wins.");
    for (size_t i = 0; i < n; i++) {
        char terms[CONF_TERMS_BYTES], env[CONF_ENV_BYTES];

        fputs(".TP\n\\fB", stdout);
        plain(keys[i].name);
        fputs("\\fR\n", stdout);
        plain(keys[i].help);
        fputs("\n(", stdout);
        plain(conf_terms(&keys[i], terms));
        fputs("; environment: ", stdout);
        plain(conf_env_name(keys[i].name, env));
        if (keys[i].env != NULL) {
            fputs(" or ", stdout);
            plain(keys[i].env);
        }
        fputs(")\n", stdout);
    }
    fputs(".TP\n\\fBkafka.\\fINAME\\fB, pg.\\fINAME\\fR\n", stdout);
    manual_text("Handed to librdkafka and libpq under their own names.");
}
