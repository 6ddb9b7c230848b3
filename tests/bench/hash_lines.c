/*
 * hash_lines FILE SECRET_FILE - the least that a scrub must do: reads a file of
 * addresses, one a line, normalises each and makes its key. Prints the seconds it took.
 */
#include "base/clock.h"
#include "codec/csv.h"
#include "crypto/contact_key.h"
#include "ident/email.h"

#include <stdio.h>
#include <string.h>

int main(int argc, char **argv)
{
    FILE *file = argc == 3 ? fopen(argv[1], "rb") : NULL;
    FILE *secret = argc == 3 ? fopen(argv[2], "rb") : NULL;
    static char bytes[256 << 10];
    struct csv_reader *csv = csv_open_plain(1 << 20);
    int64_t start_us = clock_mono_us();
    struct contact_keyer *keyer;
    struct csv_record rec;
    unsigned sum = 0; /* printed, so that nothing is left out */
    enum csv_got got;
    struct err err;
    char key[256];
    size_t n;

    if (file == NULL || secret == NULL)
        return 2;
    n = fread(key, 1, sizeof(key), secret);
    keyer = contact_keyer_open(key, n, &err);
    if (keyer == NULL)
        return 2;
    while ((got = csv_next(csv, &rec)) != CSV_END) {
        char text[IDENT_EMAIL_BYTES], address[1024];
        struct contact_key contact[CONTACT_SECRETS_MAX];

        if (got == CSV_MORE) {
            n = fread(bytes, 1, sizeof(bytes), file);
            if (n == 0)
                csv_feed_end(csv);
            csv_feed(csv, bytes, n);
            continue;
        }
        snprintf(address, sizeof(address), "%.*s", (int)rec.raw_len, rec.raw);
        if (ident_email(address, text, &err) &&
            contact_keys_make(keyer, CONTACT_EMAIL, text, contact, &err))
            sum += contact[0].b[0];
    }
    fprintf(stderr, "%u\n", sum);
    printf("%.3f\n", (double)(clock_mono_us() - start_us) / 1e6);
    contact_keyer_close(keyer);
    csv_close(csv);
    fclose(file);
    fclose(secret);
    return 0;
}
