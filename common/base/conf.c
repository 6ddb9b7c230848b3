#include "base/conf.h"
#include "base/ascii.h"
#include "base/buf.h"
#include "base/conf_parts.h"
#include "base/mem.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define CONF_FILE_BYTES 65536
#define CONF_NAME_BYTES 96
#define ENV_PREFIX      "CONSENT_"
#define BYTE_ORDER_MARK "\xEF\xBB\xBF"

extern char **environ;

/* What one conf_load works on. The origin is for error texts: a line or a variable. */
struct loader {
    const struct conf_key *keys;
    size_t n;
    bool *given;     /* by key: set by the file or the environment                */
    int *line_given; /* by key: the line of the file that set it, 0 for none       */
    char *settings;
    struct conf_pass *kafka, *pg;
    const char *path;
    struct err *err;
    bool file_is_open;                 /* to everybody on this machine */
    int line_passed[2][CONF_PASS_MAX]; /* as line_given, of kafka and of pg */
};

/* Values are never quoted in errors: one of them may be a password. */
static bool bad_value(struct loader *l, const char *origin, const char *what)
{
    return err_set(l->err, ERR_CONFIG, "CONF_VALUE", "%s: %s", origin, what);
}

static bool parse_int(struct loader *l, const struct conf_key *k, const char *origin,
                      const char *value)
{
    long long number;
    char *end;
    char what[128];

    errno = 0;
    number = strtoll(value, &end, 10);
    if (end == value || *end != '\0' || value[0] == ' ' || value[0] == '+' ||
        errno == ERANGE || number < k->least || number > k->most) {
        snprintf(what, sizeof(what), "%.40s must be a whole number from %lld to %lld",
                 k->name, (long long)k->least, (long long)k->most);
        return bad_value(l, origin, what);
    }
    *(int64_t *)(void *)(l->settings + k->offset) = number;
    return true;
}

/* As a shell or another format would have it; here the marks would belong to the value.
 */
static bool unquoted(struct loader *l, const char *origin, const char *value)
{
    const size_t len = strlen(value);

    return len < 2 || (value[0] != '"' && value[0] != '\'') ||
           value[len - 1] != value[0] ||
           bad_value(l, origin, "the value stands in quotation marks: take them away");
}

static bool set_key(struct loader *l, size_t i, const char *origin, const char *value)
{
    const struct conf_key *k = &l->keys[i];
    char full[CONF_TEXT_BYTES];
    char what[128];

    if (!unquoted(l, origin, value) ||
        !conf_credential(origin, value, full, &value, l->err))
        return false;
    switch (k->kind) {
    case CONF_INT: return parse_int(l, k, origin, value);
    case CONF_BOOL:
        if (strcmp(value, "true") != 0 && strcmp(value, "false") != 0) {
            snprintf(what, sizeof(what), "%.60s must be true or false", k->name);
            return bad_value(l, origin, what);
        }
        *(bool *)(void *)(l->settings + k->offset) = value[0] == 't';
        return true;
    case CONF_FILE:
    case CONF_DIR:
    case CONF_TEXT:
        if (strlen(value) >= CONF_TEXT_BYTES) {
            snprintf(what, sizeof(what), "%.60s is longer than %d bytes", k->name,
                     CONF_TEXT_BYTES - 1);
            return bad_value(l, origin, what);
        }
        snprintf(l->settings + k->offset, CONF_TEXT_BYTES, "%s", value);
        return true;
    }
    return true;
}

/* Each once in a file; *taken: the line that had it, 0 for none. */
static bool line_take(struct loader *l, int *taken, int line, const char *origin)
{
    if (*taken != 0)
        return err_set(l->err, ERR_CONFIG, "CONF_DUPLICATE",
                       "%s: was already given on line %d", origin, *taken);
    *taken = line;
    return true;
}

/* line: 0 of the environment. */
static bool set_pass(struct loader *l, struct conf_pass *pass, int line,
                     const char *origin, const char *name, const char *value)
{
    int *lines = l->line_passed[pass == l->pg];
    char full[CONF_TEXT_BYTES], plain[sizeof(pass->item[0].name)];
    size_t i = 0, len;

    if (!unquoted(l, origin, value) ||
        !conf_credential(origin, value, full, &value, l->err))
        return false;
    if (conf_secret_file(name, plain, sizeof(plain))) {
        if (!conf_read_secret(value, full, sizeof(full) - 1, &len, l->err))
            return conf_of(origin, l->err);
        full[len] = '\0';
        value = full;
        name = plain;
    }
    if (name[0] == '\0' || strlen(name) >= sizeof(pass->item[0].name) ||
        strlen(value) >= CONF_TEXT_BYTES)
        return bad_value(l, origin,
                         "a handed-through setting has no name or is too long");
    while (i < pass->n && strcmp(pass->item[i].name, name) != 0)
        i++;
    if (i == CONF_PASS_MAX)
        return bad_value(l, origin, "too many handed-through settings");
    if (line != 0 && !line_take(l, &lines[i], line, origin))
        return false;
    snprintf(pass->item[i].name, sizeof(pass->item[i].name), "%s", name);
    snprintf(pass->item[i].value, sizeof(pass->item[i].value), "%s", value);
    if (i == pass->n)
        pass->n++;
    return true;
}

static bool starts_with(const char *s, const char *prefix)
{
    return strncmp(s, prefix, strlen(prefix)) == 0;
}

static bool set_from_file(struct loader *l, int line, const char *name, const char *value)
{
    char origin[160];

    snprintf(origin, sizeof(origin), "line %d (%.*s) of %.40s", line, CONF_NAME_BYTES - 1,
             name, l->path);
    if (l->file_is_open && conf_is_secret(name, value))
        return err_set(l->err, ERR_CONFIG, "CONF_SECRET",
                       "%s: a secret, in a file that is open to others: chmod o= it, or "
                       "give a file of its own (%.60s_file)",
                       origin,
                       strcmp(name, "database_url") == 0 ? "database_password" : name);
    for (size_t i = 0; i < l->n; i++) {
        if (strcmp(l->keys[i].name, name) != 0)
            continue;
        if (!line_take(l, &l->line_given[i], line, origin))
            return false;
        l->given[i] = true;
        return set_key(l, i, origin, value);
    }
    if (l->kafka != NULL && starts_with(name, "kafka."))
        return set_pass(l, l->kafka, line, origin, name + strlen("kafka."), value);
    if (l->pg != NULL && starts_with(name, "pg."))
        return set_pass(l, l->pg, line, origin, name + strlen("pg."), value);
    return conf_unknown(l->keys, l->n, name, origin, l->err);
}

static bool is_name(const char *s, size_t len)
{
    static const char allowed[] = "abcdefghijklmnopqrstuvwxyz0123456789_.";

    return len > 0 && len < CONF_NAME_BYTES && strspn(s, allowed) >= len;
}

static char *trim(char *s)
{
    size_t len;

    s += strspn(s, " \t\r");
    len = strlen(s);
    while (len > 0 && strchr(" \t\r", s[len - 1]) != NULL)
        len--;
    s[len] = '\0';
    return s;
}

static bool read_line(struct loader *l, int number, char *line)
{
    char *name = trim(line);
    char *equals = strchr(name, '=');

    if (name[0] == '\0' || name[0] == '#')
        return true;
    if (equals != NULL) {
        *equals = '\0';
        name = trim(name);
    }
    if (equals == NULL || !is_name(name, strlen(name)))
        return err_set(l->err, ERR_CONFIG, "CONF_SYNTAX",
                       "line %d of %.100s is not \"name = value\", with a name in small "
                       "letters",
                       number, l->path);
    return set_from_file(l, number, name, trim(equals + 1));
}

static bool read_whole(struct loader *l, struct buf *text)
{
    FILE *f = fopen(l->path, "re");
    struct stat st;
    char block[4096];
    size_t n;
    bool good = true;

    if (f == NULL)
        return err_set(l->err, ERR_CONFIG, "CONF_READ", "cannot open %.120s: %s", l->path,
                       strerror(errno));
    l->file_is_open =
        fstat(fileno(f), &st) == 0 && S_ISREG(st.st_mode) && (st.st_mode & S_IRWXO) != 0;
    while (good && (n = fread(block, 1, sizeof(block), f)) > 0)
        good = buf_add(text, block, n);
    if (!good)
        err_set(l->err, ERR_CONFIG, "CONF_READ", "%.120s is longer than %d bytes",
                l->path, CONF_FILE_BYTES);
    else if (ferror(f))
        good = err_set(l->err, ERR_CONFIG, "CONF_READ", "cannot read %.120s", l->path);
    else if (text->len > 0 && memchr(text->data, '\0', text->len) != NULL)
        good = err_set(l->err, ERR_CONFIG, "CONF_SYNTAX", "%.120s is not a text file",
                       l->path);
    fclose(f);
    return good;
}

static bool load_file(struct loader *l)
{
    struct buf text;
    char *line;
    bool good;
    int number = 1;

    buf_init(&text, CONF_FILE_BYTES);
    good = read_whole(l, &text);
    line = text.data;
    if (line != NULL && starts_with(line, BYTE_ORDER_MARK)) /* a Windows editor's */
        line += strlen(BYTE_ORDER_MARK);
    for (char *next; good && line != NULL; line = next, number++) {
        next = strchr(line, '\n');
        if (next != NULL)
            *next++ = '\0';
        good = read_line(l, number, line);
    }
    buf_done(&text);
    return good;
}

/* CONSENT_KAFKA_SECURITY_PROTOCOL is "security.protocol", CONSENT_PG_APPLICATION_NAME is
 * "application_name": each library has its own habit. */
static bool pass_env(struct loader *l, struct conf_pass *pass, const char *origin,
                     const char *env, char underscore, const char *value)
{
    char name[CONF_NAME_BYTES];
    size_t n = 0;

    for (; n < sizeof(name) - 1 && env[n] != '\0'; n++)
        name[n] = env[n] == '_' ? underscore : ascii_lower(env[n]);
    name[n] = '\0';
    return set_pass(l, pass, 0, origin, name, value);
}

static bool set_from_env(struct loader *l, const char *variable)
{
    const char *equals = strchr(variable, '=');
    const char *value = equals + 1;
    char name[CONF_NAME_BYTES + sizeof(ENV_PREFIX)];
    const char *rest = name + strlen(ENV_PREFIX);

    snprintf(name, sizeof(name), "%.*s", (int)(equals - variable), variable);
    for (size_t i = 0; i < l->n; i++) {
        if (conf_same_as_env(l->keys[i].name, rest)) {
            l->given[i] = true;
            return set_key(l, i, name, value);
        }
    }
    if (conf_is_siblings(rest))
        return true;
    if (starts_with(rest, "KAFKA_"))
        return l->kafka == NULL ||
               pass_env(l, l->kafka, name, rest + strlen("KAFKA_"), '.', value);
    if (starts_with(rest, "PG_"))
        return l->pg == NULL ||
               pass_env(l, l->pg, name, rest + strlen("PG_"), '_', value);
    return conf_unknown(l->keys, l->n, rest, name, l->err);
}

static bool load_env(struct loader *l)
{
    for (size_t i = 0; i < l->n; i++) {
        const char *value = l->keys[i].env != NULL ? getenv(l->keys[i].env) : NULL;

        /* Names of the outside world: set but empty means not set. */
        if (value == NULL || value[0] == '\0')
            continue;
        l->given[i] = true;
        if (!set_key(l, i, l->keys[i].env, value))
            return false;
    }
    for (char **e = environ; *e != NULL; e++) {
        if (starts_with(*e, ENV_PREFIX) && strchr(*e, '=') != NULL &&
            !set_from_env(l, *e))
            return false;
    }
    return true;
}

static bool load_presets(struct loader *l)
{
    for (size_t i = 0; i < l->n; i++) {
        const char *preset = l->keys[i].preset;

        if (preset != NULL && !set_key(l, i, "preset", preset))
            return false;
    }
    return true;
}

static char *text_of(const struct loader *l, const char *name)
{
    for (size_t i = 0; i < l->n; i++)
        if (strcmp(l->keys[i].name, name) == 0)
            return l->settings + l->keys[i].offset;
    return NULL;
}

/* The database's password may be in a file of its own. */
static bool join_password(struct loader *l)
{
    char *url = text_of(l, "database_url");
    const char *path = text_of(l, "database_password_file");

    return url == NULL || url[0] == '\0' || path == NULL || path[0] == '\0' ||
           conf_database_password(url, path, l->err);
}

static bool is_readable(const char *path, enum conf_kind kind)
{
    struct stat st;

    if (access(path, R_OK) != 0 || stat(path, &st) != 0)
        return false;
    errno = kind == CONF_DIR ? ENOTDIR : EISDIR;
    return (S_ISDIR(st.st_mode) != 0) == (kind == CONF_DIR);
}

/* After everything is read, so that a file's value that the environment replaces is not
 * held against it. */
static bool check_all(struct loader *l)
{
    for (size_t i = 0; i < l->n; i++) {
        const struct conf_key *k = &l->keys[i];
        const char *text = l->settings + k->offset;
        bool is_path = k->kind == CONF_FILE || k->kind == CONF_DIR;
        bool is_text = k->kind == CONF_TEXT || is_path;

        if (k->preset == NULL && (!l->given[i] || (is_text && text[0] == '\0')))
            return err_set(l->err, ERR_CONFIG, "CONF_MISSING",
                           "%.60s must be given: %.100s", k->name, k->help);
        if (is_path && l->given[i] && text[0] != '\0' && !is_readable(text, k->kind))
            return err_set(l->err, ERR_CONFIG, "CONF_READ",
                           "%.60s: cannot read %.80s: %s", k->name, text,
                           strerror(errno));
    }
    return true;
}

bool conf_load(const struct conf_key *keys, size_t n, const char *path, void *settings,
               struct conf_pass *kafka, struct conf_pass *pg, struct err *err)
{
    struct loader l = {keys,
                       n,
                       mem_zalloc(n, sizeof(bool)),
                       mem_zalloc(n, sizeof(int)),
                       settings,
                       kafka,
                       pg,
                       path,
                       err,
                       false,
                       {{0}}};
    bool good;

    if (kafka != NULL)
        kafka->n = 0;
    if (pg != NULL)
        pg->n = 0;
    good = load_presets(&l) && (path == NULL || load_file(&l)) && load_env(&l) &&
           check_all(&l) && join_password(&l);
    free(l.given);
    free(l.line_given);
    return good;
}
