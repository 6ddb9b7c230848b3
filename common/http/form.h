/* form.h - forms as browsers and mail programs send them, in both encodings. */
#ifndef CONSENT_HTTP_FORM_H
#define CONSENT_HTTP_FORM_H

#include <stdbool.h>
#include <stddef.h>

/* See http_form_value in request.h. body need not end in a NUL. */
bool form_value(const char *content_type, const char *body, size_t len, const char *name,
                char *ret, size_t cap);

/* Percent-decodes a run of bytes and ends them with a NUL; plus: a '+' is a blank. False:
 * a '%' without two digits, a NUL, or no room. */
bool form_decode(const char *text, size_t len, bool plus, char *ret, size_t cap);

#endif
