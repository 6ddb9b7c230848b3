/* The filter: nothing is missed, what is damaged is refused, what comes out is one file.
 */
#include "base/buf.h"
#include "filter/filter_build.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const uint8_t key[16] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16};

static bool to_buf(void *arg, const void *data, size_t len, struct err *err)
{
    (void)err;
    return buf_add(arg, data, len);
}

static struct consent_filter_about about = {.made_us = 1772446530000000,
                                            .list = "promotional-email",
                                            .profile = "sha256-hex",
                                            .cursor = "1.2.3"};

static void token(uint64_t i, char ret[80])
{
    snprintf(ret, 80, "%064llx", (unsigned long long)consent_filter_mix(i, 77));
}

static void build(size_t n, struct buf *out)
{
    struct filter_builder *b = filter_builder_open(key);
    struct err err;
    char text[80];

    buf_init(out, 1 << 28);
    for (size_t i = 0; i < n; i++) {
        token(i, text);
        filter_builder_add(b, text, 64);
    }
    cr_assert(filter_builder_write(b, &about, to_buf, out, &err), "%s", err.text);
    filter_builder_close(b);
}

static size_t hits(const struct consent_filter *f, uint64_t from, size_t n)
{
    size_t found = 0;
    char text[80];

    for (size_t i = 0; i < n; i++) {
        token(from + i, text);
        found += consent_filter_has(f, text, 64);
    }
    return found;
}

Test(filter, siphash_of_its_authors)
{
    uint8_t k[16], data[15];

    for (uint8_t i = 0; i < 16; i++)
        k[i] = i;
    for (uint8_t i = 0; i < 15; i++)
        data[i] = i;
    cr_expect_eq(consent_filter_hash(k, data, 15), UINT64_C(0xa129ca6149be45e5));
    cr_expect_eq(consent_filter_hash(k, data, 0), UINT64_C(0x726fdb47dd0e0e31));
    cr_expect_eq(consent_filter_hash(k, data, 8), UINT64_C(0x93f5f5799a932462));
}

Test(filter, crc_of_the_catalogue)
{
    struct consent_filter_crc crc;

    consent_filter_crc_init(&crc);
    cr_expect_eq(consent_filter_crc_add(&crc, 0, "123456789", 9),
                 UINT64_C(0x995dc9bbdf1939fa));
    cr_expect_eq(consent_filter_crc_add(&crc, consent_filter_crc_add(&crc, 0, "1234", 4),
                                        "56789", 5),
                 UINT64_C(0x995dc9bbdf1939fa));
}

Test(filter, nothing_is_missed_at_any_size)
{
    for (size_t n = 0; n < 3000; n = n < 70 ? n + 1 : n * 3 / 2) {
        struct consent_filter *f;
        struct buf file;

        build(n, &file);
        cr_assert_eq(consent_filter_load(file.data, file.len, &f), CONSENT_FILTER_OK,
                     "%zu", n);
        cr_assert_eq(consent_filter_about(f)->entries, n);
        cr_assert_eq(hits(f, 0, n), n, "%zu", n);
        cr_assert_leq(hits(f, 1000000, 1000), 3);
        consent_filter_close(f);
        buf_done(&file);
    }
}

/* Half the false positives more than there should be is 18 standard deviations away. */
Test(filter, a_million)
{
    const size_t n = 1000000;
    struct consent_filter *f;
    struct buf file;
    size_t false_ones;

    build(n, &file);
    cr_assert_eq(consent_filter_load(file.data, file.len, &f), CONSENT_FILTER_OK);
    cr_expect_eq(hits(f, 0, n), n, "a false negative");
    cr_expect_lt(8.0 * (double)file.len / (double)n, 18.6, "bits an entry");
    false_ones = hits(f, 1u << 30, 4 * n);
    cr_expect(false_ones > 30 && false_ones < 92, "%zu of 61 expected", false_ones);
    consent_filter_close(f);
    buf_done(&file);
}

Test(filter, what_came_twice_counts_once)
{
    struct filter_builder *b = filter_builder_open(key);
    struct consent_filter *f;
    struct buf file;
    struct err err;

    buf_init(&file, 1 << 20);
    for (int i = 0; i < 1000; i++)
        filter_builder_add(b, i % 2 ? "one" : "two", 3);
    cr_assert(filter_builder_write(b, &about, to_buf, &file, &err));
    cr_assert_eq(consent_filter_load(file.data, file.len, &f), CONSENT_FILTER_OK);
    cr_expect_eq(consent_filter_about(f)->entries, 2);
    cr_expect(consent_filter_has(f, "one", 3) && consent_filter_has(f, "two", 3));
    consent_filter_close(f);
    filter_builder_close(b);
    buf_done(&file);
}

Test(filter, what_is_damaged_is_refused)
{
    struct consent_filter *f = NULL;
    struct buf file;

    build(500, &file);
    for (size_t i = 0; i < file.len * 8; i++) {
        enum consent_filter_error e;

        file.data[i / 8] ^= (char)(1 << (i % 8));
        e = consent_filter_load(file.data, file.len, &f);
        cr_assert(e == CONSENT_FILTER_DAMAGED || (e == CONSENT_FILTER_FOREIGN && i < 64),
                  "bit %zu", i);
        file.data[i / 8] ^= (char)(1 << (i % 8));
    }
    for (size_t n = 0; n < file.len; n++)
        cr_assert_eq(consent_filter_load(file.data, n, &f),
                     n < 8 ? CONSENT_FILTER_FOREIGN : CONSENT_FILTER_DAMAGED);
    buf_add_str(&file, "x");
    cr_expect_eq(consent_filter_load(file.data, file.len, &f), CONSENT_FILTER_DAMAGED);
    cr_expect_eq(consent_filter_load("token,list\n", 11, &f), CONSENT_FILTER_FOREIGN);
    cr_expect(f == NULL);
    buf_done(&file);
}

Test(filter, files)
{
    char path[] = "/tmp/filter-test-XXXXXX", other[64];
    struct consent_filter *f, *mapped;
    struct buf file;
    FILE *out;

    build(1000, &file);
    close(mkstemp(path));
    cr_expect_eq(consent_filter_open(path, &f), CONSENT_FILTER_FOREIGN, "an empty file");
    out = fopen(path, "wb");
    fwrite(file.data, 1, file.len, out);
    fclose(out);
    cr_assert_eq(consent_filter_open(path, &f), CONSENT_FILTER_OK);
    cr_assert_eq(consent_filter_map(path, &mapped), CONSENT_FILTER_OK);
    cr_expect_eq(hits(f, 0, 1000), 1000);
    cr_expect_eq(hits(mapped, 0, 1000), 1000);
    cr_expect_str_eq(consent_filter_about(f)->list, "promotional-email");
    cr_expect_str_eq(consent_filter_about(f)->cursor, "1.2.3");
    cr_expect_not(consent_filter_stale(f));
    snprintf(other, sizeof other, "%s.new", path);
    out = fopen(other, "wb");
    fwrite(file.data, 1, file.len, out);
    fclose(out);
    rename(other, path);
    cr_expect(consent_filter_stale(f));
    cr_expect_eq(hits(f, 0, 1000), 1000, "the one that is open stays good");
    consent_filter_close(f);
    consent_filter_close(mapped);
    unlink(path);
    cr_expect_eq(consent_filter_open(path, &f), CONSENT_FILTER_NO_FILE);
    cr_expect_eq(consent_filter_open("/tmp", &f), CONSENT_FILTER_FOREIGN);
    buf_done(&file);
}
