/*
 * charset.h - a text file of somebody else's as UTF-8, and what is no text at all.
 *
 * A byte order mark decides; without one UTF-16 shows by the zero bytes at every second
 * place. What is valid UTF-8 is UTF-8. A file in which no byte above 127 belongs to UTF-8
 * is taken for Windows-1252, which holds Latin-1: a guess (struct charset_text says so),
 * good enough for names of columns, and not for an address, which must not be guessed. A
 * file that mixes the two stays as it is: its broken lines are for the reader to name.
 */
#ifndef CONSENT_CODEC_CHARSET_H
#define CONSENT_CODEC_CHARSET_H

#include "base/err.h"

#include <stddef.h>

#define CHARSETS(X)                                                                      \
    X(UTF8, "utf-8", "utf8")                                                             \
    X(UTF16LE, "utf-16le", "utf-16")                                                     \
    X(UTF16BE, "utf-16be", "")                                                           \
    X(CP1252, "windows-1252", "latin1")

enum charset {
    CHARSET_UNKNOWN = 0,
#define X(id, name, other) CHARSET_##id,
    CHARSETS(X)
#undef X
};

const char *charset_name(enum charset charset);
enum charset charset_parse(const char *name); /* CHARSET_UNKNOWN: there is no such */

struct charset_text {
    enum charset charset;
    bool guessed; /* no mark and no option said so */
    const char *s;
    size_t len;
    char *heap; /* NULL: s is the caller's own */
};

/* What a file's first bytes say that it is, when they are no text: "an Excel workbook",
 * "a ZIP archive", "binary". NULL: text, as far as they tell. */
const char *charset_binary(const char *bytes, size_t len);

/* Whether the first bytes say that it is UTF-16, and which; for who reads it in pieces
 * (utf16.h). CHARSET_UTF8 with its mark; CHARSET_UNKNOWN: they do not say. */
enum charset charset_wide(const char *bytes, size_t len);

/* want: CHARSET_UNKNOWN to find out. A mark at the beginning is left out. ERR_INPUT with
 * BINARY, UTF32, or BAD_ENCODING (it is not what was asked for). */
bool charset_read(const char *bytes, size_t len, enum charset want,
                  struct charset_text *ret, struct err *err);
/* Well-formed, the whole of it? */
bool charset_is_utf8(const char *s, size_t len);

void charset_done(struct charset_text *t);

#endif
