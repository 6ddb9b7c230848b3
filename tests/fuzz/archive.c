/*
 * archive.c - fuzz target: a file of the archive that somebody has touched.
 *
 * The first byte says which: the name of a file; a file as it lies; or one whose pieces
 * still have their lines open, which the target seals as its owner would, for the seal
 * would keep the fuzzer out.
 *
 * Whatever the bytes: what is refused has a code; the lines that are given are those of
 * the pieces, all and in their order, if the file is read to its end; a second reading
 * gives the same; that a row is not there is said of a whole file only.
 */
#include "require.h"

#include "archive/parts.h"
#include "codec/event/archived_row.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int LLVMFuzzerInitialize(int *argc, char ***argv);
#define NAME    "ledger.1.1000.cqa"
#define VERSION 3
#define MOST    65536

static char dir[] = "/tmp/fuzz-archive-XXXXXX";
static struct seal *seal;

static void file_write(const char *name, const void *bytes, size_t len)
{
    char path[64];
    int fd;

    snprintf(path, sizeof(path), "%s/%s", dir, name);
    fd = open(path, O_CREAT | O_TRUNC | O_WRONLY, 0600);
    require(fd >= 0 && write(fd, bytes, len) == (ssize_t)len, "a file");
    close(fd);
}

static void dir_remove(void)
{
    char path[64];

    snprintf(path, sizeof(path), "%s/%s", dir, NAME);
    unlink(path);
    rmdir(dir);
    seal_close(seal);
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    char path[64];
    struct err err;

    (void)argc;
    (void)argv;
    require(mkdtemp(dir) != NULL, "a directory");
    file_write("key", "an invented key of 32 bytes, ok", 32);
    snprintf(path, sizeof(path), "%s/key", dir);
    seal = seal_open(path, VERSION, &err);
    require(seal != NULL, "a key");
    unlink(path);
    return atexit(dir_remove);
}

/* A name that is taken is written so again. */
static void fuzz_name(const uint8_t *data, size_t size)
{
    char name[ARCHIVE_NAME_BYTES], again[ARCHIVE_NAME_BYTES];
    struct archive_range range;

    if (size >= sizeof(name))
        return;
    memcpy(name, data, size);
    name[size] = '\0';
    if (!archive_name_read(name, &range) || strchr(name, ' ') != NULL)
        return;
    archive_name(&range, again);
    require(strcmp(name, again) == 0, "a name says all of itself");
}

static void line_see(struct buf *seen, const char *line, size_t len)
{
    struct archived_row row;
    struct buf sealed;
    int64_t n;

    require(memchr(line, '\n', len) == NULL, "a line is one line");
    require(!archive_number(line, len, "ledger_id", &n) || n >= 0, "a number is one");
    buf_init(&sealed, MOST);
    if (archived_row_read(line, len, &sealed, &row))
        require((!row.has_raw || row.raw + row.raw_len <= sealed.len) &&
                    (!row.has_headers || row.headers + row.headers_len <= sealed.len),
                "what it points at is there");
    buf_done(&sealed);
    require(buf_add(seen, line, len) && buf_add_str(seen, "\n"), "room");
}

/* Read to its end? */
static bool file_read(struct buf *seen, struct err *err)
{
    struct archive_file *f;
    enum archive_kind kind;
    const char *line;
    size_t len;
    bool ok;

    if (!archive_open(dir, NAME, seal, &f, err))
        return false;
    do {
        ok = archive_next(f, 0, &kind, &line, &len, err);
        if (ok && line != NULL)
            line_see(seen, line, len);
    } while (ok && line != NULL);
    archive_close(f);
    return ok;
}

static void row_find(bool whole, int64_t id)
{
    struct archive_dir *d;
    struct err err;
    struct buf row;
    bool found = false;
    int64_t n;

    buf_init(&row, 4 * MOST);
    require(archive_dir_open(dir, seal, &d, &err), "a directory");
    if (archive_find(d, "ledger", id, &row, &found, &err))
        require(found ? row.len > 0 : whole, "a row that is missing was looked for");
    else
        require(err.code[0] != '\0', "a refusal has a code");
    (void)archive_search(d, "a", &row, &n, &err);
    archive_dir_close(d);
    buf_done(&row);
}

/* lines: what the pieces hold, NULL if nobody knows. */
static void file_look(const struct buf *lines, int64_t id)
{
    struct buf one, two;
    struct err err = {0}, second = {0};
    bool whole;

    buf_init(&one, 2 * MOST);
    buf_init(&two, 2 * MOST);
    whole = file_read(&one, &err);
    require(whole || err.code[0] != '\0', "a refusal has a code");
    require(file_read(&two, &second) == whole, "it is the same file");
    require(one.len == two.len &&
                (one.len == 0 || memcmp(one.data, two.data, one.len) == 0),
            "with the same lines");
    if (lines != NULL) {
        require(one.len <= lines->len && (!whole || one.len == lines->len),
                "all lines are given");
        require(one.len == 0 || memcmp(one.data, lines->data, one.len) == 0,
                "in their order");
    }
    row_find(whole, id);
    buf_done(&one);
    buf_done(&two);
}

/* Behind the head of each piece stand its lines. */
static void fuzz_open_file(const uint8_t *data, size_t size)
{
    uint8_t begin[ARCHIVE_BEGIN_BYTES] = ARCHIVE_MAGIC;
    uint8_t aad[ARCHIVE_AAD_BYTES], head[ARCHIVE_HEAD_BYTES];
    struct frame_sealer *frames;
    struct archive_head h;
    struct buf file, lines;
    int64_t id = 1;
    struct err err;

    begin[ARCHIVE_MAGIC_BYTES] = VERSION;
    frames = frame_sealer_open(seal, begin + ARCHIVE_MAGIC_BYTES + 1, VERSION, &err);
    require(frames != NULL, "a key of the file");
    buf_init(&file, 4 * MOST);
    buf_init(&lines, 2 * MOST);
    buf_add(&file, (const char *)begin, sizeof(begin));
    while (size >= sizeof(head)) {
        struct buf sealed;

        archive_head_read(data, &h);
        data += sizeof(head);
        size -= sizeof(head);
        if (h.len > size)
            h.len = (uint32_t)size;
        if (lines.len == 0 && h.first > 0 && h.first < 1000)
            id = h.first; /* of the range in the name: else the file is not opened */
        buf_init(&sealed, frame_sealed_most(h.len));
        archive_aad(begin, NAME, &h, aad);
        require(
            frame_seal(frames, h.number, aad, sizeof(aad), data, h.len, &sealed, &err),
            err.text);
        buf_add(&lines, (const char *)data, h.len);
        data += h.len;
        size -= h.len;
        h.len = (uint32_t)sealed.len;
        archive_head_write(&h, head);
        buf_add(&file, (const char *)head, sizeof(head));
        require(buf_add(&file, sealed.data, sealed.len), "room");
        buf_done(&sealed);
    }
    buf_add(&file, (const char *)data, size);
    file_write(NAME, file.data, file.len);
    file_look(&lines, id);
    frame_sealer_close(frames);
    buf_done(&file);
    buf_done(&lines);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0 || size > MOST / 8)
        return 0;
    switch (data[0] % 3) {
    case 0: fuzz_name(data + 1, size - 1); break;
    case 1:
        file_write(NAME, data + 1, size - 1);
        file_look(NULL, 1);
        break;
    default: fuzz_open_file(data + 1, size - 1);
    }
    return 0;
}
