/*
 * charset.h - a text file of somebody else's as UTF-8, and what is no text at all.
 *
 * A byte order mark decides; without one UTF-16 shows by the zero bytes at every second
 * place. What is valid UTF-8 is UTF-8. A file in which no byte above 127 belongs to UTF-8
 * is taken for Windows-1252, which holds Latin-1: a guess (struct charset_text says so),
 * good enough for names of columns, and not for an address, which must not be guessed. A
 * file that mixes the two stays as it is: its broken lines are for the reader to name.
 * Whoever knows the words of a file can tell better, and read it again (encodings.c of
 * common/sheet); the others are read by the C library's iconv.
 */
#ifndef CONSENT_CODEC_CHARSET_H
#define CONSENT_CODEC_CHARSET_H

#include "base/err.h"

#include <stddef.h>

/* id, name, as iconv has it, another name */
#define CHARSETS(X)                                                                      \
    X(UTF8, "utf-8", "", "utf8")                                                         \
    X(UTF16LE, "utf-16le", "", "utf-16")                                                 \
    X(UTF16BE, "utf-16be", "", "")                                                       \
    X(CP1252, "windows-1252", "", "latin1")                                              \
    X(CP1250, "windows-1250", "CP1250", "cp1250")                                        \
    X(CP1251, "windows-1251", "CP1251", "cp1251")                                        \
    X(CP1253, "windows-1253", "CP1253", "cp1253")                                        \
    X(CP1254, "windows-1254", "CP1254", "iso-8859-9")                                    \
    X(CP1255, "windows-1255", "CP1255", "iso-8859-8")                                    \
    X(CP1256, "windows-1256", "CP1256", "cp1256")                                        \
    X(CP1257, "windows-1257", "CP1257", "cp1257")                                        \
    X(CP1258, "windows-1258", "CP1258", "cp1258")                                        \
    X(CP874, "windows-874", "CP874", "tis-620")                                          \
    X(LATIN2, "iso-8859-2", "ISO-8859-2", "latin2")                                      \
    X(ISO5, "iso-8859-5", "ISO-8859-5", "")                                              \
    X(ISO7, "iso-8859-7", "ISO-8859-7", "")                                              \
    X(LATIN9, "iso-8859-15", "ISO-8859-15", "latin9")                                    \
    X(KOI8R, "koi8-r", "KOI8-R", "koi8r")                                                \
    X(KOI8U, "koi8-u", "KOI8-U", "koi8u")                                                \
    X(CP866, "cp866", "CP866", "ibm866")                                                 \
    X(CP850, "cp850", "CP850", "ibm850")                                                 \
    X(MAC, "macintosh", "MACINTOSH", "macroman")                                         \
    X(SJIS, "shift_jis", "CP932", "cp932")                                               \
    X(EUCJP, "euc-jp", "EUC-JP", "eucjp")                                                \
    X(ISO2022JP, "iso-2022-jp", "ISO-2022-JP", "")                                       \
    X(GB, "gb18030", "GB18030", "gbk")                                                   \
    X(BIG5, "big5", "BIG5-HKSCS", "cp950")                                               \
    X(EUCKR, "euc-kr", "CP949", "cp949")

enum charset {
    CHARSET_UNKNOWN = 0,
#define X(id, name, iconv, other) CHARSET_##id,
    CHARSETS(X)
#undef X
        N_CHARSETS,
};

const char *charset_name(enum charset charset);
enum charset charset_parse(const char *name); /* CHARSET_UNKNOWN: there is no such */

struct charset_text {
    enum charset charset;
    bool guessed; /* no mark and no option said so    */
    bool broken;  /* as UTF-8; only where it is guessed */
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

/* want: CHARSET_UNKNOWN to find out. A mark at the beginning is left out. What has no
 * character becomes U+FFFD. ERR_INPUT with BINARY, UTF32, or BAD_ENCODING (it is not what
 * was asked for, or this machine cannot read that). */
bool charset_read(const char *bytes, size_t len, enum charset want,
                  struct charset_text *ret, struct err *err);
/* Well-formed, the whole of it? */
bool charset_is_utf8(const char *s, size_t len);

void charset_done(struct charset_text *t);

#endif
