/*
 * note.c - fuzz target: signed notes, checkpoints, keys and the paths of tiles: what
 * whoever checks a log reads of whoever keeps it. The first byte says which.
 *
 * Whatever the bytes: nobody else's signature holds; what is read can be written and says
 * the same again.
 */
#include "require.h"

#include "proof/note.h"
#include "proof/tile.h"

#include <stdlib.h>
#include <string.h>

/* Of golang.org/x/mod/sumdb/note. */
static const char key_text[] =
    "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
static const char known[] = "If you think cryptography is the answer to your problem,\n"
                            "then you don't know what your problem is.\n";

static void fuzz_signed(const char *text, size_t size)
{
    struct note_key key;
    int64_t time_s;
    struct err err;
    size_t len;

    require(note_key_read(key_text, strlen(key_text), &key, &err), "the key is one");
    if (note_signed(text, size, &key, &len, &time_s))
        require(len == strlen(known) && memcmp(text, known, len) == 0,
                "the key has signed one text in its life");
}

static void fuzz_checkpoint(const char *text, size_t size)
{
    struct checkpoint c, again;
    struct err err = {0};
    struct buf out;

    if (!checkpoint_read(text, size, &c, &err)) {
        require(err.code[0] != '\0', "a refusal has a code");
        return;
    }
    buf_init(&out, NOTE_BYTES_MOST);
    checkpoint_print(&c, &out);
    buf_add_str(&out, "\n");
    require(checkpoint_read(out.data, out.len, &again, &err), "what was read is written");
    require(strcmp(c.origin, again.origin) == 0 && c.n == again.n &&
                memcmp(&c.root, &again.root, sizeof(c.root)) == 0,
            "and says the same");
    buf_done(&out);
}

static void fuzz_key(const char *text, size_t size)
{
    char printed[NOTE_KEY_TEXT_BYTES];
    struct note_signer signer;
    struct note_key key, again;
    struct err err = {0};

    if (note_key_read(text, size, &key, &err)) {
        note_key_print(&key, printed);
        require(note_key_read(printed, strlen(printed), &again, &err), "and read again");
        require(key.id == again.id && strcmp(key.name, again.name) == 0, "the same key");
    } else {
        require(err.code[0] != '\0', "a refusal has a code");
    }
    if (note_signer_read(text, size, &signer, &err))
        note_signer_forget(&signer);
}

static void fuzz_tile(const char *text)
{
    char path[TILE_PATH_BYTES];
    int level, width;
    uint64_t index;

    if (!tile_parse(text, &level, &index, &width))
        return;
    require(width > 0 && width <= TILE_HASHES && level >= -1, "a tile of the tree");
    tile_path(level, index, width, path);
    require(strcmp(path, text) == 0, "there is one way to write it");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text;

    if (size == 0)
        return 0;
    text = malloc(size); /* so that a byte too far is seen */
    memcpy(text, data + 1, size - 1);
    switch (data[0] % 4) {
    case 0: fuzz_signed(text, size - 1); break;
    case 1: fuzz_checkpoint(text, size - 1); break;
    case 2: fuzz_key(text, size - 1); break;
    default: text[size - 1] = '\0'; fuzz_tile(text);
    }
    free(text);
    return 0;
}
