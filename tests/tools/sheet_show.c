/*
 * sheet_show FORMAT[,OPTION...] FILE - how a file is read, and every row of it, as
 * consentctl import understands it (tests/unit/sheet_case.h has the options). What it
 * prints is what stands in tests/golden/import. Exit code 1: the file is refused.
 */
#include "../unit/sheet_case.h"

#include "base/mem.h"

static char *file_read(const char *path, size_t *ret_len)
{
    FILE *f = strcmp(path, "-") == 0 ? stdin : fopen(path, "rb");
    char *data = NULL;
    size_t n;

    if (f == NULL)
        return NULL;
    *ret_len = 0;
    do {
        data = mem_resize(data, *ret_len + 65536, 1);
        n = fread(data + *ret_len, 1, 65536, f);
        *ret_len += n;
    } while (n > 0);
    fclose(f);
    return data;
}

int main(int argc, char **argv)
{
    struct sheet_case c;
    struct buf out;
    size_t len;
    char *data;
    bool ok;

    if (argc != 3 || !sheet_case_read(&c, argv[1]) ||
        (data = file_read(argv[2], &len)) == NULL) {
        fprintf(stderr, "sheet_show FORMAT[,OPTION...] FILE\n");
        return 2;
    }
    buf_init(&out, (size_t)1 << 30);
    ok = sheet_case_print(&c, argv[2], data, len, &out);
    fwrite(out.data, 1, out.len, stdout);
    buf_done(&out);
    free(data);
    return ok ? 0 : 1;
}
