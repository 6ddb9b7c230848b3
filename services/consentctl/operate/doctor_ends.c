/* doctor: what comes to its end: certificates, room on the disk, the use of a backup. */
#include "doctor.h"

#include "crypto/certificate.h"

#include <string.h>
#include <sys/statvfs.h>

#define SOON_DAYS  30
#define GRAVE_DAYS 7
#define GB         1000000000LL
/* Less than this is little, whatever came since yesterday: an index, a vacuum or the log
 * of a day without a backup takes it at once. */
#define GRAVE_FREE (2 * GB)
#define SOON_FREE  (10 * GB)
/* Of an event with all that belongs to it (deploy/OPERATIONS.md), while there are few. */
#define EVENT_BYTES 2300
#define FEW_EVENTS  10000

static enum finding by_days(int64_t days)
{
    return days < GRAVE_DAYS  ? FINDING_WRONG
           : days < SOON_DAYS ? FINDING_WARN
                              : FINDING_OK;
}

/* --- certificates --- */

static size_t certificate_say(struct doctor *d, const char *setting, const char *path)
{
    char day[WHEN_TEXT_BYTES];
    struct err err;
    int64_t end_us, days;

    if (!certificate_end(path, &end_us, &err)) {
        conf_of(setting, &err);
        doctor_err(d, "certificate", "name a file in PEM that we may read", &err);
        return 0;
    }
    days = (end_us - d->now_us) / WHEN_DAY_US;
    if (end_us <= d->now_us)
        doctor_say(d, FINDING_WRONG, "certificate",
                   "put the new one there, then send its program a SIGHUP",
                   "%s ended on %s", path, when_format(end_us, day));
    else if (by_days(days) != FINDING_OK)
        doctor_say(d, by_days(days), "certificate",
                   "put the new one there, then send its program a SIGHUP",
                   "%s ends on %s, in %lld days", path, when_format(end_us, day),
                   (long long)days);
    else
        return 1;
    return 0;
}

static void certificates_look(struct doctor *d)
{
    char names[CONF_TEXT_BYTES];
    size_t good = 0;
    char *rest;

    for (size_t i = 0; i < d->ctl->kafka.n; i++)
        if (strcmp(d->ctl->kafka.item[i].name, "ssl.certificate.location") == 0)
            good += certificate_say(d, "kafka.ssl.certificate.location",
                                    d->ctl->kafka.item[i].value);
    memcpy(names, d->ctl->settings.certificates, sizeof(names));
    for (char *name = strtok_r(names, " \t", &rest); name != NULL;
         name = strtok_r(NULL, " \t", &rest))
        good += certificate_say(d, "certificates", name);
    if (good > 0)
        doctor_say(d, FINDING_OK, "certificate", NULL,
                   "%zu files of certificates are good for a month", good);
}

/* --- the disk --- */

/* What is free, in bytes; -1: nobody can tell. */
static int64_t free_bytes(const struct doctor *d, const struct doctor_room *r)
{
    const int64_t said = d->ctl->settings.database_disk_gb * GB;
    const int64_t of_said = said > r->bytes ? said - r->bytes : 0;
    struct statvfs disk;
    int64_t seen;

    if (!r->local || r->directory[0] == '\0' || statvfs(r->directory, &disk) != 0)
        return said == 0 ? -1 : of_said;
    seen = (int64_t)(disk.f_bavail * disk.f_frsize);
    return said == 0 || seen < of_said ? seen : of_said;
}

static void room_say(struct doctor *d, const struct doctor_room *r)
{
    const double each =
        r->events < FEW_EVENTS ? EVENT_BYTES : (double)r->bytes / (double)r->events;
    const double a_day = each * (double)r->lately * 86400 / (double)r->lately_s;
    const int64_t left = free_bytes(d, r);
    const enum finding by_room = left < GRAVE_FREE  ? FINDING_WRONG
                                 : left < SOON_FREE ? FINDING_WARN
                                                    : FINDING_OK;
    enum finding level;
    int64_t days;

    if (left == -1) {
        doctor_say(d, FINDING_NOTE, "disk", "say how large it is: database_disk_gb",
                   "we cannot see how much room the database's disk has");
        return;
    }
    days = left == 0                      ? 0
           : a_day * 36600 < (double)left ? 36600
                                          : (int64_t)((double)left / a_day);
    level = by_days(days) > by_room ? by_days(days) : by_room;
    doctor_say(
        d, level, "disk",
        level == FINDING_OK
            ? NULL
            : "give PostgreSQL more room (look for log files in pg_wal that a failing "
              "archive_command or a forgotten slot keeps): when it is full, nothing is "
              "taken in",
        "%.1f GB are free; at today's rate, %.3f GB a day, that is enough for %s%lld "
        "days",
        (double)left / (double)GB, a_day / (double)GB, days == 36600 ? "over " : "",
        (long long)days);
}

/* --- the backup --- */

static void backup_say(struct doctor *d, const struct doctor_room *r)
{
    const int64_t most = d->ctl->settings.backup_days;
    char at[64];

    if (r->sees_backups && r->backup_us != WHEN_ALWAYS && d->retention_us != 0 &&
        d->now_us - r->backup_us > d->retention_us)
        doctor_say(
            d, FINDING_WRONG, "backup",
            "make a backup, and let the feeds keep records for longer (retention.ms)",
            "a feed keeps records for %lld days, and the newest base backup was made "
            "%s: what came in between would be lost with the database",
            (long long)(d->retention_us / WHEN_DAY_US), doctor_ago(d, r->backup_us, at));
    if (most == 0)
        return;
    if (!r->sees_backups)
        doctor_say(d, FINDING_NOTE, "backup", "GRANT pg_monitor TO consent_operator",
                   "we may not see when the last base backup was made");
    else if (r->backup_us == WHEN_ALWAYS)
        doctor_say(d, FINDING_WARN, "backup",
                   "deploy/OPERATIONS.md has a chapter on backups",
                   "PostgreSQL knows of no base backup");
    else if (d->now_us - r->backup_us > most * WHEN_DAY_US)
        doctor_say(d, FINDING_WRONG, "backup", "look at the job that makes it",
                   "the newest base backup was made %s", doctor_ago(d, r->backup_us, at));
    else
        doctor_say(d, FINDING_OK, "backup", NULL, "the newest base backup was made %s",
                   doctor_ago(d, r->backup_us, at));
}

void doctor_ends(struct doctor *d)
{
    struct doctor_room room;
    struct err err;

    certificates_look(d);
    if (d->ctl->pg == NULL || d->s == NULL)
        return;
    if (!doctor_room(d->ctl->pg, &room, &err)) {
        doctor_err(d, "disk", NULL, &err);
        return;
    }
    room_say(d, &room);
    backup_say(d, &room);
}
