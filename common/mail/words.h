/*
 * words.h - which rights do the words of a letter use? The table is words.inc: a phrase a
 * line, in many languages, to be added to without touching C.
 */
#ifndef CONSENT_MAIL_WORDS_H
#define CONSENT_MAIL_WORDS_H

#include "core/vocab.h"

/* Bits 1 << RIGHT_...; 0: nothing that we know. text is UTF-8 without quotes. */
uint16_t words_ask(const char *text);

#endif
