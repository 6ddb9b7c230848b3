/* words_rows.h - what the rows of words.inc find, as bits 1 << RIGHT_... */
#ifndef CONSENT_MAIL_WORDS_ROWS_H
#define CONSENT_MAIL_WORDS_ROWS_H

#include "core/vocab.h"

#include <stdbool.h>
#include <stddef.h>

#define WORDS_MOST 24 /* of one clause; of a longer one its end is looked at */
#define WORD_BYTES 80

struct clause {
    size_t n;
    char word[WORDS_MOST][WORD_BYTES];
    bool negated;
};

uint16_t rows_of_clause(const struct clause *c);

/* Does it speak of an order, a bill and the like, and not of mail? words_things.inc. */
bool clause_is_of_a_thing(const struct clause *c);

/* Of a mistake, a day that does not suit, a choice, and not of mail? words_things.inc. */
bool clause_is_of_other(const struct clause *c);

/* Of a whole sentence, as it is and without polite words. */
uint16_t rows_of_sentence(const char *all, const char *plain);

/* Of text letter by letter, for languages without blanks. What says the opposite of a
 * stop is blanked in it. */
uint16_t rows_of_letters(char *flat);

#endif
