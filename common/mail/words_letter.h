/* words_letter.h - what words.c and words_letter.c know of each other. */
#ifndef CONSENT_MAIL_WORDS_LETTER_H
#define CONSENT_MAIL_WORDS_LETTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What a text asks for, as bits 1 << RIGHT_...; *ret_words: how many it has, polite ones
 * aside. */
uint16_t letter_asks(const char *text, size_t *ret_words);

/* "me", "mich": its writer speaks of themselves. Folded. */
bool word_is_mine(const char *word);

bool word_listed(const char *word, const char *const *list, size_t n);
#define LISTED(word, list) word_listed(word, list, sizeof(list) / sizeof((list)[0]))

#endif
