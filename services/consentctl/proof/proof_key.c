/* consentctl proof key: a key that signs logs, or co-signs them. */
#include "commands.h"

#include "proof/note.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Never over a key that is there: it cannot be had again. */
static bool key_write(const char *path, const char *text, struct err *err)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    const size_t len = strlen(text);
    bool ok = fd >= 0 && write(fd, text, len) == (ssize_t)len &&
              write(fd, "\n", 1) == 1 && fsync(fd) == 0;

    ok = (fd < 0 || close(fd) == 0) && ok;
    return ok || err_set(err, ERR_CONFIG, "OUTPUT", "cannot write %.120s: %s", path,
                         strerror(errno));
}

static bool key_make(struct ctl *ctl, struct note_signer *s, struct err *err)
{
    const char *name = ctl_option(ctl, "name"), *path = ctl_option(ctl, "output");
    char text[NOTE_KEY_TEXT_BYTES];
    bool ok;

    if (name == NULL || path == NULL)
        return err_set(err, ERR_CONFIG, "USAGE", "say --name and --output");
    if (!note_signer_make(
            name, ctl_option(ctl, "witness") != NULL ? NOTE_COSIGNATURE : NOTE_ED25519, s,
            err))
        return false;
    note_signer_print(s, text);
    ok = key_write(path, text, err);
    memset(text, 0, sizeof(text));
    return ok;
}

int proof_key_run(struct ctl *ctl)
{
    char text[NOTE_KEY_TEXT_BYTES];
    struct note_signer s;
    struct err err;
    bool ok = key_make(ctl, &s, &err);

    if (ok) {
        note_key_print(&s.key, text);
        puts(text);
    }
    note_signer_forget(&s);
    return ok ? CTL_DONE : ctl_fail(ctl, &err);
}
