#include "export/place.h"

#include "base/clock.h"
#include "base/stop.h"
#include "base/when.h"
#include "export/pack.h"
#include "export/snapshot.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define STAMP_CHARS 23 /* 20261123T130405.123456Z */
#define PART        ".part"
#define POLL_MS     20

void place_ending(enum list_format format, enum list_packing packing, char ret[16])
{
    static const char *const packings[] = {
        [LIST_PACK_NONE] = "", [LIST_PACK_GZIP] = ".gz", [LIST_PACK_ZSTD] = ".zst"};

    snprintf(ret, 16, "%s%s", format == LIST_PLAIN ? "txt" : list_format_name(format),
             packings[packing]);
}

bool place_look(const char *dir, const char *list, enum list_format format,
                enum list_packing packing, struct place *ret, struct err *err)
{
    struct place p = {.dir = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC), .lock = -1};

    if (p.dir < 0)
        return disk_failed(err, "opening the directory", dir);
    snprintf(p.list, sizeof(p.list), "%s", list);
    place_ending(format, packing, p.ending);
    snprintf(p.manifest, sizeof(p.manifest), "%s.%s.json", p.list, p.ending);
    *ret = p;
    return true;
}

void place_close(struct place *p)
{
    if (p->lock >= 0)
        close(p->lock);
    close(p->dir);
}

/* --- names --- */

bool place_owns(const struct place *p, const char *name)
{
    const size_t list = strlen(p->list);
    const size_t ending = strlen(p->ending);
    const char *stamp = name + list + 1;

    return strlen(name) == list + 1 + STAMP_CHARS + 1 + ending &&
           strncmp(name, p->list, list) == 0 && name[list] == '.' &&
           strspn(stamp, "0123456789T.Z") >= STAMP_CHARS &&
           stamp[STAMP_CHARS - 1] == 'Z' && stamp[STAMP_CHARS] == '.' &&
           strcmp(stamp + STAMP_CHARS + 1, p->ending) == 0;
}

/* Of a temporary file of it or of its manifest. */
static bool ours_part(const struct place *p, const char *name)
{
    char whole[NAME_MAX + 1];
    const size_t len = strlen(name);

    if (name[0] != '.' || len <= sizeof(PART) || strcmp(name + len - 5, PART) != 0)
        return false;
    snprintf(whole, sizeof(whole), "%.*s", (int)(len - 6), name + 1);
    return place_owns(p, whole) || strcmp(whole, p->manifest) == 0;
}

void place_part(const char *name, char ret[MANIFEST_FILE_BYTES])
{
    snprintf(ret, MANIFEST_FILE_BYTES, ".%.*s" PART, MANIFEST_FILE_BYTES - 8, name);
}

void place_name(const struct place *p, int64_t made_us, char ret[MANIFEST_FILE_BYTES])
{
    do {
        int32_t year, month, day;
        const int64_t of_day = made_us % WHEN_DAY_US;
        const int second = (int)(of_day / WHEN_SECOND_US);

        when_civil_of((int32_t)(made_us / WHEN_DAY_US), &year, &month, &day);
        snprintf(ret, MANIFEST_FILE_BYTES, "%s.%04d%02d%02dT%02d%02d%02d.%06dZ.%s",
                 p->list, (int)year, (int)month, (int)day, second / 3600,
                 second / 60 % 60, second % 60, (int)(of_day % WHEN_SECOND_US),
                 p->ending);
        made_us++; /* a clock that was turned back must not name a file twice */
    } while (faccessat(p->dir, ret, F_OK, 0) == 0);
}

/* --- writing --- */

static void sweep(const struct place *p, const char *keep, const char *keep_too,
                  bool parts)
{
    const int fd = openat(p->dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *dir = fd >= 0 ? fdopendir(fd) : NULL;

    if (dir == NULL) {
        if (fd >= 0)
            close(fd);
        return; /* the next one will */
    }
    for (const struct dirent *e = readdir(dir); e != NULL; e = readdir(dir))
        if (parts ? ours_part(p, e->d_name)
                  : place_owns(p, e->d_name) && strcmp(e->d_name, keep) != 0 &&
                        strcmp(e->d_name, keep_too) != 0)
            place_remove(p, e->d_name);
    closedir(dir);
}

static bool lock_wait(struct place *p, const char *name, int32_t wait_ms, struct err *err)
{
    const int64_t until_us = clock_mono_us() + (int64_t)wait_ms * 1000;

    while (flock(p->lock, LOCK_EX | LOCK_NB) != 0) {
        if (errno != EWOULDBLOCK && errno != EINTR)
            return disk_failed(err, "locking", name);
        if (stop_asked())
            return err_set(err, ERR_RETRY, "STOPPED", "stopped");
        if (clock_mono_us() >= until_us)
            return err_set(err, ERR_RETRY, "SNAPSHOT_BUSY",
                           "another snapshot of %.60s is being written", p->list);
        clock_sleep_ms(POLL_MS);
    }
    return true;
}

bool place_open(const char *dir, const char *list, enum list_format format,
                enum list_packing packing, int32_t wait_ms, struct place *ret,
                struct err *err)
{
    char name[MANIFEST_FILE_BYTES];
    struct place p;

    if (!place_look(dir, list, format, packing, &p, err))
        return false;
    snprintf(name, sizeof(name), ".%s.%s.lock", p.list, p.ending);
    p.lock = openat(p.dir, name, O_RDWR | O_CREAT | O_CLOEXEC, 0660);
    if (p.lock < 0) {
        disk_failed(err, "making", name);
        place_close(&p);
        return false;
    }
    if (!lock_wait(&p, name, wait_ms, err)) {
        place_close(&p);
        return false;
    }
    sweep(&p, "", "", true);
    *ret = p;
    return true;
}

bool place_settle(const struct place *p, const char *name, bool *ret_named,
                  struct err *err)
{
    char part[MANIFEST_FILE_BYTES];

    place_part(name, part);
    *ret_named = renameat(p->dir, part, p->dir, name) == 0;
    if (!*ret_named) {
        disk_failed(err, "naming", name);
        place_remove(p, part);
        return false;
    }
    return fsync(p->dir) == 0 || disk_failed(err, "naming", name);
}

void place_remove(const struct place *p, const char *name)
{
    unlinkat(p->dir, name, 0);
}

void place_tidy(const struct place *p, const char *keep, const char *keep_too)
{
    sweep(p, keep, keep_too, false);
}

/* --- reading --- */

/* As place_manifest, of any name. */
static bool manifest_load(int dir, const char *name, struct manifest *ret,
                          bool *ret_found, struct err *err)
{
    const int fd = openat(dir, name, O_RDONLY | O_CLOEXEC);
    char text[MANIFEST_BYTES];
    struct err ignored;
    struct stat st;
    size_t len = 0;
    ssize_t n = 0;

    *ret_found = false;
    if (fd < 0)
        return errno == ENOENT || disk_failed(err, "reading", name);
    while (len < sizeof(text) && (n = read(fd, text + len, sizeof(text) - len)) > 0)
        len += (size_t)n;
    if (n < 0)
        disk_failed(err, "reading", name);
    close(fd);
    *ret_found = n >= 0 && manifest_from_json(text, len, ret, &ignored) &&
                 fstatat(dir, ret->file, &st, 0) == 0 && S_ISREG(st.st_mode) &&
                 st.st_size == ret->bytes;
    return n >= 0;
}

bool place_manifest(const struct place *p, struct manifest *ret, bool *ret_found,
                    struct err *err)
{
    if (!manifest_load(p->dir, p->manifest, ret, ret_found, err))
        return false;
    *ret_found = *ret_found && strcmp(ret->list, p->list) == 0;
    return true;
}

bool snapshot_each(const char *dir, void (*each)(void *arg, const struct manifest *m),
                   void *arg, struct err *err)
{
    DIR *d = opendir(dir);
    struct manifest m;
    bool ok = true;

    if (d == NULL)
        return disk_failed(err, "opening the directory", dir);
    for (const struct dirent *e = readdir(d); ok && e != NULL; e = readdir(d)) {
        const size_t len = strlen(e->d_name);
        bool found;

        if (e->d_name[0] == '.' || len < 6 || strcmp(e->d_name + len - 5, ".json") != 0)
            continue;
        ok = manifest_load(dirfd(d), e->d_name, &m, &found, err);
        if (ok && found)
            each(arg, &m);
    }
    closedir(d);
    return ok;
}
