/*
 * Files of every format as they are understood: tests/golden/import/NAME.want says in its
 * first line "# FORMAT[,OPTION...] FILE", and then what must come out of the file beside
 * it. build/release/tools/sheet_show prints the same.
 */
#include "sheet_case.h"

#include "base/mem.h"

#include <criterion/criterion.h>
#include <dirent.h>

#define FOLDER "tests/golden/import/"

static char *file_read(const char *path, size_t *ret_len)
{
    FILE *f = fopen(path, "rb");
    char *data = mem_zalloc(1 << 20, 1);

    cr_assert_not_null(f, "%s cannot be opened", path);
    *ret_len = fread(data, 1, (1 << 20) - 1, f);
    fclose(f);
    return data;
}

static void check(const char *want_name)
{
    char path[512], head[512], file[256], options[256];
    struct sheet_case c;
    struct buf out;
    size_t want_len, len;
    char *want, *data, *body;

    snprintf(path, sizeof(path), FOLDER "%s", want_name);
    want = file_read(path, &want_len);
    body = strchr(want, '\n');
    cr_assert_not_null(body, "%s: no line of options", path);
    snprintf(head, sizeof(head), "%.*s", (int)(body - want), want);
    cr_assert_eq(sscanf(head, "# %255s %255s", options, file), 2, "%s: its first line",
                 path);
    for (char *p = options; *p != '\0'; p++)
        *p = *p == '~' ? ' ' : *p; /* an option with a blank in it */
    cr_assert(sheet_case_read(&c, options), "%s: its options", path);
    snprintf(path, sizeof(path), FOLDER "%s", file);
    data = file_read(path, &len);
    buf_init(&out, 1 << 20);
    sheet_case_print(&c, file, data, len, &out);
    buf_add(&out, "", 1);
    cr_expect_str_eq(out.data, body + 1, "%s is understood in another way", want_name);
    buf_done(&out);
    free(data);
    free(want);
}

Test(sheet, golden)
{
    DIR *dir = opendir(FOLDER);
    struct dirent *e;
    int n = 0;

    cr_assert_not_null(dir);
    while ((e = readdir(dir)) != NULL) {
        const char *dot = strrchr(e->d_name, '.');

        if (dot == NULL || strcmp(dot, ".want") != 0)
            continue;
        check(e->d_name);
        n++;
    }
    closedir(dir);
    cr_assert_gt(n, 60, "%d golden files only", n);
}
