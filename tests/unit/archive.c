/* archive: rows in files: what is written is read, and nothing that was changed is. */
#include "archive/archive.h"
#include "base/mem.h"

#include <criterion/criterion.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define NAME "ledger.65536.131072.cqa"
#define ROWS 5000

static char dir[] = "/tmp/archive-unit-XXXXXX";
static struct seal *seal;
static struct err err;

static void key_write(const char *name, char digit)
{
    char path[128], key[65];
    FILE *f;

    memset(key, digit, 64);
    key[64] = '\0';
    snprintf(path, sizeof(path), "%s/%s", dir, name);
    f = fopen(path, "w");
    fputs(key, f);
    fclose(f);
    chmod(path, 0600);
}

static void setup(void)
{
    char path[128];

    cr_assert_not_null(mkdtemp(dir));
    key_write("key", 'a');
    key_write("other", 'b');
    snprintf(path, sizeof(path), "%s/key", dir);
    seal = seal_open(path, 3, &err);
    cr_assert_not_null(seal);
}

static void teardown(void)
{
    static const char *const names[] = {"key", "other", NAME};
    char path[128];

    seal_close(seal);
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        snprintf(path, sizeof(path), "%s/%s", dir, names[i]);
        unlink(path);
    }
    cr_expect_eq(rmdir(dir), 0, "a file was left over");
}

TestSuite(archive, .init = setup, .fini = teardown);

/* Rows of 100 to 600 bytes, so that there are several pieces. */
static void row(int64_t id, char ret[700])
{
    int n =
        snprintf(ret, 700, "{\"raw\": \"\\\\x%08llx\", \"ledger_id\": %lld, \"x\": \"",
                 (unsigned long long)id, (long long)id);

    for (int i = 0; i < 60 + (int)(id % 500); i++)
        ret[n++] = (char)('a' + (id * 7 + i * 13) % 26);
    memcpy(ret + n, "\"}", 3);
}

static void made(struct archive_count *count)
{
    const struct archive_range range = {"ledger", "65536", "131072"};
    uint8_t digest[DIGEST_BYTES], version;
    struct archive_writer *w;
    char line[700];

    cr_assert(archive_create(dir, &range, seal, &w, &err), "%s", err.text);
    for (int64_t id = 65536; id < 65536 + ROWS; id++) {
        row(id, line);
        cr_assert(archive_put(w, ARCHIVE_ROWS, id, line, strlen(line), &err));
    }
    cr_assert(archive_put(w, ARCHIVE_PROOF, 0, "{\"tile\":1}", 10, &err));
    cr_assert(archive_finish(w, count, digest, &version, &err), "%s", err.text);
    cr_expect_eq(version, 3);
    archive_discard(w);
}

/* Reads it all. False: err says why not. */
static bool reads(struct seal *with, int64_t *ret_rows, int64_t *ret_proofs)
{
    struct archive_file *f;
    enum archive_kind kind;
    const char *line;
    size_t len;
    bool ok;

    *ret_rows = *ret_proofs = 0;
    if (!archive_open(dir, NAME, with, &f, &err))
        return false;
    do {
        ok = archive_next(f, 0, &kind, &line, &len, &err);
        *ret_rows += ok && line != NULL && kind == ARCHIVE_ROWS;
        *ret_proofs += ok && line != NULL && kind == ARCHIVE_PROOF;
    } while (ok && line != NULL);
    archive_close(f);
    return ok;
}

Test(archive, what_is_written_is_read)
{
    struct archive_count count;
    int64_t rows, proofs;

    made(&count);
    cr_expect_eq(count.rows, ROWS);
    cr_expect(reads(seal, &rows, &proofs));
    cr_expect_eq(rows, ROWS);
    cr_expect_eq(proofs, 1);
}

Test(archive, one_row_is_found_by_its_number)
{
    struct archive_count count;
    struct archive_dir *d;
    char line[700];
    struct buf out;
    bool found;

    made(&count);
    buf_init(&out, 1 << 20);
    cr_assert(archive_dir_open(dir, seal, &d, &err));
    for (int64_t id = 65536; id < 65536 + ROWS; id += 617) {
        buf_reset(&out);
        row(id, line);
        cr_assert(archive_find(d, "ledger", id, &out, &found, &err), "%s", err.text);
        cr_expect(found);
        cr_expect_str_eq(out.data, line);
    }
    cr_expect(archive_find(d, "ledger", 65536 + ROWS, &out, &found, &err) && !found);
    cr_expect(archive_find(d, "ledger", 9, &out, &found, &err) && !found);
    cr_expect(archive_find(d, "quarantine", 65537, &out, &found, &err) && !found);
    archive_dir_close(d);
    buf_done(&out);
}

Test(archive, no_byte_can_be_changed_and_no_piece_left_out)
{
    struct archive_count count;
    int64_t rows, proofs, size;
    char path[128];
    char *bytes;
    FILE *f;

    made(&count);
    snprintf(path, sizeof(path), "%s/" NAME, dir);
    f = fopen(path, "r+");
    cr_assert_eq(fseek(f, 0, SEEK_END), 0);
    size = ftell(f);
    bytes = mem_zalloc(1, (size_t)size);
    rewind(f);
    cr_assert_eq(fread(bytes, 1, (size_t)size, f), (size_t)size);
    for (int64_t at = 0; at < size; at += at < 80 || at > size - 200 ? 1 : 9973) {
        fseek(f, at, SEEK_SET);
        fputc(bytes[at] ^ 1, f);
        fflush(f);
        cr_expect_not(reads(seal, &rows, &proofs), "byte %lld", (long long)at);
        fseek(f, at, SEEK_SET);
        fputc(bytes[at], f);
        fflush(f);
    }
    cr_expect(reads(seal, &rows, &proofs));
    cr_assert_eq(ftruncate(fileno(f), size - 100), 0);
    cr_expect_not(reads(seal, &rows, &proofs));
    cr_expect_str_eq(err.code, "ARCHIVE_BROKEN");
    fclose(f);
    free(bytes);
}

Test(archive, it_is_bound_to_its_name_and_its_key)
{
    struct archive_count count;
    int64_t rows, proofs;
    char from[128], to[128], path[128];
    struct seal *other;

    made(&count);
    snprintf(path, sizeof(path), "%s/other", dir);
    other = seal_open(path, 2, &err);
    cr_assert_not_null(other);
    cr_expect_not(reads(other, &rows, &proofs));
    cr_expect_str_eq(err.code, "SEAL_KEY_UNKNOWN");
    seal_close(other);
    other = seal_open(path, 3, &err);
    cr_expect_not(reads(other, &rows, &proofs));
    seal_close(other);

    snprintf(from, sizeof(from), "%s/" NAME, dir);
    snprintf(to, sizeof(to), "%s/ledger.0.65536.cqa", dir);
    cr_assert_eq(rename(from, to), 0);
    cr_expect_not(reads(seal, &rows, &proofs));
    cr_assert_eq(rename(to, from), 0);
    cr_expect(reads(seal, &rows, &proofs));
}

Test(archive, what_was_given_up_leaves_nothing)
{
    const struct archive_range range = {"ledger", "65536", "131072"};
    struct archive_count count;
    struct archive_writer *w;
    int64_t rows, proofs;

    cr_assert(archive_create(dir, &range, seal, &w, &err));
    cr_assert(archive_put(w, ARCHIVE_ROWS, 1, "{}", 2, &err));
    archive_discard(w);
    cr_expect_not(reads(seal, &rows, &proofs));
    cr_expect_str_eq(err.code, "DISK_FAILED");
    cr_expect_not(archive_create("/nowhere", &range, seal, &w, &err));
    made(&count);
    cr_expect(reads(seal, &rows, &proofs));
}

/* Bytes of the file, n of them, from at on. */
static void overwrite(long at, const void *bytes, size_t n)
{
    char path[128];
    FILE *f;

    snprintf(path, sizeof(path), "%s/" NAME, dir);
    f = fopen(path, "r+");
    cr_assert_eq(fseek(f, at, SEEK_SET), 0);
    cr_assert_eq(fwrite(bytes, 1, n, f), n);
    fclose(f);
}

/* The heads of pieces say which rows are in them, so that one row is found quickly. */
Test(archive, a_piece_that_denies_its_rows_is_no_proof_that_they_are_not_there)
{
    static const uint8_t others[16] = {0, 0, 0, 0, 0, 0, 0, 9, 0, 0, 0, 0, 0, 0, 0, 9};
    struct archive_count count;
    struct archive_dir *d;
    struct buf out;
    bool found;

    made(&count);
    overwrite(8 + 1 + 16 + 16, others, sizeof(others)); /* of the first piece */
    buf_init(&out, 1 << 20);
    cr_assert(archive_dir_open(dir, seal, &d, &err));
    cr_expect_not(archive_find(d, "ledger", 65536, &out, &found, &err));
    cr_expect_str_eq(err.code, "ARCHIVE_BROKEN");
    archive_dir_close(d);
    buf_done(&out);
}

Test(archive, what_stands_behind_the_end_is_seen)
{
    struct archive_count count;
    int64_t rows, proofs;
    char path[128];
    FILE *f;

    made(&count);
    snprintf(path, sizeof(path), "%s/" NAME, dir);
    f = fopen(path, "a");
    fputc('x', f);
    fclose(f);
    cr_expect_not(reads(seal, &rows, &proofs));
    cr_expect_str_eq(err.code, "ARCHIVE_BROKEN");
}

Test(archive, a_piece_that_says_it_is_huge_takes_no_memory)
{
    static const uint8_t huge[4] = {0xff, 0xff, 0xff, 0xff};
    struct archive_count count;
    int64_t rows, proofs;

    made(&count);
    overwrite(8 + 1 + 16 + 4, huge, sizeof(huge));
    cr_expect_not(reads(seal, &rows, &proofs));
    cr_expect_str_eq(err.code, "ARCHIVE_BROKEN");
}

Test(archive, who_waits_in_its_place_is_not_waited_for, .timeout = 240)
{
    int64_t rows, proofs;
    char path[128];

    snprintf(path, sizeof(path), "%s/" NAME, dir);
    cr_assert_eq(mkfifo(path, 0600), 0);
    cr_expect_not(reads(seal, &rows, &proofs));
    cr_expect_str_eq(err.code, "ARCHIVE_BROKEN");
}
