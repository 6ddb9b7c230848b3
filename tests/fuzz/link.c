/*
 * link.c - fuzz target: the token of an opt-out link, and a signed sender (VERP).
 *
 * The input is taken as each of them, which is never one of ours; and as the text inside
 * a token that was made with the right key, which need not be what we would write. What
 * is read of that can be made again and says the same again.
 */
#include "require.h"

#include "base/base64url.h"
#include "crypto/link_token.h"
#include "crypto/verp.h"

#include <fcntl.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

int LLVMFuzzerInitialize(int *argc, char ***argv);
static struct link_keys *keys;
static const uint8_t key[LINK_KEY_BYTES] = "an invented key of 32 bytes, ok";

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    char dir[] = "/tmp/fuzz-link-XXXXXX", path[64];
    struct err err;
    int fd;

    (void)argc;
    (void)argv;
    require(mkdtemp(dir) != NULL, "a directory");
    snprintf(path, sizeof(path), "%s/1-fuzz", dir);
    fd = open(path, O_CREAT | O_WRONLY, 0600);
    require(write(fd, key, sizeof(key)) == sizeof(key), "a key");
    close(fd);
    require(link_keys_open(dir, &keys, &err), "keys");
    unlink(path);
    rmdir(dir);
    return 0;
}

static void fuzz_token(const uint8_t *data, size_t size)
{
    char token[2 * LINK_TOKEN_BYTES];
    struct link link;
    struct err err;

    if (size >= sizeof(token))
        return;
    memcpy(token, data, size);
    token[size] = '\0';
    require(!link_token_read(keys, token, &link, &err), "nobody can make a token");
    require(err.kind == ERR_INPUT && strcmp(err.code, "LINK_BAD") == 0, "one answer");
    require(!link_token_find(keys, token, &link, &err), "however it is looked at");
    require(strcmp(err.code, "LINK_BAD") == 0, "the same answer");
    require(!verp_fits(keys, token, "a@example.com"), "nor a sender");
}

static void seal(const uint8_t *text, size_t len, char *token)
{
    uint8_t raw[31 + LINK_TEXT_MAX_BYTES] = {1, 0, 1};
    EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
    int n;

    EVP_EncryptInit_ex(ctx, EVP_aes_256_gcm(), NULL, key, raw + 3);
    EVP_EncryptUpdate(ctx, NULL, &n, raw, 3);
    EVP_EncryptUpdate(ctx, raw + 15, &n, text, (int)len);
    EVP_EncryptFinal_ex(ctx, raw + 15 + len, &n);
    EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_GCM_GET_TAG, 16, raw + 15 + len);
    EVP_CIPHER_CTX_free(ctx);
    base64url_write(raw, 31 + len, token);
}

static void fuzz_text(const uint8_t *data, size_t size)
{
    char token[LINK_TOKEN_BYTES], again[LINK_TOKEN_BYTES];
    struct link link, second;
    struct err err;

    if (size > LINK_TEXT_MAX_BYTES)
        return;
    seal(data, size, token);
    if (!link_token_read(keys, token, &link, &err)) {
        require(strcmp(err.code, "LINK_BAD") == 0, "one answer");
        return;
    }
    require(link_token_make(keys, &link, NULL, again, &err), "what was read can be made");
    require(link_token_read(keys, again, &second, &err), "and read again");
    memcpy(second.digest, link.digest, sizeof(link.digest));
    require(memcmp(&link, &second, sizeof(link)) == 0, "and says the same");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fuzz_token(data, size);
    fuzz_text(data, size);
    return 0;
}
