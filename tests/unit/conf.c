/* conf: precedence, strictness, what is handed through, secrets, and the printed table.
 */
#include "base/conf.h"

#include <criterion/criterion.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define COUNT(a) (sizeof(a) / sizeof(*(a)))

struct settings {
    char brokers[CONF_TEXT_BYTES];
    char note[CONF_TEXT_BYTES];
    char key_file[CONF_TEXT_BYTES];
    char keys_dir[CONF_TEXT_BYTES];
    int64_t batch;
    bool dry;
};

static const struct conf_key keys[] = {
    {"brokers", "KAFKA_BROKERS", CONF_TEXT, offsetof(struct settings, brokers), NULL, 0,
     0, "broker addresses"},
    {"note", NULL, CONF_TEXT, offsetof(struct settings, note), "", 0, 0, "a remark"},
    {"key_file", NULL, CONF_FILE, offsetof(struct settings, key_file), "", 0, 0, "a key"},
    {"keys_dir", NULL, CONF_DIR, offsetof(struct settings, keys_dir), "", 0, 0, "keys"},
    {"batch_events", NULL, CONF_INT, offsetof(struct settings, batch), "5000", 1, 100000,
     "events in a batch"},
    {"dry.run", NULL, CONF_BOOL, offsetof(struct settings, dry), "false", 0, 0,
     "change nothing"},
};

static char dir[64], path[128];
static struct settings s;
static struct conf_pass kafka, pg;
static struct err e;

static void setup(void)
{
    snprintf(dir, sizeof(dir), "/tmp/conf-test-XXXXXX");
    cr_assert_not_null(mkdtemp(dir));
    snprintf(path, sizeof(path), "%s/file", dir);
    unsetenv("KAFKA_BROKERS");
    err_clear(&e);
    memset(&s, 0, sizeof(s));
}

static void teardown(void)
{
    unlink(path);
    rmdir(dir);
}

TestSuite(conf, .init = setup, .fini = teardown);

static void put(const char *text, size_t len, mode_t mode)
{
    FILE *f = fopen(path, "w");

    cr_assert_not_null(f);
    cr_assert_eq(fwrite(text, 1, len, f), len);
    fclose(f);
    cr_assert_eq(chmod(path, mode), 0);
}

static bool load(const char *text)
{
    put(text, strlen(text), 0644);
    return conf_load(keys, COUNT(keys), path, &s, &kafka, &pg, &e);
}

Test(conf, file_and_presets)
{
    cr_assert(load("# a comment\n\n  brokers =  a:1,b:2 \t\r\nnote = x = y # kept\n"
                   "dry.run=true"),
              "%s", e.text);
    cr_assert_str_eq(s.brokers, "a:1,b:2");
    cr_assert_str_eq(s.note, "x = y # kept");
    cr_assert_eq(s.batch, 5000);
    cr_assert(s.dry);
    cr_assert_str_eq(s.key_file, "");
    cr_assert(kafka.n == 0 && pg.n == 0);
    cr_assert(load("\xEF\xBB\xBF"
                   "brokers = a:1\r\nnote = \"a\" or 'b'\r\n"),
              "%s", e.text);
    cr_assert_str_eq(s.brokers, "a:1");
    cr_assert_str_eq(s.note, "\"a\" or 'b'");
}

Test(conf, environment_wins)
{
    setenv("KAFKA_BROKERS", "outside:9", 1);
    setenv("CONSENT_BATCH_EVENTS", "7", 1);
    setenv("CONSENT_DRY_RUN", "true", 1);
    cr_assert(load("brokers = a:1\nbatch_events = 6\n"), "%s", e.text);
    cr_assert_str_eq(s.brokers, "outside:9");
    cr_assert_eq(s.batch, 7);
    cr_assert(s.dry);
    setenv("CONSENT_BROKERS", "ours:9", 1);
    cr_assert(load("brokers = a:1\n"));
    cr_assert_str_eq(s.brokers, "ours:9");
    setenv("KAFKA_BROKERS", "", 1);
    unsetenv("CONSENT_BROKERS");
    cr_assert(load("brokers = a:1\n"));
    cr_assert_str_eq(s.brokers, "a:1");
}

Test(conf, without_a_file)
{
    setenv("KAFKA_BROKERS", "outside:9", 1);
    cr_assert(conf_load(keys, COUNT(keys), NULL, &s, NULL, NULL, &e), "%s", e.text);
    cr_assert_str_eq(s.brokers, "outside:9");
}

static const struct {
    const char *text, *code, *says;
} bad[] = {
    {"", "CONF_MISSING", "brokers must be given"},
    {"brokers =\n", "CONF_MISSING", "brokers must be given"},
    {"brokers = a\nbatch_evnts = 5\n", "CONF_UNKNOWN", "line 2 (batch_evnts)"},
    {"brokers = a\nbatch_evnts = 5\n", "CONF_UNKNOWN", "did you mean batch_events?"},
    {"brokers = a\nof_the_next = 5\n", "CONF_UNKNOWN", "no such setting in "},
    {"brokers = a\nsnapshot_dir = /x\n", "CONF_UNKNOWN", "another program has this"},
    {"brokers = \"a\"\n", "CONF_VALUE", "line 1 (brokers)"},
    {"brokers = 'a'\n", "CONF_VALUE", "quotation marks"},
    {"brokers = a\nkafka.x = 'y'\n", "CONF_VALUE", "quotation marks"},
    {"brokers = a\nbrokers = b\n", "CONF_DUPLICATE", "already given on line 1"},
    {"brokers = a\nkafka.x = 1\n\nkafka.x = 2\n", "CONF_DUPLICATE", "given on line 2"},
    {"brokers = a\npg.x = 1\npg.x = 1\n", "CONF_DUPLICATE", "given on line 2"},
    {"brokers\n", "CONF_SYNTAX", "line 1"},
    {"= a\n", "CONF_SYNTAX", "line 1"},
    {"Brokers = a\n", "CONF_SYNTAX", "line 1"},
    {"two words = a\n", "CONF_SYNTAX", "line 1"},
    {"brokers = a\nbatch_events =\n", "CONF_VALUE", "from 1 to 100000"},
    {"brokers = a\nbatch_events = 0\n", "CONF_VALUE", "from 1 to 100000"},
    {"brokers = a\nbatch_events = 100001\n", "CONF_VALUE", "from 1 to 100000"},
    {"brokers = a\nbatch_events = 5k\n", "CONF_VALUE", "from 1 to 100000"},
    {"brokers = a\nbatch_events = 5 5\n", "CONF_VALUE", "from 1 to 100000"},
    {"brokers = a\nbatch_events = 0x10\n", "CONF_VALUE", "from 1 to 100000"},
    {"brokers = a\nbatch_events = +5\n", "CONF_VALUE", "from 1 to 100000"},
    {"brokers = a\nbatch_events = 99999999999999999999\n", "CONF_VALUE", "from 1"},
    {"brokers = a\ndry.run = yes\n", "CONF_VALUE", "true or false"},
    {"brokers = a\ndry.run = TRUE\n", "CONF_VALUE", "true or false"},
    {"brokers = a\nkey_file = /nonexistent/key\n", "CONF_READ", "key_file"},
    {"brokers = a\nkey_file = /tmp\n", "CONF_READ", "/tmp: Is a directory"},
    {"brokers = a\nkeys_dir = /etc/passwd\n", "CONF_READ", "Not a directory"},
    {"brokers = a\nkafka. = x\n", "CONF_VALUE", "no name"},
};

Test(conf, refusals)
{
    for (size_t i = 0; i < COUNT(bad); i++) {
        err_clear(&e);
        cr_assert_not(load(bad[i].text), "row %zu", i);
        cr_assert_eq(e.kind, ERR_CONFIG, "row %zu", i);
        cr_assert_str_eq(e.code, bad[i].code, "row %zu: %s", i, e.text);
        cr_assert_not_null(strstr(e.text, bad[i].says), "row %zu: %s", i, e.text);
    }
}

Test(conf, unknown_environment_refuses)
{
    setenv("CONSENT_BATCH_EVNTS", "5", 1);
    cr_assert_not(load("brokers = a\n"));
    cr_assert_str_eq(e.code, "CONF_UNKNOWN");
    cr_assert_not_null(strstr(e.text, "CONSENT_BATCH_EVNTS"));
    unsetenv("CONSENT_BATCH_EVNTS");
    setenv("CONSENT_batch_events", "5", 1);
    cr_assert_not(load("brokers = a\n"));
}

/* A shell that has sourced the stack's settings starts every program. */
Test(conf, a_siblings_setting_in_the_environment_is_passed_over)
{
    setenv("CONSENT_LINK_SECRET_DIR", "/nowhere", 1);
    setenv("CONSENT_SNAPSHOT_DIR", "/nowhere", 1);
    cr_assert(load("brokers = a\n"), "%s", e.text);
    unsetenv("CONSENT_SNAPSHOT_DIR");
    unsetenv("CONSENT_LINK_SECRET_DIR");
    cr_assert_not(load("brokers = a\nsnapshot_dir = /nowhere\n"));
    cr_assert_str_eq(e.code, "CONF_UNKNOWN");
}

Test(conf, errors_never_quote_values)
{
    setenv("CONSENT_BATCH_EVENTS", "hunter2", 1);
    cr_assert_not(load("brokers = a\n"));
    cr_assert_null(strstr(e.text, "hunter2"));
    unsetenv("CONSENT_BATCH_EVENTS");
    cr_assert_not(load("brokers = a\npasswrd = hunter2\n"));
    cr_assert_null(strstr(e.text, "hunter2"));
}

Test(conf, too_long)
{
    char text[CONF_TEXT_BYTES + 64];
    int at = snprintf(text, sizeof(text), "brokers = ");

    memset(text + at, 'x', CONF_TEXT_BYTES - 1);
    text[at + CONF_TEXT_BYTES - 1] = '\0';
    cr_assert(load(text));
    cr_assert_eq(strlen(s.brokers), CONF_TEXT_BYTES - 1);
    text[at + CONF_TEXT_BYTES - 1] = 'x';
    text[at + CONF_TEXT_BYTES] = '\0';
    cr_assert_not(load(text));
    cr_assert_str_eq(e.code, "CONF_VALUE");
}

Test(conf, files_that_are_none)
{
    static char big[70000];

    cr_assert_not(conf_load(keys, COUNT(keys), "/nonexistent/f", &s, NULL, NULL, &e));
    cr_assert_str_eq(e.code, "CONF_READ");
    cr_assert_not(conf_load(keys, COUNT(keys), dir, &s, NULL, NULL, &e));
    cr_assert_str_eq(e.code, "CONF_READ");
    put("brokers = a\0b\n", 14, 0644);
    cr_assert_not(conf_load(keys, COUNT(keys), path, &s, NULL, NULL, &e));
    cr_assert_str_eq(e.code, "CONF_SYNTAX");
    memset(big, '#', sizeof(big));
    put(big, sizeof(big), 0644);
    cr_assert_not(conf_load(keys, COUNT(keys), path, &s, NULL, NULL, &e));
    cr_assert_str_eq(e.code, "CONF_READ");
}

/* What is found later gets its place, and only that. */
static const char *placed(const char *text)
{
    err_set(&e, ERR_CONFIG, "X", "%s", text);
    conf_place(keys, COUNT(keys), path, &e);
    return e.text;
}

Test(conf, place)
{
    char wanted[256];

    cr_assert(load("\xEF\xBB\xBFnote = a\n# brokers = x\n\n \tbrokers= b\n"
                   "kafka.client.id = c\n"));
    snprintf(wanted, sizeof(wanted), "line 4 of %s: brokers: is odd", path);
    cr_assert_str_eq(placed("brokers: is odd"), wanted);
    snprintf(wanted, sizeof(wanted), "line 1 of %s: note: is odd", path);
    cr_assert_str_eq(placed("note: is odd"), wanted);
    snprintf(wanted, sizeof(wanted), "line 5 of %s: kafka.client.id: is odd", path);
    cr_assert_str_eq(placed("kafka.client.id: is odd"), wanted);
    cr_assert_str_eq(placed("batch_events: is odd"), "batch_events: is odd");
    cr_assert_str_eq(placed("brokers are odd"), "brokers are odd");
    cr_assert_str_eq(placed("strange: is odd"), "strange: is odd");
    setenv("KAFKA_BROKERS", "b", 1);
    cr_assert_str_eq(placed("brokers: is odd"), "KAFKA_BROKERS: brokers: is odd");
    setenv("CONSENT_BROKERS", "b", 1);
    cr_assert_str_eq(placed("brokers: is odd"), "CONSENT_BROKERS: brokers: is odd");
    unsetenv("CONSENT_BROKERS");
    unsetenv("KAFKA_BROKERS");
}

Test(conf, of)
{
    err_set(&e, ERR_CONFIG, "X", "/k is empty");
    cr_assert_not(conf_of("key_file", &e));
    cr_assert_str_eq(e.text, "key_file: /k is empty");
    cr_assert_not(conf_of("key_file", &e));
    cr_assert_str_eq(e.text, "key_file: /k is empty", "once");
    cr_assert_str_eq(e.code, "X");
}

Test(conf, handed_through)
{
    setenv("CONSENT_KAFKA_SECURITY_PROTOCOL", "ssl", 1);
    setenv("CONSENT_KAFKA_SASL_MECHANISM", "PLAIN", 1);
    setenv("CONSENT_PG_APPLICATION_NAME", "me", 1);
    cr_assert(load("brokers = a\nkafka.security.protocol = plaintext\nkafka.ssl_key = k\n"
                   "pg.sslmode = verify-full\n"),
              "%s", e.text);
    cr_assert_eq(kafka.n, 3);
    cr_assert_str_eq(kafka.item[0].name, "security.protocol");
    cr_assert_str_eq(kafka.item[0].value, "ssl");
    cr_assert_str_eq(kafka.item[1].name, "ssl_key");
    cr_assert_str_eq(kafka.item[2].name, "sasl.mechanism");
    cr_assert_eq(pg.n, 2);
    cr_assert_str_eq(pg.item[0].name, "sslmode");
    cr_assert_str_eq(pg.item[1].name, "application_name");
    cr_assert_str_eq(pg.item[1].value, "me");
}

Test(conf, not_handed_through_when_unused)
{
    put("brokers = a\npg.sslmode = x\n", 27, 0644);
    cr_assert_not(conf_load(keys, COUNT(keys), path, &s, &kafka, NULL, &e));
    cr_assert_str_eq(e.code, "CONF_UNKNOWN");
}

Test(conf, too_many_handed_through)
{
    char text[8192] = "brokers = a\n";

    for (int i = 0; i <= CONF_PASS_MAX; i++) {
        size_t len = strlen(text);

        snprintf(text + len, sizeof(text) - len, "kafka.k%d = 1\n", i);
    }
    cr_assert_not(load(text));
    cr_assert_not_null(strstr(e.text, "too many"));
}

static const struct {
    const char *text;
    size_t len;
    mode_t mode;
    const char *out; /* NULL: refused */
} secrets[] = {
    {"12345678", 8, 0600, "12345678"},
    {"12345678\n", 9, 0600, "12345678"},
    {"1234567\n", 8, 0640, "1234567"},
    {"123\n\n", 5, 0600, "123\n"},
    {"12345678\r\n", 10, 0600, NULL},
    {"123456\r\n", 8, 0600, NULL},
    {"1234567\r", 8, 0600, "1234567\r"},
    {"123456789", 9, 0600, NULL},
    {"123456789\n", 10, 0600, NULL},
    {"12345678\n\n", 10, 0600, NULL},
    {"", 0, 0600, NULL},
    {"\n", 1, 0600, NULL},
    {"1234", 4, 0604, NULL},
    {"1234", 4, 0602, NULL},
};

Test(conf, secrets)
{
    for (size_t i = 0; i < COUNT(secrets); i++) {
        char got[9] = "#########";
        size_t len = 999;

        put(secrets[i].text, secrets[i].len, secrets[i].mode);
        err_clear(&e);
        cr_assert_eq(conf_read_secret(path, got, 8, &len, &e), secrets[i].out != NULL,
                     "row %zu: %s", i, e.text);
        cr_assert_eq(got[8], '#', "row %zu wrote past its room", i);
        if (secrets[i].out == NULL) {
            cr_assert_str_eq(e.code, "CONF_SECRET");
            continue;
        }
        cr_assert_eq(len, strlen(secrets[i].out), "row %zu", i);
        cr_assert_eq(memcmp(got, secrets[i].out, len), 0, "row %zu", i);
    }
}

Test(conf, secret_is_a_plain_file)
{
    char got[8];
    size_t len;

    cr_assert_not(conf_read_secret(dir, got, sizeof(got), &len, &e));
    cr_assert_not(conf_read_secret("/nonexistent/s", got, sizeof(got), &len, &e));
}

static char *printed(bool sample)
{
    static char text[8192];
    int kept = dup(STDOUT_FILENO);
    FILE *f;
    size_t n;

    fflush(stdout);
    cr_assert_not_null(freopen(path, "w", stdout));
    if (sample)
        conf_print_sample("consent-unit", keys, COUNT(keys));
    else
        conf_print_help(keys, COUNT(keys));
    fflush(stdout);
    dup2(kept, STDOUT_FILENO);
    close(kept);
    f = fopen(path, "r");
    n = fread(text, 1, sizeof(text) - 1, f);
    text[n] = '\0';
    fclose(f);
    return text;
}

Test(conf, help_names_everything)
{
    const char *text = printed(false);

    for (size_t i = 0; i < COUNT(keys); i++) {
        cr_assert_not_null(strstr(text, keys[i].name));
        cr_assert_not_null(strstr(text, keys[i].help));
    }
    cr_assert_not_null(strstr(text, "CONSENT_DRY_RUN"));
    cr_assert_not_null(strstr(text, "CONSENT_BROKERS or KAFKA_BROKERS"));
    cr_assert_not_null(strstr(text, "whole number, 1 to 100000, default 5000"));
}

Test(conf, sample_loads_once_filled_in)
{
    char *text = printed(true);
    char filled[9000];
    char *hole = strstr(text, "\nbrokers =\n");

    cr_assert_not_null(hole);
    cr_assert_not_null(strstr(text, "\n#batch_events = 5000\n"));
    cr_assert_not(load(text), "what must be given is not made up");
    snprintf(filled, sizeof(filled), "%.*s\nbrokers = a%s", (int)(hole - text), text,
             hole + strlen("\nbrokers ="));
    cr_assert(load(filled), "%s", e.text);
    /* And with every default written out. */
    for (char *at = filled; (at = strstr(at, "\n#")) != NULL; at++) {
        if (at[2] != ' ')
            at[1] = ' ';
    }
    cr_assert(load(filled), "%s", e.text);
    cr_assert_eq(s.batch, 5000);
}
