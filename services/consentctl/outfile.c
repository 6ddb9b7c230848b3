#include "outfile.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool failed(const struct outfile *f, const char *what, struct err *err)
{
    return err_set(err, ERR_RETRY, "OUTPUT", "%s %.120s: %s", what,
                   f->path[0] ? f->path : "the output", strerror(errno));
}

bool outfile_open(struct outfile *f, const char *path, struct err *err)
{
    *f = (struct outfile){.fd = STDOUT_FILENO};
    if (path == NULL)
        return true;
    f->fd = -1;
    if (strlen(path) >= sizeof(f->path))
        return err_set(err, ERR_CONFIG, "OUTPUT", "the output's name is too long");
    memcpy(f->path, path, strlen(path) + 1);
    snprintf(f->part, sizeof(f->part), "%s.XXXXXX", path);
    f->fd = mkostemp(f->part, O_CLOEXEC);
    if (f->fd < 0) {
        failed(f, "cannot write", err);
        err->kind = ERR_CONFIG;
        return false;
    }
    return true;
}

bool outfile_put(int fd, const void *data, size_t len)
{
    const char *p = data;

    while (len > 0) {
        ssize_t n = write(fd, p, len);

        if (n < 0 && errno != EINTR)
            return false;
        p += n > 0 ? n : 0;
        len -= n > 0 ? (size_t)n : 0;
    }
    return true;
}

bool outfile_write(struct outfile *f, const void *data, size_t len, struct err *err)
{
    return outfile_put(f->fd, data, len) || failed(f, "cannot write", err);
}

/* The name lasts only when its directory does. */
static bool directory_sync(const struct outfile *f)
{
    char copy[PATH_MAX];
    bool ok;
    int fd;

    snprintf(copy, sizeof(copy), "%s", f->path);
    fd = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    ok = fd >= 0 && fsync(fd) == 0;
    if (fd >= 0)
        close(fd);
    return ok;
}

bool outfile_keep(struct outfile *f, struct err *err)
{
    mode_t mask = umask(0);
    bool ok;

    umask(mask);
    if (f->part[0] == '\0')
        return true;
    ok = fchmod(f->fd, 0666 & ~mask) == 0 && fsync(f->fd) == 0;
    ok = close(f->fd) == 0 && ok;
    f->fd = -1;
    if (!ok || rename(f->part, f->path) != 0) {
        failed(f, "cannot write", err);
        unlink(f->part);
        f->part[0] = '\0';
        return false;
    }
    f->part[0] = '\0';
    return directory_sync(f) || failed(f, "cannot sync the directory of", err);
}

void outfile_drop(struct outfile *f)
{
    if (f->part[0] == '\0')
        return;
    if (f->fd >= 0)
        close(f->fd);
    unlink(f->part);
    f->fd = -1;
    f->part[0] = '\0';
}

/* Root makes it for the program whose folder it is: with its owner, and its group where
 * that may read the folder. */
static bool hand_over(int fd, const char *path)
{
    char copy[PATH_MAX];
    struct stat folder;

    snprintf(copy, sizeof(copy), "%s", path);
    return geteuid() != 0 || (stat(dirname(copy), &folder) == 0 &&
                              fchown(fd, folder.st_uid, folder.st_gid) == 0 &&
                              fchmod(fd, 0600 | (folder.st_mode & S_IRGRP)) == 0);
}

bool outfile_secret(const char *path, const char *text, struct err *err)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    const size_t len = strlen(text);
    bool ok = fd >= 0 && hand_over(fd, path) && write(fd, text, len) == (ssize_t)len &&
              write(fd, "\n", 1) == 1 && fsync(fd) == 0;

    ok = (fd < 0 || close(fd) == 0) && ok;
    return ok || err_set(err, ERR_CONFIG, "OUTPUT", "cannot write %.120s: %s", path,
                         strerror(errno));
}

const char *outfile_folder(void)
{
    const char *name = getenv("TMPDIR");

    return name != NULL && name[0] != '\0' ? name : "/tmp";
}
