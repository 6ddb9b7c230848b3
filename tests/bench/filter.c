/*
 * filter [ENTRIES] - the suppression filter: ten million tokens in, every one asked for,
 * and as many that are not there. Ends with 1 on a single false negative.
 */
#include "base/clock.h"
#include "base/mem.h"
#include "filter/filter_build.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct file {
    size_t len, cap;
    char *data;
};

static bool to_memory(void *arg, const void *data, size_t len, struct err *err)
{
    struct file *f = arg;

    (void)err;
    if (f->len + len > f->cap) {
        f->cap = f->len + len;
        f->data = mem_resize(f->data, f->cap, 1);
    }
    memcpy(f->data + f->len, data, len);
    f->len += len;
    return true;
}

/* 64 hexadecimal digits, as sha256-hex has them. */
static void token(uint64_t i, char ret[65])
{
    static const char digits[] = "0123456789abcdef";

    for (size_t word = 0; word < 4; word++) {
        uint64_t x = consent_filter_mix(i, word + 1);

        for (size_t k = 0; k < 16; k++, x >>= 4)
            ret[16 * word + k] = digits[x & 15];
    }
}

static size_t count(const struct consent_filter *f, uint64_t from, size_t n)
{
    size_t hits = 0;
    char text[65];

    for (size_t i = 0; i < n; i++) {
        token(from + i, text);
        hits += consent_filter_has(f, text, 64);
    }
    return hits;
}

static double rate(const struct consent_filter *f, uint64_t from, size_t n)
{
    char(*tokens)[65] = mem_zalloc(n, sizeof(*tokens));
    size_t hits = 0;
    int64_t start_us;
    double seconds;

    for (size_t i = 0; i < n; i++)
        token(from + i, tokens[i]);
    start_us = clock_mono_us();
    for (size_t i = 0; i < n; i++)
        hits += consent_filter_has(f, tokens[i], 64);
    seconds = (double)(clock_mono_us() - start_us) / 1e6;
    free(tokens);
    return hits <= n ? (double)n / seconds : 0; /* so that they are counted */
}

int main(int argc, char **argv)
{
    const size_t n = argc > 1 ? strtoul(argv[1], NULL, 10) : 10000000;
    struct filter_builder *b = filter_builder_open((const uint8_t *)"sixteen bytes...");
    struct consent_filter_about about = {.list = "bench", .profile = "sha256-hex"};
    struct consent_filter *f;
    struct file file = {0};
    int64_t start_us = clock_mono_us();
    char text[65];
    struct err err;

    for (size_t i = 0; i < n; i++) {
        token(i, text);
        filter_builder_add(b, text, 64);
    }
    if (!filter_builder_write(b, &about, to_memory, &file, &err)) {
        fprintf(stderr, "%s\n", err.text);
        return 1;
    }
    filter_builder_close(b);
    printf("%-58s %.1f s\n", "filter: built", (double)(clock_mono_us() - start_us) / 1e6);
    if (consent_filter_load(file.data, file.len, &f) != CONSENT_FILTER_OK)
        return 1;

    const size_t missed = n - count(f, 0, n);
    const size_t wrong = count(f, UINT64_C(1) << 40, n);

    printf("%-58s %zu\n", "  tokens", n);
    printf("%-58s %zu  (must be 0)\n", "  false negatives", missed);
    printf("%-58s 1 in %.0f  (stated: 1 in 65,536)\n", "  false positives",
           wrong > 0 ? (double)n / (double)wrong : 0.0);
    printf("%-58s %.3f\n", "  bytes an entry", (double)file.len / (double)n);
    printf("%-58s %.1f million/s, %.1f million/s\n",
           "  queries on one core, there and not", rate(f, 0, 1000000) / 1e6,
           rate(f, UINT64_C(1) << 41, 1000000) / 1e6);
    consent_filter_close(f);
    free(file.data);
    return missed > 0;
}
