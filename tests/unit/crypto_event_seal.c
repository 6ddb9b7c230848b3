/* Events sealed: what opens, what does not, and what the commitment is of. */
#include "golden.h"
#include "base/hex.h"

#include "codec/event/header_bytes.h"
#include "crypto/event_seal.h"

#include <sys/stat.h>
#include <unistd.h>

static const struct event_place here = {7, 3, 41};
static const uint8_t salt[EVENT_SALT_BYTES + 1] = "sixteen byte sal";
static const char event[] =
    "{\"specversion\":\"1.0\",\"id\":\"1\",\"type\":\"optout.recorded.v1\",\"data\":"
    "{\"contact\":{\"email\":\"ana@example.com\"},\"optout\":{\"via\":\"link\"}}}";

static struct seal *seal;
static struct event_sealer *sealer;
static struct buf sealed, back;

static struct seal *seal_with(uint8_t fill, uint8_t version)
{
    char path[] = "/tmp/consent-event-XXXXXX";
    struct err err = {0};
    uint8_t key[32];
    struct seal *s;
    int fd = mkstemp(path);

    memset(key, fill, sizeof(key));
    cr_assert(fd >= 0 && write(fd, key, sizeof(key)) == sizeof(key));
    fchmod(fd, 0600);
    close(fd);
    s = seal_open(path, version, &err);
    unlink(path);
    cr_assert_not_null(s, "%s", err.text);
    return s;
}

static void setup(void)
{
    struct err err;

    seal = seal_with(9, 1);
    sealer = event_sealer_open(seal, &err);
    cr_assert_not_null(sealer);
    buf_init(&sealed, 1 << 20);
    buf_init(&back, 1 << 20);
    cr_assert(event_seal(sealer, &here, salt, EVENT_PART_RAW, event, strlen(event),
                         &sealed, &err));
}

static void teardown(void)
{
    buf_done(&sealed);
    buf_done(&back);
    event_sealer_close(sealer);
    seal_close(seal);
}

TestSuite(event_seal, .init = setup, .fini = teardown);

static const char *opens(const struct event_place *place, const uint8_t *with,
                         enum event_part part, const void *data, size_t len)
{
    static struct err err;

    buf_reset(&back);
    return event_unseal(sealer, place, with, part, data, len, &back, &err) ? ""
                                                                           : err.code;
}

Test(event_seal, comes_back_and_is_smaller)
{
    cr_assert_str_eq(opens(&here, salt, EVENT_PART_RAW, sealed.data, sealed.len), "");
    cr_assert_eq(back.len, strlen(event));
    cr_assert_eq(memcmp(back.data, event, back.len), 0);
    cr_assert_lt(sealed.len, strlen(event) * 2 / 3);
    cr_assert_null(memmem(sealed.data, sealed.len, "ana@", 4));
}

Test(event_seal, opens_nowhere_else)
{
    const struct event_place other[] = {{8, 3, 41}, {7, 4, 41}, {7, 3, 42}};
    uint8_t wrong[EVENT_SALT_BYTES];

    for (size_t i = 0; i < 3; i++)
        cr_expect_str_eq(opens(&other[i], salt, EVENT_PART_RAW, sealed.data, sealed.len),
                         "SEAL_BROKEN");
    cr_expect_str_eq(opens(&here, salt, EVENT_PART_HEADERS, sealed.data, sealed.len),
                     "SEAL_BROKEN");
    memcpy(wrong, salt, sizeof(wrong));
    wrong[15] ^= 1;
    cr_expect_str_eq(opens(&here, wrong, EVENT_PART_RAW, sealed.data, sealed.len),
                     "SEAL_BROKEN");
    for (size_t i = 1; i < sealed.len; i++) {
        sealed.data[i] ^= 1;
        cr_expect_str_eq(opens(&here, salt, EVENT_PART_RAW, sealed.data, sealed.len),
                         "SEAL_BROKEN", "byte %zu", i);
        sealed.data[i] ^= 1;
    }
    for (size_t n = 0; n < sealed.len; n++)
        cr_expect_str_eq(opens(&here, salt, EVENT_PART_RAW, sealed.data, n),
                         "SEAL_BROKEN");
}

Test(event_seal, says_which_key_is_missing)
{
    sealed.data[0] = 2;
    cr_assert_str_eq(opens(&here, salt, EVENT_PART_RAW, sealed.data, sealed.len),
                     "SEAL_KEY_UNKNOWN");
}

Test(event_seal, bytes_of_every_kind)
{
    static char noise[70000];
    const size_t sizes[] = {0, 1, 17, sizeof(noise)};
    struct err err;

    for (size_t i = 0; i < sizeof(noise); i++)
        noise[i] = (char)(i * 2654435761u >> 13);
    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        buf_reset(&sealed);
        cr_assert(event_seal(sealer, &here, salt, EVENT_PART_RAW, noise, sizes[i],
                             &sealed, &err));
        cr_assert_str_eq(opens(&here, salt, EVENT_PART_RAW, sealed.data, sealed.len), "");
        cr_assert_eq(back.len, sizes[i]);
        cr_assert_eq(memcmp(back.data, noise, sizes[i]), 0);
    }
}

/* By Python: hashlib.sha256(b"consentmq event" + salt + ...). */
Test(event_seal, the_commitment_is_as_documented)
{
    static const char headers[] = "\0\0\0\1\0\0\0\1a\377\377\377\377";
    uint8_t c[EVENT_COMMITMENT_BYTES];
    char text[2 * EVENT_COMMITMENT_BYTES + 1];
    struct err err;

    cr_assert(event_commit(salt, "{}", 2, NULL, 0, c, &err));
    hex_print(c, sizeof(c), text);
    cr_expect_str_eq(text,
                     "46b8674451c7f49cb474ea87f490736067a7ef65054f143c90f7fe0f70e2fb0f");
    cr_assert(event_commit(salt, "{}", 2, headers, sizeof(headers) - 1, c, &err));
    hex_print(c, sizeof(c), text);
    cr_expect_str_eq(text,
                     "769f5918976fb8c219dd3f05779f105e5f8eee5c01913670f2b6e17991cc9a99");
    cr_assert(event_commit(salt, NULL, 0, NULL, 0, c, &err));
    hex_print(c, sizeof(c), text);
    cr_expect_str_eq(text,
                     "e3557e5c2ada078fa415643ee52f88a071cc0b747df2327c3f04e5bcb21f5f3e");
    cr_assert(event_commit(salt, "", 0, NULL, 0, c, &err));
    hex_print(c, sizeof(c), text);
    cr_expect_str_eq(text,
                     "3fbdd892c050735a183e7053789a70e66d1eb7fa22ceb1bc5a091d1e1781241c");
}

Test(event_seal, headers_there_and_back)
{
    const struct record_header list[] = {{"ce_id", "1\"7", 3},
                                         {"ce_type", NULL, 0},
                                         {"content-type", "application/json", 16}};
    const struct event_input in = {.value = "{}",
                                   .value_len = 2,
                                   .has_value = true,
                                   .headers = list,
                                   .n_headers = 3};
    struct buf bytes;

    buf_init(&bytes, 1000);
    cr_assert(headers_to_bytes(&in, &bytes));
    cr_assert(headers_bytes_to_json(bytes.data, bytes.len, &back));
    cr_assert_str_eq(back.data, "{\"ce_id\":\"1\\\"7\",\"ce_type\":null,"
                                "\"content-type\":\"application/json\"}");
    for (size_t n = 0; n < bytes.len; n++)
        cr_expect_not(headers_bytes_to_json(bytes.data, n, &back), "%zu bytes", n);
    buf_done(&bytes);
}
