/* consentctl proof key: a key that signs logs, or co-signs them. */
#include "commands.h"
#include "outfile.h"

#include "proof/note.h"

#include <stdio.h>
#include <string.h>

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
    ok = outfile_secret(path, text, err);
    explicit_bzero(text, sizeof(text));
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
