/* What the commands share: settings, errors, the connection, files and times. */
#include "ctl.h"

#include "base/clock.h"
#include "base/edge.h"
#include "base/mem.h"
#include "codec/put.h"
#include "kafka/edge.h"
#include "vault/vault.h"

#include <assert.h>
#include <errno.h>
#include <libgen.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define AT(member) offsetof(struct ctl_settings, member)

const struct conf_key ctl_keys[] = {
    {"kafka_brokers", "KAFKA_BROKERS", CONF_TEXT, AT(kafka_brokers), "", 0, 0,
     "Kafka's bootstrap servers, host:port[,host:port]"},
    {"database_url", "DATABASE_URL", CONF_TEXT, AT(database_url), "", 0, 0,
     "PostgreSQL, as a URL or in libpq's key=value form"},
    {"database_password_file", NULL, CONF_FILE, AT(database_password_file), "", 0, 0,
     "the password of PostgreSQL, when it is not in database_url"},
    {"plaintext", NULL, CONF_TEXT, AT(plaintext), "", 0, 0, EDGE_PLAINTEXT_HELP},
    {"contact_secret_file", NULL, CONF_FILE, AT(contact_secret_file), "", 0, 0,
     "the secret of the contact keys, at least 32 bytes"},
    {"contact_former", NULL, CONF_TEXT, AT(contact_former), "", 0, 0,
     "the contact secrets of before, each in a file, blanks between them"},
    {"seal_secret_file", NULL, CONF_FILE, AT(seal_secret_file), "", 0, 0,
     "the outer key of sealed identifiers and events"},
    {"seal_secret_version", NULL, CONF_INT, AT(seal_secret_version), "1", 1, 255,
     "which version of that key it is"},
    {"seal_former", NULL, CONF_TEXT, AT(seal_former), "", 0, 0,
     "former keys, until consentctl reseal is done: VERSION=FILE, blanks between them"},
    {"recipient_secret_dir", NULL, CONF_TEXT, AT(recipient_secret_dir), "", 0, 0,
     "a directory with a file for the key of each recipient"},
    {"link_secret_dir", NULL, CONF_TEXT, AT(link_secret_dir), "", 0, 0,
     "a directory with the keys of opt-out links, NUMBER-SYSTEM"},
    {"schemas", NULL, CONF_TEXT, AT(schemas), "", 0, 0,
     "the directory with sql/ and register/; found by itself when installed"},
    {"archive_dir", NULL, CONF_TEXT, AT(archive_dir), "", 0, 0,
     "where archive run writes, and trace and evidence look for what has left"},
    {"snapshot_dir", NULL, CONF_TEXT, AT(snapshot_dir), "", 0, 0,
     "where list snapshot writes unless it is told otherwise, and doctor looks"},
    {"snapshot_every_s", NULL, CONF_INT, AT(snapshot_every_s), "3600", 1, 31622400,
     "how often snapshots are made there; doctor warns at twice that age, s"},
    {"certificates", NULL, CONF_TEXT, AT(certificates), "", 0, 0,
     "files of certificates whose end doctor watches, blanks between them"},
    {"database_disk_gb", NULL, CONF_INT, AT(database_disk_gb), "0", 0, 1000000000,
     "how large the database's disk is, where doctor runs on another machine; 0: not "
     "said"},
    {"backup_days", NULL, CONF_INT, AT(backup_days), "2", 0, 3660,
     "how old the newest base backup may be; 0: there are none, and doctor is silent"},
};
const size_t ctl_keys_n = sizeof(ctl_keys) / sizeof(ctl_keys[0]);

const char *ctl_option(const struct ctl *ctl, const char *name)
{
    const struct ctl_option *options = ctl->command->options;

    for (size_t i = 0; options[i].name != NULL; i++)
        if (strcmp(options[i].name, name) == 0)
            return ctl->given[i];
    assert(false && "an option that the command's table does not have");
    return NULL;
}

const char *ctl_option_next(const struct ctl *ctl, const char *name, int *at)
{
    while (*at < ctl->n_again) {
        const int i = (*at)++;

        if (strcmp(ctl->again[i].name, name) == 0)
            return ctl->again[i].value;
    }
    return NULL;
}

bool ctl_person(struct ctl *ctl, const char *name, const char **ret, struct err *err)
{
    size_t len;

    *ret = ctl_option(ctl, name);
    if (*ret == NULL || strcmp(*ret, "-") != 0)
        return true;
    if (fgets(ctl->person, sizeof(ctl->person), stdin) == NULL)
        return err_set(err, ERR_CONFIG, "NO_CONTACT",
                       "--%s - wants a line on standard input", name);
    len = strcspn(ctl->person, "\r\n");
    if (len == sizeof(ctl->person) - 1)
        return err_set(err, ERR_CONFIG, "TOO_LONG",
                       "the line on standard input is too long");
    while (len > 0 && strchr(" \t", ctl->person[len - 1]) != NULL)
        len--;
    ctl->person[len] = '\0';
    *ret = ctl->person + strspn(ctl->person, " \t");
    return true;
}

int ctl_fail(const struct ctl *ctl, const struct err *said)
{
    struct err placed = *said, *err = &placed;

    conf_place(ctl_keys, ctl_keys_n, ctl->config, err);
    fprintf(stderr, "consentctl: %s\n", err->text);
    if (ctl->json) {
        struct buf out;

        buf_init(&out, CTL_ANSWER_BYTES);
        buf_add_str(&out, "{\"error\":{");
        put_name(&out, "kind");
        put_text(&out, err_kind_name(err->kind));
        put_name(&out, ",code");
        put_text(&out, err->code);
        put_name(&out, ",text");
        put_text(&out, err->text);
        buf_add_str(&out, "}}");
        ctl_say(&out);
    }
    return err->kind == ERR_CONFIG ? CTL_USAGE : CTL_FAILED;
}

int ctl_say(struct buf *json)
{
    fwrite(json->data, 1, json->len, stdout);
    putchar('\n');
    buf_done(json);
    return CTL_DONE;
}

int ctl_wrong(const char *fmt, ...)
{
    va_list args;

    fputs("consentctl: ", stderr);
    va_start(args, fmt);
    vfprintf(stderr, fmt, args);
    va_end(args);
    fputc('\n', stderr);
    return CTL_USAGE;
}

bool ctl_edges(const struct ctl *ctl, struct err *err)
{
    const struct ctl_settings *s = &ctl->settings;

    return pg_edge(s->database_url, s->plaintext, err) &&
           kafka_edge(s->kafka_brokers, &ctl->kafka, s->plaintext, err);
}

bool ctl_pg(struct ctl *ctl, struct err *err)
{
    if (ctl->pg != NULL)
        return true;
    if (ctl->settings.database_url[0] == '\0')
        return err_set(err, ERR_CONFIG, "NO_DATABASE",
                       "database_url (or DATABASE_URL) is not set");
    return pg_open(ctl->settings.database_url, "consentctl", &ctl->pg, err);
}

bool ctl_vault(struct ctl *ctl, struct err *err)
{
    if (ctl->vault == NULL)
        ctl->vault = vault_open(ctl->settings.seal_secret_file,
                                (uint8_t)ctl->settings.seal_secret_version,
                                ctl->settings.seal_former, err);
    return ctl->vault != NULL;
}

bool ctl_vault_archives(struct ctl *ctl, struct err *err)
{
    const char *dir = ctl_option(ctl, "archive");

    if (dir == NULL)
        dir = ctl->settings.archive_dir;
    return ctl_vault(ctl, err) &&
           (dir[0] == '\0' || vault_archives(ctl->vault, dir, err) ||
            (dir == ctl->settings.archive_dir && conf_of("archive_dir", err)));
}

struct seal *ctl_seal(struct ctl *ctl, struct err *err)
{
    const struct ctl_settings *s = &ctl->settings;
    struct seal *seal;

    if (s->seal_secret_file[0] == '\0') {
        err_set(err, ERR_CONFIG, "NO_SECRET",
                "seal_secret_file is not set: without it nothing sealed can be read");
        return NULL;
    }
    seal = seal_open(s->seal_secret_file, (uint8_t)s->seal_secret_version, err);
    if (seal != NULL && !seal_add_formers(seal, s->seal_former, err)) {
        seal_close(seal);
        return NULL;
    }
    return seal;
}

bool ctl_kafka(const struct ctl *ctl, struct err *err)
{
    return ctl->settings.kafka_brokers[0] != '\0' ||
           err_set(err, ERR_CONFIG, "NO_BROKERS",
                   "kafka_brokers (or KAFKA_BROKERS) is not set");
}

bool ctl_schemas(const struct ctl *ctl, char *ret, size_t bytes, struct err *err)
{
    static const char *const places[] = {"../share/consentmq/schemas",
                                         "../../../schemas"};
    char program[PATH_MAX];
    char dir[PATH_MAX + 64];
    ssize_t n = readlink("/proc/self/exe", program, sizeof(program) - 1);

    if (ctl->settings.schemas[0] != '\0') {
        snprintf(ret, bytes, "%s", ctl->settings.schemas);
        return access(ret, R_OK | X_OK) == 0 ||
               err_set(err, ERR_CONFIG, "NO_SCHEMAS", "%s: cannot read %.120s: %s",
                       ctl->schemas_option ? "--schemas" : "schemas", ret,
                       strerror(errno));
    }
    if (n <= 0)
        return err_set(err, ERR_CONFIG, "NO_SCHEMAS", "say where schemas are: --schemas");
    program[n] = '\0';
    for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
        char copy[PATH_MAX];

        snprintf(copy, sizeof(copy), "%s", program);
        snprintf(dir, sizeof(dir), "%s/%s/sql", dirname(copy), places[i]);
        if (access(dir, R_OK) != 0)
            continue;
        dir[strlen(dir) - 4] = '\0';
        snprintf(ret, bytes, "%s", dir);
        return true;
    }
    return err_set(err, ERR_CONFIG, "NO_SCHEMAS",
                   "no schemas beside the program: say where they are with --schemas");
}

bool ctl_time(const char *text, int64_t preset_us, int64_t *ret, struct err *err)
{
    int32_t day;

    if (text == NULL)
        *ret = preset_us;
    else if (strcmp(text, "now") == 0)
        *ret = clock_wall_us();
    else if (when_parse_day(text, strlen(text), &day) == WHEN_OK)
        *ret = day * WHEN_DAY_US;
    else if (when_parse(text, strlen(text), ret) != WHEN_OK)
        return err_set(err, ERR_CONFIG, "BAD_TIME",
                       "'%.60s' is no time: write 2026-03-31 or 2026-03-31T12:00:00Z",
                       text);
    return true;
}

bool ctl_file(const char *path, size_t limit_bytes, char **ret, size_t *ret_len,
              struct err *err)
{
    FILE *f = strcmp(path, "-") == 0 ? stdin : fopen(path, "rb");
    size_t cap = 65536;
    size_t len = 0;
    char *data;

    if (f == NULL)
        return err_set(err, ERR_CONFIG, "NO_FILE", "cannot read %.150s", path);
    data = mem_zalloc(cap, 1);
    while (len <= limit_bytes && !feof(f) && !ferror(f)) {
        if (len + 1 >= cap) {
            cap *= 2;
            data = mem_resize(data, cap, 1);
        }
        len += fread(data + len, 1, cap - len - 1, f);
    }
    data[len] = '\0';
    const bool bad = ferror(f) != 0;
    if (f != stdin)
        fclose(f);
    if (!bad && len <= limit_bytes) {
        *ret = data;
        *ret_len = len;
        return true;
    }
    free(data);
    return bad ? err_set(err, ERR_CONFIG, "NO_FILE", "cannot read %.150s", path)
               : err_set(err, ERR_INPUT, "TOO_LARGE", "%.150s is larger than %zu bytes",
                         path, limit_bytes);
}
