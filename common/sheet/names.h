/*
 * names.h - what a column is for, by its name.
 *
 * Names are compared in lower case, without accents, and without what is neither letter
 * nor digit: "E-Mail-Adresse", "e_mail adresse" and "EMAILADRESSE" are one. A word before
 * or behind that only says which of several ("Work E-mail", "Phone 2", "E-mail 1 -
 * Value") is left off for addresses and telephone numbers. The tables are names.inc.
 */
#ifndef CONSENT_SHEET_NAMES_H
#define CONSENT_SHEET_NAMES_H

#include "sheet/sheet.h"

#define NAME_BYTES 96

/* The form in which names are compared; "" for a name without letters and digits. */
void name_fold(const char *s, size_t len, char ret[NAME_BYTES]);

/* SHEET_UNKNOWN: no such name. *ret_kind: what a flag or a hash is about, CONTACT_NONE
 * when it does not say. */
enum sheet_meaning name_meaning(enum sheet_form form, const char *s, size_t len,
                                enum contact_kind *ret_kind);

/* Of a name that is not known: does it sound like a flag, or like a telephone number? */
enum sheet_meaning name_hint(const char *s, size_t len);

/* Is it about letters or telefaxes: "Werbesperre Post", "Postal Opt Out"? */
bool name_of_post(const char *s, size_t len);

/* Is it about sale, sharing or tracking, and not about messages: "Do Not Trade"?
 * SHEET_UNKNOWN: no. */
enum sheet_meaning name_scope(const char *s, size_t len);

/* Is what it sounds like turned round by a "not": "has_not_unsubscribed"? */
bool name_is_turned(const char *s, size_t len);

/* Has it letters beyond the Latin ones, or mostly accented ones, as names have that were
 * read in a wrong encoding? */
bool name_of_other_script(const char *s, size_t len);

/* Is it of what happened, or what was written: "event", "action", "text", "tags"? */
bool name_of_happening(const char *s, size_t len);

/* Is it of why somebody is on the list: "Reason", "Grund"? */
bool name_of_reason(const char *s, size_t len);

/* Does it sound as if the column said whether somebody may be written to, in a way that
 * nobody knows? In another script every name does. */
bool name_of_contacting(const char *s, size_t len);

#endif
