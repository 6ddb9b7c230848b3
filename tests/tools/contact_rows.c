/*
 * contact_rows CONTACT_SECRET SEAL_SECRET - contact points in, rows of the table contact
 * out.
 *
 * For tests and benchmarks that fill tables without ingest. A line in is a kind and a
 * canonical identifier ("1 a@example.com"); a line out is for COPY: key, kind, wrapped
 * key, sealed identifier.
 */
#include "base/conf.h"
#include "crypto/contact_key.h"
#include "crypto/seal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void put_hex(const uint8_t *data, size_t n)
{
    for (size_t i = 0; i < n; i++)
        printf("%02x", data[i]);
}

static bool row(struct contact_keyer *keyer, struct seal *seal, char *line,
                struct err *err)
{
    enum contact_kind kind = (enum contact_kind)(line[0] - '0');
    uint8_t wrapped[SEAL_WRAPPED_BYTES], sealed[SEAL_SEALED_BYTES];
    struct contact_key keys[CONTACT_SECRETS_MAX];
    size_t n;

    line[strcspn(line, "\n")] = '\0';
    if (!contact_keys_make(keyer, kind, line + 2, keys, err) ||
        !seal_identifier(seal, &keys[0], line + 2, wrapped, sealed, &n, err))
        return false;
    put_hex(keys[0].b, sizeof(keys[0].b));
    printf("\t%d\t\\\\x", (int)kind);
    put_hex(wrapped, sizeof(wrapped));
    printf("\t\\\\x");
    put_hex(sealed, n);
    putchar('\n');
    return true;
}

int main(int argc, char **argv)
{
    struct contact_keyer *keyer;
    struct seal *seal;
    char secret[256], line[2048];
    struct err err;
    size_t n;

    if (argc != 3) {
        fputs("usage: contact_rows CONTACT_SECRET SEAL_SECRET\n", stderr);
        return 2;
    }
    if (!conf_read_secret(argv[1], secret, sizeof(secret), &n, &err))
        goto fail;
    keyer = contact_keyer_open(secret, n, &err);
    seal = keyer != NULL ? seal_open(argv[2], 1, &err) : NULL;
    if (seal == NULL)
        goto fail;
    while (fgets(line, sizeof(line), stdin) != NULL)
        if (!row(keyer, seal, line, &err))
            goto fail;
    seal_close(seal);
    contact_keyer_close(keyer);
    return 0;
fail:
    fprintf(stderr, "contact_rows: %s\n", err.text);
    return 1;
}
