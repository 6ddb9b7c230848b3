/*
 * consent-mail - the mailboxes optout@ and privacy@: README.md, then inbox.c, letter.c,
 * and common/mail.
 *
 * Exit codes are those a mail server heeds (sysexits.h). Whatever is wrong while a
 * message stands on standard input, the answer is 75: it is tried again, and never comes
 * back to the person who wrote it.
 */
#include "inbox.h"

#include "base/daemon.h"
#include "base/log.h"
#include "base/version.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

static const char usage[] =
    "usage: consent-mail [--config FILE] [--mailbox optout|privacy] [--recipient "
    "ADDRESS]\n"
    "                    [--maildir DIR] [--print] [--help] [--manual] [--sample] "
    "[--version]\n"
    "\n"
    "Takes one message from standard input, as a mail server's pipe gives it, or every\n"
    "message of a Maildir, and makes of it an opt-out, a rights request, a bounce or a\n"
    "complaint on the mailbox's feed. --print shows the events and sends nothing; those\n"
    "that stop nobody (a mailbox is full, our server is blocked) go to standard error.\n"
    "\n"
    "Exit codes: 0 taken; 75 not now, try again; of --maildir also 2, wrong settings.\n"
    "\n";

struct options {
    const char *config, *mailbox, *recipient, *maildir;
    bool print;
};

/* False: there is nothing to run, and *ret_exit is the answer. */
static bool options_read(int argc, char **argv, struct options *ret, int *ret_exit)
{
    static const struct option options[] = {
        {"config", required_argument, NULL, 'c'},
        {"mailbox", required_argument, NULL, 'm'},
        {"recipient", required_argument, NULL, 'r'},
        {"maildir", required_argument, NULL, 'd'},
        {"print", no_argument, NULL, 'p'},
        {"help", no_argument, NULL, 'h'},
        {"manual", no_argument, NULL, 'n'},
        {"sample", no_argument, NULL, 's'},
        {"version", no_argument, NULL, 'v'},
        {NULL, 0, NULL, 0},
    };

    memset(ret, 0, sizeof(*ret));
    *ret_exit = DAEMON_DONE;
    for (int c; (c = getopt_long(argc, argv, "", options, NULL)) != -1;)
        switch (c) {
        case 'c': ret->config = optarg; break;
        case 'm': ret->mailbox = optarg; break;
        case 'r': ret->recipient = optarg; break;
        case 'd': ret->maildir = optarg; break;
        case 'p': ret->print = true; break;
        case 'h':
            fputs(usage, stdout);
            conf_print_help(settings_keys, settings_keys_n);
            return false;
        case 'n':
            daemon_manual("consent-mail", usage, settings_keys, settings_keys_n);
            return false;
        case 's':
            conf_print_sample("consent-mail", settings_keys, settings_keys_n);
            return false;
        case 'v': printf("consent-mail %s\n", CONSENT_VERSION); return false;
        default: *ret_exit = EX_TEMPFAIL; return false;
        }
    if (optind == argc)
        return true;
    fputs(usage, stderr);
    *ret_exit = EX_TEMPFAIL;
    return false;
}

/* For a person who wants to know what a message would do. */
static bool print(const struct settings *settings, enum mailbox box,
                  const struct options *o, const char *data, size_t len, bool whole,
                  struct err *err)
{
    static struct letter l;
    struct link_keys *keys = NULL;
    struct buf out;
    bool ok;

    if (settings->link_secret_dir[0] != '\0' &&
        !link_keys_open(settings->link_secret_dir, &keys, err))
        return false;
    mail_begin();
    l.source = settings->source;
    l.keys = keys;
    ok = letter_read(&l, data, len, whole, box,
                     settings->address[0] != '\0' ? settings->address : NULL,
                     o->recipient, 0, err);
    link_keys_close(keys);
    if (!ok)
        return false;
    printf("%s %s\n", mail_outcome_name(l.verdict.outcome), l.verdict.reason);
    buf_init(&out, LETTER_EVENT_BYTES);
    for (size_t i = 0; i < letter_events(&l); i++) {
        buf_reset(&out);
        letter_event(&l, i, &out);
        fprintf(letter_effect(&l, i) >= LETTER_WAITS ? stdout : stderr, "%s\n", out.data);
        if (letter_effect(&l, i) == LETTER_WAITS)
            fputs("consent-mail: nothing ties this to mail of ours: it will wait in "
                  "quarantine\n",
                  stderr);
    }
    buf_done(&out);
    return true;
}

static bool one(struct inbox *inbox, const struct settings *settings, enum mailbox box,
                const struct options *o, const struct conf_pass *kafka, struct err *err)
{
    char *data;
    size_t len;
    bool whole, ok;

    if (!file_read(STDIN_FILENO, (size_t)settings->message_bytes, &data, &len, &whole,
                   err))
        return false;
    if (o->print)
        ok = print(settings, box, o, data, len, whole, err);
    else
        ok = inbox_open(inbox, settings, box, kafka, err) &&
             inbox_take(inbox, data, len, whole, o->recipient, err);
    free(data);
    return ok;
}

static int failed(const struct options *o, struct err *err)
{
    conf_place(settings_keys, settings_keys_n, o->config, err);
    log_err(LOG_LEVEL_ERROR, "not_taken", err);
    return o->maildir != NULL && err->kind == ERR_CONFIG ? DAEMON_WRONG : EX_TEMPFAIL;
}

int main(int argc, char **argv)
{
    static struct settings settings;
    static struct conf_pass kafka;
    const struct daemon program = {
        .name = "consent-mail",
        .log_name = "mail",
        .keys = settings_keys,
        .n_keys = settings_keys_n,
        .check = settings_check,
        .settings = &settings,
        .kafka = &kafka,
        .common = &settings.daemon,
    };
    static struct inbox inbox;
    struct options options;
    enum mailbox box;
    struct err err;
    int code;
    bool ok;

    if (!options_read(argc, argv, &options, &code))
        return code;
    if (!daemon_open(&program, options.config, &err))
        return failed(&options, &err);
    if (!mailbox_parse(options.mailbox != NULL ? options.mailbox : settings.mailbox,
                       &box)) {
        err_set(&err, ERR_CONFIG, "MAILBOX",
                "mailbox: say whose mail it is: optout or privacy");
        return failed(&options, &err);
    }
    if (options.maildir != NULL) {
        ok = inbox_open(&inbox, &settings, box, &kafka, &err) &&
             inbox_maildir(&inbox, options.maildir, &err);
        inbox_report(&inbox);
    } else {
        ok = one(&inbox, &settings, box, &options, &kafka, &err);
    }
    inbox_close(&inbox);
    return ok ? EX_OK : failed(&options, &err);
}
