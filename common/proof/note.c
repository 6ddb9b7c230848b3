#include "proof/note.h"

#include "crypto/base64.h"
#include "crypto/digest.h"
#include "crypto/ed25519.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DASH       "\xe2\x80\x94 " /* an em dash and a blank */
#define DASH_BYTES 4
#define ID_BYTES   4
#define TIME_BYTES 8
/* id, time of a cosignature, signature */
#define BLOB_MOST (ID_BYTES + TIME_BYTES + ED25519_SIGNATURE_BYTES)

static void put_be(uint8_t *to, uint64_t v, int bytes)
{
    for (int i = bytes - 1; i >= 0; i--, v >>= 8)
        to[i] = (uint8_t)v;
}

static uint64_t get_be(const uint8_t *from, int bytes)
{
    uint64_t v = 0;

    for (int i = 0; i < bytes; i++)
        v = v << 8 | from[i];
    return v;
}

/* What is signed: the text, or a time and the text. */
static void signed_text(const struct note_key *key, const char *text, size_t len,
                        int64_t time_s, struct buf *ret)
{
    buf_init(ret, len + 64);
    if (key->algorithm == NOTE_COSIGNATURE)
        buf_addf(ret, "cosignature/v1\ntime %" PRId64 "\n", time_s);
    buf_add(ret, text, len);
}

/* Where the text ends: before the empty line. False: this is no note. */
static bool text_end(const char *note, size_t len, size_t *ret)
{
    for (size_t i = len; i >= 2; i--) {
        if (note[i - 1] != '\n' || note[i - 2] != '\n')
            continue;
        *ret = i - 1;
        return true;
    }
    return false;
}

bool note_sign(const struct note_signer *s, int64_t time_s, struct buf *note,
               struct err *err)
{
    char line[BASE64_CHARS(BLOB_MOST) + 1];
    uint8_t blob[BLOB_MOST];
    size_t len = note->len, n = ID_BYTES;
    struct buf text;
    bool ok, bare = !text_end(note->data, note->len, &len);

    if (len == 0 || note->data[len - 1] != '\n')
        return err_set(err, ERR_INPUT, "NOTE", "a note is lines of text");
    put_be(blob, s->key.id, ID_BYTES);
    if (s->key.algorithm == NOTE_COSIGNATURE) {
        put_be(blob + n, (uint64_t)time_s, TIME_BYTES);
        n += TIME_BYTES;
    }
    signed_text(&s->key, note->data, len, time_s, &text);
    ok = ed25519_sign(s->seed, text.data, text.len, blob + n, err);
    buf_done(&text);
    if (!ok)
        return false;
    base64_write(blob, n + ED25519_SIGNATURE_BYTES, line);
    if (bare)
        buf_add_str(note, "\n");
    buf_addf(note, DASH "%s %s\n", s->key.name, line);
    return !note->overrun || err_set(err, ERR_INPUT, "NOTE", "the note is too long");
}

/* One signature line, without its LF. */
static bool line_signs(const char *line, size_t len, const char *text, size_t text_len,
                       const struct note_key *key, int64_t *ret_time_s)
{
    const size_t name = strlen(key->name);
    const size_t head = ID_BYTES + (key->algorithm == NOTE_COSIGNATURE ? TIME_BYTES : 0);
    uint8_t blob[BLOB_MOST];
    size_t n;
    struct buf said;
    bool ok;

    if (len < DASH_BYTES + name + 1 || memcmp(line, DASH, DASH_BYTES) != 0 ||
        memcmp(line + DASH_BYTES, key->name, name) != 0 ||
        line[DASH_BYTES + name] != ' ' ||
        !base64_read(line + DASH_BYTES + name + 1, len - DASH_BYTES - name - 1, blob,
                     sizeof(blob), &n) ||
        n != head + ED25519_SIGNATURE_BYTES || get_be(blob, ID_BYTES) != key->id)
        return false;
    *ret_time_s = key->algorithm == NOTE_COSIGNATURE
                      ? (int64_t)get_be(blob + ID_BYTES, TIME_BYTES)
                      : 0;
    signed_text(key, text, text_len, *ret_time_s, &said);
    ok = ed25519_verify(key->public_key, said.data, said.len, blob + head);
    buf_done(&said);
    return ok;
}

bool note_signed(const char *note, size_t len, const struct note_key *key,
                 size_t *ret_len, int64_t *ret_time_s)
{
    size_t at;

    if (len > NOTE_BYTES_MOST || !text_end(note, len, ret_len))
        return false;
    for (at = *ret_len + 1; at < len;) {
        const char *end = memchr(note + at, '\n', len - at);

        if (end == NULL)
            return false;
        if (line_signs(note + at, (size_t)(end - note) - at, note, *ret_len, key,
                       ret_time_s))
            return true;
        at = (size_t)(end - note) + 1;
    }
    return false;
}

/* --- checkpoints --- */

void checkpoint_print(const struct checkpoint *c, struct buf *ret)
{
    char root[BASE64_CHARS(MERKLE_BYTES) + 1];

    base64_write(c->root.b, MERKLE_BYTES, root);
    buf_addf(ret, "%s\n%" PRIu64 "\n%s\n", c->origin, c->n, root);
}

/* The next line, ended by a NUL in ret; NULL: there is none, or it is too long. */
static const char *next_line(const char *at, const char *end, char *ret, size_t cap)
{
    const char *lf = memchr(at, '\n', (size_t)(end - at));

    if (lf == NULL || (size_t)(lf - at) >= cap)
        return NULL;
    memcpy(ret, at, (size_t)(lf - at));
    ret[lf - at] = '\0';
    return lf + 1;
}

static bool size_read(const char *line, uint64_t *ret)
{
    uint64_t n = 0;

    if (line[0] == '\0' || (line[0] == '0' && line[1] != '\0') || strlen(line) > 18)
        return false;
    for (; *line != '\0'; line++) {
        if (*line < '0' || *line > '9')
            return false;
        n = n * 10 + (uint64_t)(*line - '0');
    }
    *ret = n;
    return true;
}

bool checkpoint_read(const char *note, size_t len, struct checkpoint *ret,
                     struct err *err)
{
    char size[24], root[64];
    const char *at = note;
    size_t n = 0;

    if ((at = next_line(at, note + len, ret->origin, sizeof(ret->origin))) != NULL &&
        ret->origin[0] != '\0' &&
        (at = next_line(at, note + len, size, sizeof(size))) != NULL &&
        size_read(size, &ret->n) &&
        next_line(at, note + len, root, sizeof(root)) != NULL &&
        base64_read(root, strlen(root), ret->root.b, MERKLE_BYTES, &n) &&
        n == MERKLE_BYTES)
        return true;
    return err_set(err, ERR_INPUT, "CHECKPOINT", "this is no checkpoint");
}
