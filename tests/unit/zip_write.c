/* zip_write: what we write is read by programs that others wrote, also when it has more
 * files or bytes than the first form of ZIP can say. */
#include "export/zip_write.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define GIB ((uint64_t)1 << 30)

/* Python's zipfile finds n files, the last of them whole; and unzip does, where it is. */
static void read_by_others(const char *path, unsigned n, const char *last)
{
    char command[1024];

    snprintf(command, sizeof(command),
             "python3 -I -c 'import sys, zipfile; z = zipfile.ZipFile(sys.argv[1]);"
             " names = z.namelist(); assert len(set(names)) == %u, len(names);"
             " assert z.read(\"%s\") == b\"the last\"' %s",
             n, last, path);
    cr_expect_eq(system(command), 0, "%s", command);
    snprintf(command, sizeof(command),
             "! command -v unzip >/dev/null || test \"$(unzip -p %s %s)\" = \"the last\"",
             path, last);
    cr_expect_eq(system(command), 0, "%s", command);
}

static FILE *begin(char path[64])
{
    strcpy(path, "/tmp/zip_write.XXXXXX");
    FILE *f = fdopen(mkstemp(path), "w");

    cr_assert_not_null(f);
    return f;
}

static void send_out(struct zip_writer *z, FILE *f)
{
    cr_assert(zip_writer_fits(z));
    cr_assert_eq(fwrite(z->files.data, 1, z->files.len, f), z->files.len);
    zip_writer_sent(z);
}

static void many(unsigned n, bool wide)
{
    char path[64], name[32];
    FILE *f = begin(path);
    struct zip_writer z;

    zip_writer_init(&z, 64 << 20);
    for (unsigned i = 1; i < n; i++) {
        snprintf(name, sizeof(name), "events/%u", i);
        zip_writer_add(&z, name, "x", 1);
        send_out(&z, f);
    }
    zip_writer_add(&z, "last", "the last", 8);
    cr_assert(zip_writer_end(&z));
    cr_expect_eq(memmem(z.files.data, z.files.len, "PK\6\6", 4) != NULL, wide);
    send_out(&z, f);
    cr_assert_eq(fclose(f), 0);
    read_by_others(path, n, "last");
    unlink(path);
    zip_writer_done(&z);
}

Test(zip_write, as_many_files_as_there_are)
{
    many(1, false);
    many(65534, false);
    many(65535, true);
    many(70000, true);
}

/* A file of 5 GiB, which a sparse file holds without its bytes, and one behind it. */
Test(zip_write, more_than_four_gib)
{
    char path[64];
    FILE *f = begin(path);
    struct zip_writer z;

    zip_writer_init(&z, 1 << 20);
    zip_writer_add(&z, "first", "1", 1);
    zip_writer_head(&z, "long", 0, 5 * GIB);
    send_out(&z, f);
    cr_assert_eq(fseeko(f, (off_t)(5 * GIB), SEEK_CUR), 0);
    z.sent += 5 * GIB;
    zip_writer_add(&z, "last", "the last", 8);
    cr_assert(zip_writer_end(&z));
    send_out(&z, f);
    cr_assert_eq(fclose(f), 0);
    read_by_others(path, 3, "last");
    unlink(path);
    zip_writer_done(&z);
}
