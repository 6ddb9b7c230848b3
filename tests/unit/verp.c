/* verp: an address that fits one recipient under one key, and nobody else; the vector of
 * services/gateway/UNSUBSCRIBE.md. */
#include "crypto/verp.h"

#include <criterion/criterion.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct err e;

static struct link_keys *keys_open(void)
{
    static const char key[] =
        "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f\n";
    char dir[] = "/tmp/verp-keys-XXXXXX", path[64];
    struct link_keys *keys;

    cr_assert_not_null(mkdtemp(dir));
    for (int i = 0; i < 2; i++) {
        snprintf(path, sizeof(path), "%s/%s", dir,
                 i == 0 ? "1-mta-eu1" : "65535-mta-eu2");
        int fd = open(path, O_CREAT | O_WRONLY, 0600);
        cr_assert(fd >= 0);
        cr_assert_eq(write(fd, key, sizeof(key) - 1), (ssize_t)sizeof(key) - 1);
        close(fd);
    }
    cr_assert(link_keys_open(dir, &keys, &e), "%s", e.text);
    return keys;
}

Test(verp, of_the_guide)
{
    struct link_keys *keys = keys_open();
    char tag[VERP_BYTES];

    cr_assert(verp_make(keys, 1, "user@example.com", tag, &e));
    cr_expect_str_eq(tag, "v1-1-7279bfc02607e81e0ce5f11f543a6d5e");
    cr_expect(verp_make(keys, 65535, "user@example.com", tag, &e));
    cr_expect_not(verp_make(keys, 2, "user@example.com", tag, &e));
    link_keys_close(keys);
}

Test(verp, fits_one_recipient)
{
    struct link_keys *keys = keys_open();
    char tag[VERP_BYTES], other[VERP_BYTES];

    cr_assert(verp_make(keys, 65535, "ann@example.org", tag, &e));
    cr_expect(verp_fits(keys, tag, "ann@example.org"));
    cr_expect_not(verp_fits(keys, tag, "anne@example.org"));
    memcpy(other, tag, sizeof(other));
    for (char *s = other; *s != '\0'; s++) /* a server may write it so */
        *s = *s >= 'a' && *s <= 'z' ? (char)(*s - 'a' + 'A') : *s;
    cr_expect(verp_fits(keys, other, "ann@example.org"));
    for (size_t i = 0; tag[i] != '\0'; i++) {
        memcpy(other, tag, sizeof(other));
        other[i] = other[i] == '0' ? '1' : '0';
        cr_expect_not(verp_fits(keys, other, "ann@example.org"), "%s", other);
        other[i] = '\0';
        cr_expect_not(verp_fits(keys, other, "ann@example.org"), "%s", other);
    }
    cr_expect_not(verp_fits(keys, "", "ann@example.org"));
    cr_expect_not(verp_fits(keys, "v1-99999999999999999999-00", "ann@example.org"));
    link_keys_close(keys);
}
