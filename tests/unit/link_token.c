/* link_token: what is made can be read, what anybody else made cannot; the vectors of
 * services/gateway/UNSUBSCRIBE.md. */
#include "base/base64url.h"
#include "crypto/link_token.h"

#include <criterion/criterion.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static struct err e;

static void file_write(const char *dir, const char *name, const char *text, mode_t mode)
{
    char path[256];
    int fd;

    snprintf(path, sizeof(path), "%s/%s", dir, name);
    fd = open(path, O_CREAT | O_WRONLY | O_TRUNC, 0600);
    cr_assert(fd >= 0);
    cr_assert_eq(write(fd, text, strlen(text)), (ssize_t)strlen(text));
    fchmod(fd, mode);
    close(fd);
}

#define KEY   "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f\n"
#define OTHER "ff0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"

static const char *directory(void)
{
    static char dir[64];

    snprintf(dir, sizeof(dir), "/tmp/link-keys-XXXXXX");
    cr_assert_not_null(mkdtemp(dir));
    return dir;
}

static struct link_keys *keys_open(void)
{
    const char *dir = directory();
    struct link_keys *keys;

    file_write(dir, "1-mta-eu1", KEY, 0600);
    file_write(dir, "258-mta-eu1", KEY, 0600);
    file_write(dir, "7-web", OTHER, 0600);
    file_write(dir, "README", "no key", 0644);
    cr_assert(link_keys_open(dir, &keys, &e), "%s", e.text);
    return keys;
}

static const uint8_t nonce[LINK_NONCE_BYTES] = {0xa0, 0xa1, 0xa2, 0xa3, 0xa4, 0xa5,
                                                0xa6, 0xa7, 0xa8, 0xa9, 0xaa, 0xab};

struct vector {
    struct link link;
    const char *token;
};

static const struct vector vectors[] = {
    {{.kind = LINK_OPTOUT,
      .key = 1,
      .issued_us = 1767225600000000,
      .address = "ana.silva@example.com",
      .controller = "sectigo-limited",
      .purposes = "marketing.promotional",
      .channels = "email",
      .message = "c-118"},
     "AQABoKGio6SlpqeoqaqriRJNGnP8MI1XU7fjDRuuv17fMHzk1gIJ5G9L9hPOW2K9G02MykEnVDjzKaRgF-"
     "qN"
     "In9MJQOicRs1N2U5igD339nT8QZfy4WM_oeSeeaixtngOpqcNX1_2LiU5H6-fAWAR16J8g"},
    {{.kind = LINK_OPTOUT,
      .key = 258,
      .issued_us = 1767225600000000,
      .address = "+442071234567",
      .controller = "ssl247-sas"},
     "AQECoKGio6SlpqeoqaqriRJNGnP8MI1XU7fjDVH06kKcbiGghHZZqjks9QzHRzXlWzSe3HgwHJDa5LCMCHY"
     "9"
     "C7T7iFg"},
    {{.kind = LINK_CONFIRM,
      .key = 1,
      .issued_us = 1767225600000000,
      .address = "jos\xc3\xa9@xn--bcher-kva.example",
      .controller = "sectigo-limited",
      .purposes = "marketing.promotional,communication.events",
      .channels = "email",
      .message = "form-77",
      .language = "fr",
      .policy = "sectigo-privacy",
      .version = "2021-11-15",
      .statement = "Oui, \xc3\xa9"
                   "crivez-moi",
      .form = "abababababababababababababababababababababababababababababababab"},
     "AQABoKGio6SlpqeoqaqrhRJNGnP8MI1XU7fjDRCvrbMFGWj8mm8O_2ZD9FLAA2D8Ez-ewlI_WFXvYat9E-"
     "SW"
     "ancvJQukfxpLM2oszxXx2drbqx9CyomPgIuQdu6i4NmiZsbRq6j6G5ocUfSf_zvx4fBYoWbD7vLy0WA_9-"
     "XA"
     "HxNaB9zURv5fW6a5y5klgCSzcNMG2XCwJQZ0z7o_e6Tcx6zER54TU--"
     "PpMuQ1epZRK8SftPXCCF042hKQA6w"
     "14MWRJz6YwTPXOPgF1s94H41VVQtqwGz2o-"
     "SPyGtKEZT1zOLhYpeAbnajKM5hzykuwUJM09nuzSDNvhIATz2"
     "cyIcP1g"},
};
#define N_VECTORS (sizeof(vectors) / sizeof(vectors[0]))

static void same(const struct link *a, const struct link *b)
{
    cr_assert_eq(a->kind, b->kind);
    cr_assert_eq(a->key, b->key);
    cr_assert_eq(a->issued_us, b->issued_us);
    cr_assert_str_eq(a->address, b->address);
    cr_assert_str_eq(a->controller, b->controller);
    cr_assert_str_eq(a->purposes, b->purposes);
    cr_assert_str_eq(a->channels, b->channels);
    cr_assert_str_eq(a->message, b->message);
    cr_assert_str_eq(a->language, b->language);
    cr_assert_str_eq(a->policy, b->policy);
    cr_assert_str_eq(a->version, b->version);
    cr_assert_str_eq(a->statement, b->statement);
    cr_assert_str_eq(a->form, b->form);
    cr_assert_eq(memcmp(a->digest, b->digest, DIGEST_BYTES), 0);
}

Test(link_token, vectors)
{
    struct link_keys *keys = keys_open();

    for (size_t i = 0; i < N_VECTORS; i++) {
        struct link link = vectors[i].link, read;
        char token[LINK_TOKEN_BYTES];

        cr_assert(link_token_make(keys, &link, nonce, token, &e), "%s", e.text);
        cr_assert_str_eq(token, vectors[i].token);
        cr_assert(link_token_read(keys, token, &read, &e));
        same(&read, &link);
    }
    link_keys_close(keys);
}

/* The same link twice is two tokens. */
Test(link_token, fresh)
{
    struct link_keys *keys = keys_open();
    struct link link = vectors[0].link, read;
    char one[LINK_TOKEN_BYTES], two[LINK_TOKEN_BYTES];

    cr_assert(link_token_make(keys, &link, NULL, one, &e));
    cr_assert(link_token_make(keys, &link, NULL, two, &e));
    cr_assert_str_neq(one, two);
    cr_assert(link_token_read(keys, two, &read, &e));
    same(&read, &link);
    link_keys_close(keys);
}

/* Every single character changed, every shorter and some longer text. */
Test(link_token, forged)
{
    static const char letters[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_+/=. \n";
    struct link_keys *keys = keys_open();
    const char *token = vectors[0].token;
    struct link read = {.key = 4711};
    size_t n = strlen(token);
    char bad[LINK_TOKEN_BYTES + 8];

    for (size_t i = 0; i < n; i++) {
        for (size_t c = 0; c < sizeof(letters) - 1; c++) {
            if (letters[c] == token[i])
                continue;
            snprintf(bad, sizeof(bad), "%s", token);
            bad[i] = letters[c];
            cr_assert_not(link_token_read(keys, bad, &read, &e), "%zu %c", i, letters[c]);
            cr_assert_str_eq(e.code, "LINK_BAD");
        }
        snprintf(bad, sizeof(bad), "%.*s", (int)i, token);
        cr_assert_not(link_token_read(keys, bad, &read, &e));
    }
    for (const char *more = "A\nAA\nAAA\nAAAA\n=\n"; *more != '\0';) {
        size_t len = strcspn(more, "\n");

        snprintf(bad, sizeof(bad), "%s%.*s", token, (int)len, more);
        cr_assert_not(link_token_read(keys, bad, &read, &e));
        more += len + 1;
    }
    memset(bad, 'A', sizeof(bad) - 1);
    bad[sizeof(bad) - 1] = '\0';
    cr_assert_not(link_token_read(keys, bad, &read, &e));
    cr_assert_eq(read.key, 4711);
    link_keys_close(keys);
}

/* A key's number stands in the token, and the key of another system does not open it. */
Test(link_token, other_key)
{
    struct link_keys *keys = keys_open(), *without;
    struct link link = vectors[0].link, read;
    const char *dir = directory();
    char token[LINK_TOKEN_BYTES];

    file_write(dir, "1-mta-eu1", OTHER, 0600);
    cr_assert(link_keys_open(dir, &without, &e));
    cr_assert_not(link_token_read(without, vectors[0].token, &read, &e));
    cr_assert_not(link_token_read(without, vectors[1].token, &read, &e));
    link.key = 9;
    cr_assert_not(link_token_make(keys, &link, NULL, token, &e));
    cr_assert_str_eq(e.code, "LINK_KEYS");
    link_keys_close(keys);
    link_keys_close(without);
}

Test(link_token, fields)
{
    struct link_keys *keys = keys_open();
    struct link link, read;
    char token[LINK_TOKEN_BYTES];

    link = vectors[0].link;
    link.address[0] = '\0';
    cr_assert_not(link_token_make(keys, &link, NULL, token, &e));
    cr_assert_str_eq(e.code, "LINK_FIELD");
    link = vectors[0].link;
    link.message[1] = '\n';
    cr_assert_not(link_token_make(keys, &link, NULL, token, &e));
    cr_assert_str_eq(e.code, "LINK_FIELD");
    link = vectors[2].link;
    memset(link.statement, 'x', sizeof(link.statement) - 1);
    memset(link.purposes, 'y', sizeof(link.purposes) - 1);
    cr_assert_not(link_token_make(keys, &link, NULL, token, &e));
    cr_assert_str_eq(e.code, "LINK_TOO_LONG");
    /* the longest that fits */
    memset(link.purposes, 0, sizeof(link.purposes));
    link.policy[0] = link.version[0] = link.message[0] = '\0';
    memset(link.purposes, 'y', 8);
    cr_assert(link_token_make(keys, &link, NULL, token, &e), "%s", e.text);
    cr_assert(link_token_read(keys, token, &read, &e));
    same(&read, &link);
    link_keys_close(keys);
}

Test(link_token, directory)
{
    struct link_keys *keys = keys_open();
    const char *dir = directory();

    cr_assert_eq(link_keys_newest(keys, "mta-eu1"), 258);
    cr_assert_eq(link_keys_newest(keys, "web"), 7);
    cr_assert_eq(link_keys_newest(keys, NULL), 258);
    cr_assert_eq(link_keys_newest(keys, "nobody"), 0);
    cr_assert_str_eq(link_keys_system(keys, 7), "web");
    cr_assert_str_eq(link_keys_system(keys, 8), "");
    link_keys_close(keys);

    cr_assert_not(link_keys_open("/nowhere/at/all", &keys, &e));
    cr_assert_eq(e.kind, ERR_CONFIG);
    file_write(dir, "1-a", KEY, 0644);
    cr_assert_not(link_keys_open(dir, &keys, &e), "open to everybody");
    file_write(dir, "1-a", "short", 0600);
    cr_assert_not(link_keys_open(dir, &keys, &e), "too short");
    file_write(dir, "1-a", KEY, 0600);
    file_write(dir, "1-b", KEY, 0600);
    cr_assert_not(link_keys_open(dir, &keys, &e), "one number twice");
    cr_assert_str_eq(e.code, "LINK_KEYS");
}

Test(link_token, base64url)
{
    uint8_t raw[64], back[64];
    char text[BASE64URL_CHARS(64) + 1];
    size_t n;

    for (size_t len = 0; len < sizeof(raw); len++) {
        for (size_t i = 0; i < len; i++)
            raw[i] = (uint8_t)(i * 37 + len);
        base64url_write(raw, len, text);
        cr_assert_eq(strlen(text), BASE64URL_CHARS(len));
        cr_assert(base64url_read(text, strlen(text), back, sizeof(back), &n));
        cr_assert_eq(n, len);
        cr_assert_eq(memcmp(raw, back, len), 0);
        cr_assert(len == 0 || !base64url_read(text, strlen(text), back, len - 1, &n));
    }
    cr_assert_not(base64url_read("AAAAA", 5, back, sizeof(back), &n), "no such length");
    cr_assert_not(base64url_read("AB", 2, back, sizeof(back), &n), "bits past the end");
}
