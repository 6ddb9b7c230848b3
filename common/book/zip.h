/*
 * zip.h - the files in a ZIP archive that somebody sent: California's platform and
 * several mailing systems export so.
 *
 * Read from memory, stored or deflated, each file against its CRC. What is not read is an
 * error and never left out: encrypted files, ZIP64, other methods. Folders, and what
 * macOS adds beside each file, are no files.
 */
#ifndef CONSENT_BOOK_ZIP_H
#define CONSENT_BOOK_ZIP_H

#include "base/err.h"

#include <stddef.h>

#define ZIP_FILES_MAX  256
#define ZIP_NAME_BYTES 256
#define ZIP_FILE_BYTES ((size_t)2 << 30) /* of one file, unpacked */

struct zip_file {
    char name[ZIP_NAME_BYTES];
    char *data; /* heap */
    size_t len;
};

struct zip {
    size_t n;
    struct zip_file files[ZIP_FILES_MAX];
};

bool zip_is(const char *bytes, size_t len);

/* ERR_INPUT with BAD_ZIP and a sentence. On failure there is nothing to free. */
bool zip_open(const char *bytes, size_t len, struct zip **ret, struct err *err);
void zip_close(struct zip *z); /* NULL is fine */

/* Is there a file of this name, in any case? False as well: it cannot be told. */
bool zip_has(const char *bytes, size_t len, const char *name);

/* One file alone, whatever else is there: by its name, in any case. ret->data is the
 * caller's to free; NULL: there is none. False: as zip_open, and also when two have the
 * name, or it has more than `most` bytes unpacked. */
bool zip_take(const char *bytes, size_t len, const char *name, size_t most,
              struct zip_file *ret, struct err *err);

#endif
