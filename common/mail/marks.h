/* marks.h - the table of what programs write around a person's words: marks_*.inc. */
#ifndef CONSENT_MAIL_MARKS_H
#define CONSENT_MAIL_MARKS_H

#include <stdbool.h>
#include <stddef.h>

enum mark {
    MARK_LEAD,
    MARK_DIVIDER,
    MARK_FROM,
    MARK_SENT,
    MARK_TO,
    MARK_SUBJECT,
    MARK_REPLY,
    MARK_TAG,
    MARK_AWAY,
    MARK_GONE,
    MARK_DEVICE,
    MARK_BANNER,
    MARK_NOTICE,
    MARK_FOOT,
    MARK_CLAUSE,
};

/* Lines come folded (text_fold). A row that is whole words stays so: "wrote" is not in
 * "rewrote"; languages without blanks between words know no words. */
bool marks_begin(enum mark mark, const char *line);           /* a row begins the line */
bool marks_in(enum mark mark, const char *line);              /* a row stands in it    */
bool marks_end(enum mark mark, const char *line);             /* a row ends it         */
bool marks_are(enum mark mark, const char *line, size_t len); /* a row is all of it */

/* A row with ':' behind it, somewhere inside the line, a blank before it. */
bool marks_label_in(enum mark mark, const char *line);

#endif
