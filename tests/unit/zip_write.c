/* zip_write: what we write is read by programs that others wrote, also when it has more
 * files or bytes than the first form of ZIP can say. */
#include "export/zip_write.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define GIB ((uint64_t)1 << 30)

/* What a program says, and that it ended well. */
static void run(const char *const argv[], char *ret, size_t cap)
{
    int pipes[2], status;
    size_t n = 0;
    pid_t pid;

    cr_assert_eq(pipe(pipes), 0);
    pid = fork();
    if (pid == 0) {
        dup2(pipes[1], STDOUT_FILENO);
        execvp(argv[0], (char *const *)(uintptr_t)argv);
        _exit(127);
    }
    close(pipes[1]);
    for (ssize_t got; n < cap - 1 && (got = read(pipes[0], ret + n, cap - 1 - n)) > 0;)
        n += (size_t)got;
    ret[n] = '\0';
    close(pipes[0]);
    cr_assert_eq(waitpid(pid, &status, 0), pid);
    cr_assert_eq(status, 0, "%s ended with %d: %s", argv[0], status, ret);
}

/* Both find n files, and the last of them whole. */
static void read_by_others(const char *path, unsigned n)
{
    static const char script[] = "import sys, zipfile\n"
                                 "pack = zipfile.ZipFile(sys.argv[1])\n"
                                 "print(len(set(pack.namelist())), pack.read('last'))\n";
    char said[256], want[64];

    snprintf(want, sizeof(want), "%u b'the last'\n", n);
    run((const char *const[]){"python3", "-I", "-c", script, path, NULL}, said,
        sizeof(said));
    cr_expect_str_eq(said, want);
    run((const char *const[]){"unzip", "-p", path, "last", NULL}, said, sizeof(said));
    cr_expect_str_eq(said, "the last");
    run((const char *const[]){"unzip", "-Zh", path, NULL}, said, sizeof(said));
    snprintf(want, sizeof(want), "number of entries: %u\n", n);
    cr_expect_not_null(strstr(said, want), "%s", said);
}

static FILE *begin(char path[64])
{
    snprintf(path, 64, "/tmp/zip_write.XXXXXX");
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
    read_by_others(path, n);
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
    read_by_others(path, 3);
    unlink(path);
    zip_writer_done(&z);
}
