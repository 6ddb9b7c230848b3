/*
 * signin.c - fuzz target: what comes from an OpenID provider, or from whoever says that
 * he is one. The first byte says which: what it says of itself, a token answer, a set of
 * keys (behind a line with the algorithm and a line with the key's name), the claims, or
 * a signed token and, on the next line, the set of keys.
 *
 * Whatever the bytes: a refusal has a code; a text ends within its room; no key but one
 * for signatures is found; a token that opens is signed by a public key's algorithm.
 */
#include "require.h"

#include "codec/codec.h"
#include "codec/oidc_json.h"
#include "crypto/id_token.h"

#include <stdlib.h>
#include <string.h>

#define BYTES_MOST 65536

static bool ends(const char *text, size_t room)
{
    return memchr(text, '\0', room) != NULL;
}

static void fuzz_provider(const char *json, size_t len)
{
    static struct oidc_provider p;
    struct err err = {0};

    if (!oidc_provider_read(json, len, &p, &err))
        require(err.kind == ERR_INPUT && err.code[0] != '\0', "a refusal has a code");
    else
        require(ends(p.issuer, sizeof(p.issuer)) &&
                    ends(p.authorization, sizeof(p.authorization)) &&
                    ends(p.token, sizeof(p.token)) && ends(p.keys, sizeof(p.keys)),
                "addresses end");
}

static void fuzz_answer(const char *json, size_t len)
{
    struct err err = {0};
    struct buf token;

    buf_init(&token, 2 * BYTES_MOST);
    if (!oidc_token_read(json, len, &token, &err))
        require(err.code[0] != '\0', "a refusal has a code");
    else
        require(token.len > 0 && token.data[token.len - 1] == '\0', "a token ends");
    buf_done(&token);
}

/* The next line of text, ended in place; *text goes behind it. */
static char *line_take(char **text)
{
    char *line = *text;
    size_t n = strcspn(line, "\n");

    *text = line[n] == '\n' ? line + n + 1 : line + n;
    line[n] = '\0';
    return line;
}

static void fuzz_keys(char *text, const char *end)
{
    const char *algorithm = line_take(&text), *kid = line_take(&text);
    struct err err = {0};
    struct buf key;

    buf_init(&key, 2 * BYTES_MOST);
    if (!oidc_key_find(text, (size_t)(end - text), algorithm, kid, &key, &err))
        require(err.code[0] != '\0', "a refusal has a code");
    else
        require(key.len > 0 && memmem(key.data, key.len, "\"kty\"", 5) != NULL &&
                    memmem(key.data, key.len, "\"enc\"", 5) == NULL,
                "a key is one for signatures");
    buf_done(&key);
}

static void fuzz_claims(const char *json, size_t len)
{
    static const struct oidc_expected expected = {
        .issuer = "https://id.example",
        .client = "desk",
        .nonce = "n",
        .role_claim = "roles",
        .now_s = 1767225600,
    };
    static struct oidc_claims c;
    struct err err = {0};

    if (!oidc_claims_read(json, len, &expected, &c, &err)) {
        require(err.code[0] != '\0', "a refusal has a code");
        return;
    }
    require(ends(c.subject, sizeof(c.subject)) && c.subject[0] != '\0', "it is somebody");
    require(ends(c.name, sizeof(c.name)) && c.n_roles <= OIDC_ROLES_MAX, "with a name");
    for (size_t i = 0; i < c.n_roles; i++)
        require(ends(c.role[i], sizeof(c.role[i])), "and roles");
}

static void fuzz_signed(char *text, const char *end)
{
    const char *token = line_take(&text);
    struct id_token_head head;
    struct buf key, payload;
    struct err err = {0};

    buf_init(&key, 2 * BYTES_MOST);
    buf_init(&payload, 2 * BYTES_MOST);
    if (!id_token_head(token, &head, &err))
        require(err.code[0] != '\0', "a refusal has a code");
    else if (oidc_key_find(text, (size_t)(end - text), head.algorithm, head.kid, &key,
                           &err) &&
             id_token_open(token, key.data, key.len, &payload, &err))
        require(strcmp(head.algorithm + 1, "S256") == 0 &&
                    strchr("RPE", head.algorithm[0]) != NULL,
                "who opens it needs no secret of who made it");
    buf_done(&key);
    buf_done(&payload);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text;

    if (size == 0 || size > BYTES_MOST)
        return 0;
    codec_init();
    text = malloc(size); /* so that a byte too far is seen */
    memcpy(text, data + 1, size - 1);
    text[size - 1] = '\0';
    switch (data[0] % 5) {
    case 0: fuzz_provider(text, size - 1); break;
    case 1: fuzz_answer(text, size - 1); break;
    case 2: fuzz_keys(text, text + size - 1); break;
    case 3: fuzz_claims(text, size - 1); break;
    default: fuzz_signed(text, text + size - 1);
    }
    free(text);
    return 0;
}
