#include "scrub_input.h"

#include "book/zip.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define READ_BYTES ((size_t)256 << 10)
#define BOOK_MOST  ((size_t)1 << 30) /* of a workbook, packed */

/* Up to `most` bytes more into head. *ret_n 0: there are no more. */
static bool more(struct scrub_input *in, size_t most, size_t *ret_n, struct err *err)
{
    static char piece[READ_BYTES];
    ssize_t n;

    do
        n = read(in->fd, piece, most < READ_BYTES ? most : READ_BYTES);
    while (n < 0 && errno == EINTR);
    if (n < 0)
        return err_set(err, ERR_RETRY, "INPUT", "cannot read the file: %s",
                       strerror(errno));
    *ret_n = (size_t)n;
    buf_add(&in->head, piece, (size_t)n);
    return !in->head.overrun ||
           err_set(err, ERR_INPUT, "TOO_LARGE",
                   "a workbook of more than %zu MiB: have it as CSV", BOOK_MOST >> 20);
}

/* A workbook has to be there as a whole. Other archives are left to who reads lines. */
static bool book_find(struct scrub_input *in, const char *sheet, struct err *err)
{
    size_t n = 1;

    while (n > 0)
        if (!more(in, READ_BYTES, &n, err))
            return false;
    return !book_is(in->head.data, in->head.len) ||
           book_open(in->head.data, in->head.len, sheet, &in->book, err);
}

bool scrub_input_open(struct scrub_input *in, const char *path, const char *sheet,
                      struct err *err)
{
    struct stat st;
    size_t n = 1;

    *in = (struct scrub_input){.fd = -1};
    buf_init(&in->head, BOOK_MOST);
    in->fd = strcmp(path, "-") == 0 ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
    if (in->fd < 0)
        return err_set(err, ERR_CONFIG, "NO_FILE", "cannot read %.150s", path);
    if (fstat(in->fd, &st) == 0 && S_ISREG(st.st_mode))
        in->bytes = st.st_size;
    while (in->head.len < 4 && n > 0)
        if (!more(in, READ_BYTES, &n, err))
            return false;
    if (zip_is(in->head.data, in->head.len) && !book_find(in, sheet, err))
        return false;
    if (in->book != NULL)
        in->bytes = (int64_t)in->book->table.len;
    else if (sheet != NULL)
        return err_set(err, ERR_CONFIG, "NO_SHEET",
                       "--sheet is for workbooks (XLSX), and this is none");
    return true;
}

void scrub_input_close(struct scrub_input *in)
{
    book_close(in->book);
    in->book = NULL;
    buf_done(&in->head);
    if (in->fd > STDIN_FILENO)
        close(in->fd);
    in->fd = -1;
}

bool scrub_input_next(struct scrub_input *in, const char **ret, size_t *ret_n,
                      struct err *err)
{
    const struct buf *from = in->book != NULL ? &in->book->table : &in->head;

    if (in->given == from->len && in->book == NULL) {
        in->given = 0;
        buf_reset(&in->head);
        if (!more(in, READ_BYTES, ret_n, err))
            return false;
    }
    *ret = from->data + in->given;
    *ret_n = from->len - in->given < READ_BYTES ? from->len - in->given : READ_BYTES;
    in->given += *ret_n;
    return true;
}

const char *scrub_input_fault(const struct scrub_input *in, int64_t record, size_t column)
{
    size_t low = 0, high = in->book != NULL ? in->book->n_faults : 0;

    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        const struct book_fault *f = &in->book->faults[middle];

        if (f->row == record && f->column == column)
            return f->code;
        if (f->row < record || (f->row == record && f->column < column))
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}
