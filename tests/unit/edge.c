/* edge: what may travel in plain text, and secrets among the settings. */
#include "base/conf.h"
#include "base/edge.h"
#include "kafka/edge.h"
#include "pg/pg.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define COUNT(a) (sizeof(a) / sizeof(*(a)))

static struct err e;

Test(edge, near)
{
    static const char *const near[] = {"127.0.0.1", "127.9.9.9", "::1", "[::1]",
                                       "localhost", "/run/pg",   "@pg"};
    static const char *const far[] = {"0.0.0.0",   "::",         "127.0.0.1.example",
                                      "10.0.0.1",  "127.x",      "localhost.example",
                                      "db.intern", "[::ffff:1]", ""};

    for (size_t i = 0; i < COUNT(near); i++)
        cr_assert(edge_is_near(near[i]), "%s", near[i]);
    for (size_t i = 0; i < COUNT(far); i++)
        cr_assert_not(edge_is_near(far[i]), "%s", far[i]);
}

Test(edge, words)
{
    cr_assert(edge_words("", &e));
    cr_assert(edge_words("http kafka, postgresql", &e));
    cr_assert_not(edge_words("http yes", &e));
    cr_assert_str_eq(e.code, "PLAINTEXT");
    cr_assert(edge_said("kafka http", "http"));
    cr_assert_not(edge_said("https", "http"));
    cr_assert_not(edge_said("", "http"));
}

Test(edge, http)
{
    cr_assert(edge_http("http_address", "127.0.0.1", false, "", &e));
    cr_assert(edge_http("http_address", "0.0.0.0", true, "", &e));
    cr_assert(edge_http("http_address", "0.0.0.0", false, "http", &e));
    cr_assert_not(edge_http("http_address", "0.0.0.0", false, "", &e));
    cr_assert_not(edge_http("http_address", "::", false, "kafka postgresql", &e));
    cr_assert_eq(e.kind, ERR_CONFIG);
    cr_assert_not(edge_http("public_address", "127.0.0.1:80", false, "http", &e));
    cr_assert_eq(strncmp(e.text, "public_address: ", 16), 0, "%s", e.text);
}

/* --- Kafka --- */

static struct conf_pass pass;

static void hand(const char *name, const char *value)
{
    snprintf(pass.item[pass.n].name, sizeof(pass.item[0].name), "%s", name);
    snprintf(pass.item[pass.n++].value, sizeof(pass.item[0].value), "%s", value);
}

static const struct {
    const char *brokers, *name, *value, *name2, *value2, *plaintext;
    bool may;
} kafkas[] = {
    {"127.0.0.1:9092,localhost:9093", NULL, NULL, NULL, NULL, "", true},
    {"[::1]:9092, [::1] 127.0.0.1", NULL, NULL, NULL, NULL, "", true},
    {"PLAINTEXT://[::1]:9092", NULL, NULL, NULL, NULL, "kafka", false},
    {"u:p@127.0.0.1:9092", NULL, NULL, NULL, NULL, "kafka", false},
    {"127.0.0.1:9092,127.0.0.1:65536", NULL, NULL, NULL, NULL, "kafka", false},
    {"127.0.0.1:99999999999", NULL, NULL, NULL, NULL, "kafka", false},
    {"[::1]:0", NULL, NULL, NULL, NULL, "kafka", false},
    {"[::1", NULL, NULL, NULL, NULL, "kafka", false},
    {"127.0.0.1:", NULL, NULL, NULL, NULL, "kafka", false},
    {":9092", NULL, NULL, NULL, NULL, "kafka", false},
    {"", NULL, NULL, NULL, NULL, "", true},
    {"kafka.example:9092", NULL, NULL, NULL, NULL, "", false},
    {"127.0.0.1:9092,kafka.example:9092", NULL, NULL, NULL, NULL, "", false},
    {"kafka.example:9092", NULL, NULL, NULL, NULL, "kafka", true},
    {"kafka.example:9092", NULL, NULL, NULL, NULL, "http", false},
    {"kafka.example", "security.protocol", "SASL_SSL", NULL, NULL, "", true},
    {"kafka.example", "security.protocol", "ssl", NULL, NULL, "", true},
    {"kafka.example", "security.protocol", "sasl_plaintext", NULL, NULL, "", false},
    {"kafka.example", "security.protocol", "ssl", "enable.ssl.certificate.verification",
     "false", "", false},
    {"kafka.example", "security.protocol", "ssl", "ssl.endpoint.identification.algorithm",
     "none", "", false},
    {"127.0.0.1:1", "bootstrap.servers", "kafka.example:9092", NULL, NULL, "", false},
    {"127.0.0.1:1", "metadata.broker.list", "kafka.example", NULL, NULL, "", false},
};

Test(edge, kafka)
{
    for (size_t i = 0; i < COUNT(kafkas); i++) {
        pass.n = 0;
        if (kafkas[i].name != NULL)
            hand(kafkas[i].name, kafkas[i].value);
        if (kafkas[i].name2 != NULL)
            hand(kafkas[i].name2, kafkas[i].value2);
        cr_assert_eq(kafka_edge(kafkas[i].brokers, &pass, kafkas[i].plaintext, &e),
                     kafkas[i].may, "row %zu: %s", i, e.text);
    }
}

/* --- PostgreSQL --- */

static const struct {
    const char *conninfo, *plaintext;
    bool may;
} databases[] = {
    {"postgresql://u@127.0.0.1/d", "", true},
    {"postgresql:///d?host=/run/postgresql", "", true},
    {"dbname=d", "", true},
    {"postgresql://u@db.example/d", "", false},
    {"host=db.example sslmode=require", "", false},
    {"host=db.example sslmode=verify-ca", "", false},
    {"host=db.example sslmode=verify-full", "", true},
    {"postgresql://u@db.example/d?sslmode=verify-full", "", true},
    {"host=db.example", "postgresql", true},
    {"host=db.example", "kafka", false},
    {"host=localhost,db.example", "", false},
    {"host=localhost hostaddr=10.0.0.1", "", false},
    {"host=db.example hostaddr=127.0.0.1", "", true},
    {"host=db.example,db.example hostaddr=127.0.0.1,", "", false},
    {"service=elsewhere", "", false},
    {"service=elsewhere sslmode=verify-full", "", true},
    {"nonsense nonsense", "", false}, /* it cannot be read */
};

Test(edge, postgresql)
{
    unsetenv("PGHOST");
    unsetenv("PGSSLMODE");
    for (size_t i = 0; i < COUNT(databases); i++)
        cr_assert_eq(pg_edge(databases[i].conninfo, databases[i].plaintext, &e),
                     databases[i].may, "%s", databases[i].conninfo);
    setenv("PGHOST", "db.example", 1);
    cr_assert_not(pg_edge("dbname=d", "", &e), "the environment counts");
    setenv("PGSSLMODE", "verify-full", 1);
    cr_assert(pg_edge("dbname=d", "", &e));
}

/* --- secrets --- */

struct settings {
    char url[CONF_TEXT_BYTES], password[CONF_TEXT_BYTES];
};

static const struct conf_key keys[] = {
    {"database_url", NULL, CONF_TEXT, offsetof(struct settings, url), "", 0, 0, "where"},
    {"database_password_file", NULL, CONF_FILE, offsetof(struct settings, password), "",
     0, 0, "the password"},
};

static char dir[64], conf[96], secret[96];
static struct settings s;

static void put(const char *path, const char *text, mode_t mode)
{
    FILE *f = fopen(path, "w");

    cr_assert_not_null(f);
    fputs(text, f);
    fclose(f);
    cr_assert_eq(chmod(path, mode), 0);
}

static void setup(void)
{
    snprintf(dir, sizeof(dir), "/tmp/edge-test-XXXXXX");
    cr_assert_not_null(mkdtemp(dir));
    snprintf(conf, sizeof(conf), "%s/conf", dir);
    snprintf(secret, sizeof(secret), "%s/secret", dir);
    unsetenv("CREDENTIALS_DIRECTORY");
}

static void teardown(void)
{
    unlink(conf);
    unlink(secret);
    rmdir(dir);
}

TestSuite(secrets, .init = setup, .fini = teardown);

static bool load(const char *text, mode_t mode)
{
    put(conf, text, mode);
    return conf_load(keys, COUNT(keys), conf, &s, &pass, NULL, &e);
}

/* A file with a secret in it is a secret file. */
Test(secrets, files_that_hold_them)
{
    static const char *const held[] = {
        "kafka.sasl.password = x",
        "kafka.ssl.key.password = x",
        "database_url = postgresql://u:x@h/d",
        "database_url = host=h password=x",
        "database_url = host=h password = x",
        "database_url = postgresql://h/d?user=u&password=x",
    };

    for (size_t i = 0; i < COUNT(held); i++) {
        cr_assert_not(load(held[i], 0644), "%s", held[i]);
        cr_assert_str_eq(e.code, "CONF_SECRET");
        cr_assert_null(strstr(e.text, "= x"), "a value is quoted: %s", e.text);
        cr_assert(load(held[i], 0640), "%s: %s", held[i], e.text);
    }
    cr_assert(load("database_url = postgresql://u@h/d\nkafka.sasl.username = u", 0644),
              "%s", e.text);
}

Test(secrets, of_kafka_from_a_file)
{
    char text[256];

    put(secret, "wo rd\n", 0600);
    snprintf(text, sizeof(text), "kafka.sasl.password_file = %s", secret);
    cr_assert(load(text, 0644), "%s", e.text);
    cr_assert_eq(pass.n, 1);
    cr_assert_str_eq(pass.item[0].name, "sasl.password");
    cr_assert_str_eq(pass.item[0].value, "wo rd");
    put(secret, "wo rd\n", 0604);
    cr_assert_not(load(text, 0644), "a secret that all may read");
    put(secret, "other", 0600);
    setenv("CONSENT_KAFKA_SASL_PASSWORD_FILE", secret, 1);
    cr_assert(load("", 0644), "%s", e.text);
    cr_assert_str_eq(pass.item[0].name, "sasl.password");
    cr_assert_str_eq(pass.item[0].value, "other");
    unsetenv("CONSENT_KAFKA_SASL_PASSWORD_FILE");
}

Test(secrets, of_the_database_from_a_file)
{
    char text[512];

    put(secret, "p'a\\s%&\n", 0600);
    snprintf(text, sizeof(text),
             "database_url = postgresql://u@127.0.0.1/d?x=1\ndatabase_password_file = %s",
             secret);
    cr_assert(load(text, 0644), "%s", e.text);
    cr_assert_str_eq(s.url,
                     "postgresql://u@127.0.0.1/d?x=1&password=%70%27%61%5C%73%25%26");
    snprintf(text, sizeof(text),
             "database_url = host=h user=u\ndatabase_password_file = %s", secret);
    cr_assert(load(text, 0644), "%s", e.text);
    cr_assert_str_eq(s.url, "host=h user=u password='p\\'a\\\\s%&'");
    snprintf(text, sizeof(text),
             "database_url = host=h password=y\ndatabase_password_file = %s", secret);
    cr_assert_not(load(text, 0600), "two passwords");
}

Test(secrets, of_systemd)
{
    static const char text[] = "database_url = host=h\n"
                               "database_password_file = $CREDENTIALS_DIRECTORY/secret";

    cr_assert_not(load(text, 0644));
    cr_assert_str_eq(e.code, "CONF_CREDENTIAL");
    put(secret, "word", 0400);
    setenv("CREDENTIALS_DIRECTORY", dir, 1);
    cr_assert(load(text, 0644), "%s", e.text);
    cr_assert_str_eq(s.url, "host=h password='word'");
    cr_assert(load("kafka.sasl.password_file = $CREDENTIALS_DIRECTORY/secret", 0644),
              "%s", e.text);
    cr_assert_str_eq(pass.item[0].value, "word");
}
