/* Keys of notes: how they are written, and read from files. */
#include "proof/note.h"

#include "base/conf.h"
#include "base/hex.h"
#include "crypto/base64.h"
#include "crypto/digest.h"
#include "crypto/ed25519.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define PRIVATE "PRIVATE+KEY+"
#define ID_TEXT 8 /* hexadecimal digits */
/* algorithm and key */
#define BLOB (1 + ED25519_PUBLIC_BYTES)

/* The first four bytes of SHA-256(name | LF | algorithm | public key). */
static bool key_id(struct note_key *key, struct err *err)
{
    uint8_t blob[2 + ED25519_PUBLIC_BYTES] = {'\n', key->algorithm};
    uint8_t digest[DIGEST_BYTES];

    memcpy(blob + 2, key->public_key, ED25519_PUBLIC_BYTES);
    if (!digest_sha256(key->name, strlen(key->name), blob, sizeof(blob), digest, err))
        return false;
    key->id = (uint32_t)digest[0] << 24 | (uint32_t)digest[1] << 16 |
              (uint32_t)digest[2] << 8 | digest[3];
    return true;
}

static bool name_fits(const char *name, size_t len)
{
    if (len == 0 || len >= NOTE_NAME_BYTES)
        return false;
    for (size_t i = 0; i < len; i++)
        if (name[i] <= ' ' || name[i] > '~' || name[i] == '+')
            return false;
    return true;
}

static bool refuse(struct err *err)
{
    return err_set(err, ERR_CONFIG, "NOTE_KEY",
                   "this is no key of a signed note (name+id+base64)");
}

/* name+id+base64 into its parts: name, id, algorithm, 32 bytes. */
static bool parts_read(const char *text, size_t len, struct note_key *ret,
                       uint8_t bytes[ED25519_PUBLIC_BYTES], struct err *err)
{
    const char *plus = memchr(text, '+', len);
    uint8_t id[ID_TEXT / 2], blob[BLOB];
    size_t name = plus == NULL ? 0 : (size_t)(plus - text), n;

    if (plus == NULL || !name_fits(text, name) || len < name + 1 + ID_TEXT + 1 ||
        plus[1 + ID_TEXT] != '+' || !hex_read(plus + 1, sizeof(id), id) ||
        !base64_read(plus + 2 + ID_TEXT, len - name - 2 - ID_TEXT, blob, BLOB, &n) ||
        n != BLOB || (blob[0] != NOTE_ED25519 && blob[0] != NOTE_COSIGNATURE))
        return refuse(err);
    memcpy(ret->name, text, name);
    ret->name[name] = '\0';
    ret->algorithm = blob[0];
    ret->id =
        (uint32_t)id[0] << 24 | (uint32_t)id[1] << 16 | (uint32_t)id[2] << 8 | id[3];
    memcpy(bytes, blob + 1, ED25519_PUBLIC_BYTES);
    ed25519_forget(blob + 1);
    return true;
}

/* An id that does not follow from name and key is a slip of somebody's hand. */
static bool id_holds(struct note_key *key, struct err *err)
{
    const uint32_t id = key->id;

    return key_id(key, err) && (id == key->id || refuse(err));
}

bool note_key_read(const char *text, size_t len, struct note_key *ret, struct err *err)
{
    return parts_read(text, len, ret, ret->public_key, err) && id_holds(ret, err);
}

bool note_signer_read(const char *text, size_t len, struct note_signer *ret,
                      struct err *err)
{
    const size_t head = strlen(PRIVATE);

    if (len < head || memcmp(text, PRIVATE, head) != 0)
        return refuse(err);
    return parts_read(text + head, len - head, &ret->key, ret->seed, err) &&
           ed25519_public(ret->seed, ret->key.public_key, err) &&
           id_holds(&ret->key, err);
}

static void print(const char *head, const struct note_key *key,
                  const uint8_t bytes[ED25519_PUBLIC_BYTES],
                  char ret[NOTE_KEY_TEXT_BYTES])
{
    uint8_t blob[BLOB] = {key->algorithm};
    char text[BASE64_CHARS(BLOB) + 1];

    memcpy(blob + 1, bytes, ED25519_PUBLIC_BYTES);
    base64_write(blob, sizeof(blob), text);
    snprintf(ret, NOTE_KEY_TEXT_BYTES, "%s%s+%08x+%s", head, key->name, (unsigned)key->id,
             text);
    ed25519_forget(blob + 1);
}

void note_key_print(const struct note_key *key, char ret[NOTE_KEY_TEXT_BYTES])
{
    print("", key, key->public_key, ret);
}

void note_signer_print(const struct note_signer *s, char ret[NOTE_KEY_TEXT_BYTES])
{
    print(PRIVATE, &s->key, s->seed, ret);
}

bool note_signer_make(const char *name, enum note_algorithm algorithm,
                      struct note_signer *ret, struct err *err)
{
    if (!name_fits(name, strlen(name)))
        return err_set(err, ERR_INPUT, "NOTE_NAME",
                       "a key's name is letters, digits, dots and slashes, such as "
                       "consent.example");
    memcpy(ret->key.name, name, strlen(name) + 1);
    ret->key.algorithm = (uint8_t)algorithm;
    return ed25519_make(ret->seed, err) &&
           ed25519_public(ret->seed, ret->key.public_key, err) && key_id(&ret->key, err);
}

void note_signer_forget(struct note_signer *s)
{
    ed25519_forget(s->seed);
}

/* --- files --- */

bool note_key_load(const char *path, struct note_key *ret, struct err *err)
{
    char line[NOTE_KEY_TEXT_BYTES];
    FILE *f = fopen(path, "re");
    const bool ok = f != NULL && fgets(line, sizeof(line), f) != NULL;
    const int why = errno;

    if (f != NULL)
        fclose(f);
    if (!ok)
        return err_set(err, ERR_CONFIG, "NOTE_KEY", "%.120s cannot be read: %s", path,
                       f == NULL ? strerror(why) : "it is empty");
    return note_key_read(line, strcspn(line, "\r\n"), ret, err);
}

bool note_signer_load(const char *path, struct note_signer *ret, struct err *err)
{
    char line[NOTE_KEY_TEXT_BYTES];
    size_t len;
    bool ok = conf_read_secret(path, line, sizeof(line), &len, err) &&
              note_signer_read(line, len, ret, err);

    memset(line, 0, sizeof(line));
    return ok;
}
