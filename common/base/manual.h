/* manual.h - a man page in roff, man(7), to standard output, from the tables that
 * programs run by. */
#ifndef CONSENT_BASE_MANUAL_H
#define CONSENT_BASE_MANUAL_H

#include "base/conf.h"

/* "consent-ingest" of section 8, and what it does in a few words (they follow its name).
 */
void manual_begin(const char *name, int section, const char *brief);

/* "OPTIONS"; and a smaller one within it. */
void manual_heading(const char *title);
void manual_subheading(const char *title);

/* Running text; a blank line begins a paragraph. A line as it is to be typed. */
void manual_text(const char *text);
void manual_typed(const char *program, const char *line);

/* "--email ADDRESS" and what it means; value may be NULL. */
void manual_option(const char *name, const char *value, const char *help);

/* The settings of the table, as of a file and of the environment. */
void manual_settings(const struct conf_key *keys, size_t n);

#endif
