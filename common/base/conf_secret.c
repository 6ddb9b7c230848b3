#include "base/conf.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Reads until n bytes or the end; false on an error. */
static bool read_up_to(int fd, char *into, size_t n, size_t *ret_len)
{
    size_t len = 0;

    while (len < n) {
        ssize_t got = read(fd, into + len, n - len);

        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return false;
        if (got == 0)
            break;
        len += (size_t)got;
    }
    *ret_len = len;
    return true;
}

static bool read_secret(int fd, const char *path, char *ret, size_t cap, size_t *ret_len,
                        struct err *err)
{
    struct stat st;
    size_t len, more_len = 0;
    char more[2];

    if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode))
        return err_set(err, ERR_CONFIG, "CONF_SECRET", "%.120s is not a plain file",
                       path);
    if ((st.st_mode & S_IRWXO) != 0)
        return err_set(err, ERR_CONFIG, "CONF_SECRET",
                       "%.120s holds a secret and is open to others: chmod o= it", path);
    if (!read_up_to(fd, ret, cap, &len) ||
        (len == cap && !read_up_to(fd, more, sizeof(more), &more_len)))
        return err_set(err, ERR_CONFIG, "CONF_SECRET", "cannot read %.120s: %s", path,
                       strerror(errno));
    if (more_len > 1 || (more_len == 1 && more[0] != '\n'))
        return err_set(err, ERR_CONFIG, "CONF_SECRET", "%.120s is longer than %zu bytes",
                       path, cap);
    if (more_len == 0 && len > 0 && ret[len - 1] == '\n') {
        len--;
        more_len = 1;
    }
    if (more_len == 1 && len > 0 && ret[len - 1] == '\r')
        return err_set(err, ERR_CONFIG, "CONF_SECRET",
                       "%.120s has a line end of Windows, which would be part of the "
                       "secret: write it again without",
                       path);
    if (len == 0)
        return err_set(err, ERR_CONFIG, "CONF_SECRET", "%.120s is empty", path);
    *ret_len = len;
    return true;
}

bool conf_read_secret(const char *path, void *ret, size_t cap, size_t *ret_len,
                      struct err *err)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    bool good;

    if (fd < 0)
        return err_set(err, ERR_CONFIG, "CONF_SECRET", "cannot open %.120s: %s", path,
                       strerror(errno));
    good = read_secret(fd, path, ret, cap, ret_len, err);
    close(fd);
    return good;
}
