/* Signed notes: the vector of golang.org/x/mod/sumdb/note, and what must not pass. */
#include "base/buf.h"
#include "crypto/base64.h"
#include "proof/entry.h"
#include "proof/note.h"

#include <criterion/criterion.h>
#include <string.h>

static const char skey[] =
    "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz";
static const char vkey[] =
    "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
static const char text[] = "If you think cryptography is the answer to your problem,\n"
                           "then you don't know what your problem is.\n";
static const char signed_note[] =
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n"
    "\n"
    "\xe2\x80\x94 PeterNeumann "
    "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZ"
    "SNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";

static struct note_signer signer_of(const char *key)
{
    struct note_signer s;
    struct err err;

    cr_assert(note_signer_read(key, strlen(key), &s, &err), "%s", err.text);
    return s;
}

Test(proof_note, known_keys)
{
    struct note_signer s = signer_of(skey);
    char printed[NOTE_KEY_TEXT_BYTES];
    struct note_key key;
    struct err err;

    note_key_print(&s.key, printed);
    cr_expect_str_eq(printed, vkey);
    note_signer_print(&s, printed);
    cr_expect_str_eq(printed, skey);
    cr_assert(note_key_read(vkey, strlen(vkey), &key, &err));
    cr_expect_eq(key.id, 0xc74f20a3);
}

Test(proof_note, known_signature)
{
    struct note_signer s = signer_of(skey);
    struct err err;
    struct buf b;
    size_t len;
    int64_t at;

    buf_init(&b, NOTE_BYTES_MOST);
    buf_add_str(&b, text);
    cr_assert(note_sign(&s, 0, &b, &err));
    cr_expect_str_eq(b.data, signed_note);
    cr_expect(note_signed(b.data, b.len, &s.key, &len, &at));
    cr_expect_eq(len, strlen(text));
    b.data[3] ^= 1;
    cr_expect_not(note_signed(b.data, b.len, &s.key, &len, &at));
    buf_done(&b);
}

/* A witness signs beside the log, and says when. */
Test(proof_note, cosignature)
{
    struct note_signer s = signer_of(skey), witness;
    struct note_key other;
    char printed[NOTE_KEY_TEXT_BYTES];
    struct err err;
    struct buf b;
    size_t len;
    int64_t at;

    cr_assert(note_signer_make("witness.example/w1", NOTE_COSIGNATURE, &witness, &err));
    buf_init(&b, NOTE_BYTES_MOST);
    buf_add_str(&b, text);
    cr_assert(note_sign(&s, 0, &b, &err));
    cr_assert(note_sign(&witness, 1764455000, &b, &err));
    cr_expect(note_signed(b.data, b.len, &s.key, &len, &at));
    cr_expect_eq(at, 0);
    note_key_print(&witness.key, printed);
    cr_assert(note_key_read(printed, strlen(printed), &other, &err));
    cr_expect(note_signed(b.data, b.len, &other, &len, &at));
    cr_expect_eq(at, 1764455000);
    cr_expect_eq(len, strlen(text));
    other.public_key[0] ^= 1;
    cr_expect_not(note_signed(b.data, b.len, &other, &len, &at));
    buf_done(&b);
}

Test(proof_note, no_keys)
{
    static const char *const wrong[] = {
        "",
        "PeterNeumann",
        "PeterNeumann+c74f20a4+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10T",
        "PeterNeumann+c74f20a3+AhpC2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        "Peter Neumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        "+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
    };
    struct note_signer s;
    struct note_key key;
    struct err err;

    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        cr_expect_not(note_key_read(wrong[i], strlen(wrong[i]), &key, &err), "%zu", i);
        cr_expect_str_eq(err.code, "NOTE_KEY");
    }
    cr_expect_not(note_signer_read(vkey, strlen(vkey), &s, &err));
    cr_expect_not(note_signer_make("a b", NOTE_ED25519, &s, &err));
    cr_expect_str_eq(err.code, "NOTE_NAME");
}

Test(proof_note, checkpoint)
{
    static const char good[] =
        "consent.example/events\n1234\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n";
    static const char *const wrong[] = {
        "",
        "a\n",
        "a\n1\n",
        "\n1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n",
        "a\n01\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n",
        "a\n-1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n",
        "a\n1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2=\n",
        "a\n1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=",
    };
    struct checkpoint c;
    struct err err;
    struct buf b;

    cr_assert(checkpoint_read(good, strlen(good), &c, &err));
    cr_expect_str_eq(c.origin, "consent.example/events");
    cr_expect_eq(c.n, 1234);
    buf_init(&b, 1000);
    checkpoint_print(&c, &b);
    cr_expect_str_eq(b.data, good);
    buf_done(&b);
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
        cr_expect_not(checkpoint_read(wrong[i], strlen(wrong[i]), &c, &err), "%zu", i);
}

Test(proof_note, base64)
{
    static const struct {
        const char *raw, *text;
    } rows[] = {{"", ""},        {"f", "Zg=="},        {"fo", "Zm8="},
                {"foo", "Zm9v"}, {"foob", "Zm9vYg=="}, {"fooba", "Zm9vYmE="}};
    static const char *const wrong[] = {
        "Zg=", "Zg", "Zh==", "Z===", "====", "Zm9v=AAA", "Zm-v"};
    uint8_t raw[16];
    char out[32];
    size_t n;

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        base64_write((const uint8_t *)rows[i].raw, strlen(rows[i].raw), out);
        cr_expect_str_eq(out, rows[i].text);
        cr_expect(base64_read(out, strlen(out), raw, sizeof(raw), &n));
        cr_expect(n == strlen(rows[i].raw) && memcmp(raw, rows[i].raw, n) == 0);
    }
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
        cr_expect_not(base64_read(wrong[i], strlen(wrong[i]), raw, sizeof(raw), &n),
                      "%zu", i);
    cr_expect_not(base64_read("Zm9vYmE=", 8, raw, 4, &n));
}

/* Entries: every field has its place, and the digest covers the rest of the row. */
Test(proof_entry, event)
{
    struct entry_event e = {
        .format = ENTRY_LEDGER,
        .source = 7,
        .partition = 1,
        .offset = 258,
        .known_us = 3,
        .type = 4,
        .outcome = 1,
        .row = 65537,
        .topic = {"feed.a", 6},
        .event_id = {"x", 1},
        .digest = {"d", 1},
    };
    static const uint8_t head[] = {1, 0, 0, 0, 7, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0,
                                   1, 2, 0, 0, 0, 0, 0, 0, 0, 3, 0, 4, 0, 1};
    struct entry a, b;
    struct err err;

    cr_assert(entry_event_write(&e, &a, &err));
    cr_assert_eq(a.len, 93);
    cr_expect_eq(memcmp(a.b, head, sizeof(head)), 0);
    e.flags = 2; /* redacted since: the same leaf */
    cr_assert(entry_event_write(&e, &b, &err));
    cr_expect_eq(memcmp(a.b, b.b, a.len), 0);
    e.reason = (struct entry_bytes){"", 0}; /* no reason is not an empty one */
    cr_assert(entry_event_write(&e, &b, &err));
    cr_expect_neq(memcmp(a.b, b.b, a.len), 0);
    cr_expect_eq(memcmp(a.b, b.b, 61), 0);
}

Test(proof_entry, lengths)
{
    const struct entry_range gap = {.source = 1, .from = 5, .to = 9, .kind = ENTRY_LOST};
    const struct entry_restored again = {.by = {"ana", 3}, .reason = {"disk", 4}};
    const struct entry_list word = {.list = 1, .heard_us = INT64_MIN};
    const struct entry_lookup look = {.row = 1, .has_contact = false};
    struct entry e;
    struct err err;

    cr_expect(entry_range_write(&gap, &e, &err) && e.len == 59 && e.b[0] == 3);
    cr_expect(entry_restored_write(&again, &e, &err) && e.len == 81 && e.b[0] == 4);
    entry_list_write(&word, &e);
    cr_expect(e.len == 87 && e.b[0] == 16);
    entry_lookup_write(&look, &e);
    cr_expect(e.len == 48 && e.b[0] == 32);
}
