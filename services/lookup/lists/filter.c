/*
 * GET /v1/lists/{id}/filter: the file that `consentctl list filter LIST --output
 * <snapshot_dir>/<list>.cmqf` made there last (filter/consent_filter.h says what it is).
 */
#include "routes.h"

#include "base/log.h"
#include "filter/consent_filter.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define HEADER CONSENT_FILTER_HEADER_BYTES

static uint64_t read_le(const uint8_t *p)
{
    uint64_t v = 0;

    for (int i = 8; i-- > 0;)
        v = v << 8 | p[i];
    return v;
}

/* The file's head, as the offsets in consent_filter.h have it. The slots are checked by
 * whoever opens the file; it is sent as it lies. False: it is no filter of this list. */
static bool head_read(int fd, const char *list, uint8_t head[HEADER], uint64_t *ret_bytes)
{
    struct consent_filter_crc crc;
    struct stat st;

    if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode) ||
        pread(fd, head, HEADER, 0) != HEADER)
        return false;
    consent_filter_crc_init(&crc);
    *ret_bytes = (uint64_t)st.st_size;
    return memcmp(head + 1, "CMQF", 4) == 0 && read_le(head + 24) == *ret_bytes &&
           read_le(head + 1016) == consent_filter_crc_add(&crc, 0, head, 1016) &&
           strncmp((const char *)head + 80, list, 64) == 0;
}

static void send_file(struct call *c, const struct list *list, int fd)
{
    char tag[32], count[24];
    uint8_t head[HEADER];
    uint64_t bytes;

    if (!head_read(fd, list->id, head, &bytes)) {
        close(fd);
        log_write(LOG_LEVEL_ERROR, "filter_unread", "list=%s", list->id);
        http_problem(c->reply, 503, "filter", "the filter cannot be read", NULL);
        c->reply->retry_after_s = 60;
        return;
    }
    snprintf(tag, sizeof(tag), "%016" PRIx64, read_le(head + 1016));
    snprintf(count, sizeof(count), "%" PRIu64, read_le(head + 16));
    http_reply_field(c->reply, "Consent-List-Version", (const char *)head + 176);
    http_reply_field(c->reply, "Consent-List-Count", count);
    http_reply_file(c->reply, fd, bytes, tag, "application/octet-stream");
}

static int file_open(const struct call *c, const struct list *list)
{
    char path[CONF_TEXT_BYTES + REGISTER_ID_BYTES + 8];

    if (c->w->settings->snapshot_dir[0] == '\0')
        return -1;
    snprintf(path, sizeof(path), "%s/%s.cmqf", c->w->settings->snapshot_dir, list->id);
    return open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
}

bool answer_filter(struct call *c, struct err *err)
{
    const struct list *list = NULL;
    bool again = true;
    int fd;

    while (again) {
        if (!call_list(c, LOOKUP_FILTER, &list, err))
            return false;
        if (list == NULL)
            return true;
        if (!call_shown(c, LOOKUP_FILTER, &again, err))
            return false;
    }
    fd = file_open(c, list);
    if (fd < 0)
        http_problem(c->reply, 404, "no-filter", "nobody has made a filter of this list",
                     NULL);
    else
        send_file(c, list, fd);
    return true;
}
