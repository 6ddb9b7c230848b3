/* A Maildir: new/ is what nobody has seen, cur/ what was taken. A crash between Kafka's
 * confirmation and the rename only means that the same events are sent once more. */
#include "inbox.h"

#include "base/log.h"
#include "base/stop.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int no_dots(const struct dirent *e)
{
    return e->d_name[0] != '.';
}

/* Seen; and flagged, when a person should look who it is from. */
static bool move(const struct inbox *o, const char *dir, const char *name,
                 struct err *err)
{
    const bool flagged = o->letter.verdict.outcome == MAIL_IGNORED &&
                         strcmp(o->letter.verdict.reason, "no_sender") == 0;
    char from[PATH_MAX], to[PATH_MAX];

    if (snprintf(from, sizeof(from), "%s/new/%s", dir, name) >= (int)sizeof(from) ||
        snprintf(to, sizeof(to), "%s/cur/%.*s:2,%s", dir, (int)strcspn(name, ":"), name,
                 flagged ? "FS" : "S") >= (int)sizeof(to) ||
        rename(from, to) != 0)
        return err_set(err, ERR_CONFIG, "MAILDIR", "a letter cannot be moved to cur: %s",
                       strerror(errno));
    return true;
}

static bool letter_take(struct inbox *o, const char *dir, const char *name,
                        struct err *err)
{
    char path[PATH_MAX];
    char *data;
    size_t len;
    bool whole, ok;
    int fd;

    snprintf(path, sizeof(path), "%s/new/%s", dir, name);
    fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0 && errno == ENOENT)
        return true; /* somebody else was quicker */
    if (fd < 0)
        return err_set(err, ERR_CONFIG, "MAILDIR", "a letter cannot be opened: %s",
                       strerror(errno));
    ok = file_read(fd, (size_t)o->settings->message_bytes, &data, &len, &whole, err);
    close(fd);
    if (!ok)
        return false;
    ok = inbox_take(o, data, len, whole, NULL, err) && move(o, dir, name, err);
    free(data);
    return ok;
}

bool inbox_maildir(struct inbox *o, const char *dir, struct err *err)
{
    char path[PATH_MAX];
    struct dirent **list;
    bool ok = true;
    int n;

    snprintf(path, sizeof(path), "%s/new", dir);
    n = scandir(path, &list, no_dots, alphasort);
    if (n < 0)
        return err_set(err, ERR_CONFIG, "MAILDIR", "no Maildir there: %s",
                       strerror(errno));
    for (int i = 0; i < n; i++) {
        ok = ok && !stop_asked() ? letter_take(o, dir, list[i]->d_name, err) : ok;
        free(list[i]);
    }
    free(list);
    return ok;
}
