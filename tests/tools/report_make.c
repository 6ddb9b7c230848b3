/*
 * report_make DIRECTORY - writes a message of every form with every answer of
 * tests/golden/reports, and prints a line each of what was put in and what the reader of
 * common/mail makes of it: file, form, answer, means, recipients, those that are gone.
 */
#include "../unit/reports.h"
#include "mail/judge.h"

static struct mail mail;
static struct answer answers[REPORTS_ANSWERS];
static struct format formats[REPORTS_FORMATS];
static struct buf message;

static bool write_file(const char *directory, const char *name)
{
    char path[400];
    FILE *f;
    bool ok;

    snprintf(path, sizeof(path), "%s/%s", directory, name);
    f = fopen(path, "w");
    ok = f != NULL && fwrite(message.data, 1, message.len, f) == message.len;
    return f != NULL && fclose(f) == 0 && ok;
}

static void print_addresses(bool gone)
{
    const char *comma = "";

    for (size_t i = 0; i < mail.n_reported; i++)
        if (!gone || mail.reported[i].says == BOUNCE_ADDRESS) {
            printf("%s%s", comma, mail.reported[i].address);
            comma = ",";
        }
}

int main(int argc, char **argv)
{
    char *text;
    size_t n_formats, n_answers;

    if (argc != 2)
        return 2;
    text = reports_read("formats.txt");
    n_formats = formats_read(text, formats);
    n_answers = answers_read(answers);
    mail_begin();
    buf_init(&message, 1 << 20);
    for (size_t f = 0; f < n_formats; f++)
        for (size_t a = 0; a < n_answers; a++) {
            const struct failing one = {"ann@example.org", &answers[a]};
            char name[64];

            report_make(&message, &formats[f], &one, 1);
            snprintf(name, sizeof(name), "%02zu-%02zu.eml", f, a);
            if (!write_file(argv[1], name)) {
                perror(name);
                return 1;
            }
            mail_read(message.data, message.len, NULL, NULL, &mail);
            printf("%s\t%s\t%s %s %s\t%s\t", name, formats[f].name, answers[a].reply,
                   answers[a].status, answers[a].words, answers[a].means);
            print_addresses(false);
            printf("\t");
            print_addresses(true);
            printf("\n");
        }
    buf_done(&message);
    free(text);
    return 0;
}
