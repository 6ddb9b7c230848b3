#include "crypto/seal_key.h"

#include "base/hex.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <openssl/crypto.h>

#define HEX_DIGITS (2 * SEAL_KEY_BYTES)

static bool key_from_hex(const char *text, size_t n, uint8_t ret[SEAL_KEY_BYTES])
{
    if (n > 0 && text[n - 1] == '\n')
        n--;
    if (n > 0 && text[n - 1] == '\r')
        n--;
    return n == HEX_DIGITS && hex_read(text, SEAL_KEY_BYTES, ret);
}

/* Up to n bytes, over short reads; -1 on error. */
static ssize_t read_all(int fd, char *ret, size_t n)
{
    size_t got = 0;

    while (got < n) {
        ssize_t more = read(fd, ret + got, n - got);

        if (more == 0)
            break;
        if (more < 0 && errno == EINTR)
            continue;
        if (more < 0)
            return -1;
        got += (size_t)more;
    }
    return (ssize_t)got;
}

static bool key_from_fd(int fd, const char *path, uint8_t ret[SEAL_KEY_BYTES],
                        struct err *err)
{
    char text[HEX_DIGITS + 3]; /* one more than the longest form */
    struct stat st;
    ssize_t n;
    bool ok;

    if (fstat(fd, &st) != 0 || (n = read_all(fd, text, sizeof(text))) < 0)
        return err_set(err, ERR_CONFIG, "SEAL_KEY_FILE", "%s cannot be read: %s", path,
                       strerror(errno));
    if ((st.st_mode & S_IRWXO) != 0) {
        OPENSSL_cleanse(text, sizeof(text));
        return err_set(err, ERR_CONFIG, "SEAL_KEY_FILE",
                       "%s is open to everybody: chmod o= it", path);
    }
    ok = n == SEAL_KEY_BYTES;
    if (ok)
        memcpy(ret, text, SEAL_KEY_BYTES);
    else
        ok = key_from_hex(text, (size_t)n, ret);
    OPENSSL_cleanse(text, sizeof(text));
    return ok ||
           err_set(err, ERR_CONFIG, "SEAL_KEY_FILE",
                   "%s must hold a key of 32 bytes, raw or as 64 hexadecimal digits",
                   path);
}

bool seal_key_read(const char *path, uint8_t ret[SEAL_KEY_BYTES], struct err *err)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    bool ok;

    if (fd < 0)
        return err_set(err, ERR_CONFIG, "SEAL_KEY_FILE", "%s cannot be read: %s", path,
                       strerror(errno));
    ok = key_from_fd(fd, path, ret, err);
    close(fd);
    return ok;
}
