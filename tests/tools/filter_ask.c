/*
 * filter_ask FILE - an example of a mailing program with the filter in it: reads tokens,
 * one a line, and writes for each "maybe" (ask exactly) or "no" (surely not there).
 *
 * It is built here from the two files alone, as a stranger would:
 *   cc -o filter_ask filter_ask.c consent_filter.c
 */
#include "filter/consent_filter.h"

#include <stdio.h>
#include <string.h>

int main(int argc, char **argv)
{
    const struct consent_filter_about *about;
    enum consent_filter_error error;
    struct consent_filter *f;
    char token[512];

    error = argc == 2 ? consent_filter_map(argv[1], &f) : CONSENT_FILTER_NO_FILE;
    if (error != CONSENT_FILTER_OK) {
        fprintf(stderr, "%s: %s\n", argc == 2 ? argv[1] : "the filter",
                consent_filter_error_text(error));
        return 1;
    }
    about = consent_filter_about(f);
    fprintf(stderr, "%s, %s of %s, %llu entries, as of %s\n", about->list,
            about->permit ? "permitted" : "suppressed", about->profile,
            (unsigned long long)about->entries, about->cursor);
    while (fgets(token, sizeof(token), stdin) != NULL) {
        token[strcspn(token, "\r\n")] = '\0';
        puts(consent_filter_has(f, token, strlen(token)) ? "maybe" : "no");
    }
    consent_filter_close(f);
    return 0;
}
