/*
 * words.h - which rights do the words of a letter use? The table is words.inc: a phrase a
 * line, in many languages, to be added to without touching C.
 */
#ifndef CONSENT_MAIL_WORDS_H
#define CONSENT_MAIL_WORDS_H

#include "core/vocab.h"

#include <stdbool.h>

/* Bits 1 << RIGHT_...; 0: nothing that we know. text is UTF-8 without quotes. */
uint16_t words_ask(const char *text);

/* Text as the tables have it: small letters, no accents. free() it. */
char *words_fold(const char *text);

/* Does it say to stop, at once, and nothing else of importance: its first sentence does,
 * and it has at most so many words, "please" and "me" aside? */
bool words_only(const char *text, size_t most);

/* Is it a "no", and nothing else? Of what, it does not say. */
bool words_bare_no(const char *text);

/* Does it say what may go on? "Keep sending the newsletter." */
bool words_limit(const char *text);

/* Does its writer speak of themselves? "I", "me", "mich"; but "i" is Italian, so that
 * text comes as it was written, not in small letters. */
bool words_mine(const char *text);

/* The same of a subject, whose words are the writer's only if it answers nothing.
 * answers: the letter does (In-Reply-To). alone: the letter has no other words. *only: it
 * is nothing but a "stop". */
uint16_t subject_ask(const char *subject, bool answers, bool alone, bool *only);

#endif
