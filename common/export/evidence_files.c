/* The archive of a case, and its manifest. */
#include "export/evidence_parts.h"

#include "base/clock.h"
#include "base/hex.h"
#include "crypto/digest.h"

bool evidence_wrote(struct evidence_files *f, size_t bytes, struct err *err)
{
    return f->ask->wrote == NULL || f->ask->wrote(f->context, bytes, err);
}

/* What the archive has by now goes out. */
static bool files_send(struct evidence_files *f, struct err *err)
{
    const struct buf *b = &f->zip.files;

    if (!zip_writer_fits(&f->zip))
        return err_set(err, ERR_INPUT, "TOO_LARGE", "the case is too large");
    if (b->len > 0 &&
        !(f->sink(f->context, b->data, b->len, err) && evidence_wrote(f, b->len, err)))
        return false;
    zip_writer_sent(&f->zip);
    return true;
}

static void file_list(struct evidence_files *f, const char *name, const char *sha256)
{
    buf_add_str(&f->manifest, f->more ? "," : "{\"files\":[");
    buf_addf(&f->manifest, "\n{\"name\":\"%s\",\"sha256\":\"%s\"}", name, sha256);
    f->more = true;
}

bool evidence_file(struct evidence_files *f, const char *name, const void *data,
                   size_t len, struct err *err)
{
    uint8_t digest[DIGEST_BYTES];
    char text[2 * DIGEST_BYTES + 1];

    if (!digest_sha256(data, len, NULL, 0, digest, err))
        return false;
    hex_print(digest, sizeof(digest), text);
    zip_writer_add(&f->zip, name, data, len);
    file_list(f, name, text);
    return files_send(f, err);
}

bool evidence_part(struct evidence_files *f, const char *name, struct part *part,
                   struct err *err)
{
    char text[DIGEST_HEX_BYTES];
    bool more = true;

    if (!part_end(part, text, err))
        return false;
    zip_writer_head(&f->zip, name, part->crc, part->bytes);
    file_list(f, name, text);
    while (more)
        if (!part_read(part, &f->zip.files, &more, err) || !files_send(f, err))
            return false;
    return true;
}

/* The note that signs the manifest. */
static bool sign(struct evidence_files *f, const struct note_signer *signer,
                 struct err *err)
{
    uint8_t digest[DIGEST_BYTES];
    char text[2 * DIGEST_BYTES + 1];
    struct buf note;
    bool ok;

    buf_init(&note, NOTE_BYTES_MOST);
    ok = digest_sha256(f->manifest.data, f->manifest.len, NULL, 0, digest, err);
    if (ok) {
        hex_print(digest, sizeof(digest), text);
        buf_addf(&note, "consentmq evidence\n%s\n", text);
        ok = note_sign(signer, clock_wall_us() / WHEN_SECOND_US, &note, err);
    }
    if (ok)
        zip_writer_add(&f->zip, "manifest.note", note.data, note.len);
    buf_done(&note);
    return ok;
}

bool evidence_end(struct evidence_files *f, const struct note_signer *signer,
                  struct err *err)
{
    buf_add_str(&f->manifest, "\n]}\n");
    zip_writer_add(&f->zip, "manifest.json", f->manifest.data, f->manifest.len);
    if (signer != NULL && !sign(f, signer, err))
        return false;
    zip_writer_end(&f->zip);
    return files_send(f, err);
}
