/* consentctl evidence: a case as one ZIP file (common/export/evidence.h). */
#include "audit.h"
#include "commands.h"
#include "outfile.h"
#include "who.h"

#include "base/clock.h"
#include "export/evidence.h"

#include <stdio.h>

static bool to_file(void *context, const void *data, size_t len, struct err *err)
{
    return outfile_write(context, data, len, err);
}

static bool write_pack(struct ctl *ctl, struct evidence_ask *ask, struct outfile *f,
                       struct evidence_made *made, struct err *err)
{
    struct who who;
    struct register_snapshot *reg = NULL;
    bool ok;

    if (!ctl_time(ctl_option(ctl, "from"), WHEN_ALWAYS, &ask->from_us, err) ||
        !ctl_time(ctl_option(ctl, "to"), WHEN_NEVER, &ask->to_us, err) ||
        !who_ask(ctl, &who, err) || !ctl_pg(ctl, err) || !ctl_vault_archives(ctl, err) ||
        !register_load(ctl->pg, WHEN_NEVER, &reg, err))
        return false;
    ask->person =
        (struct person){who.kind, who.key, who.canonical, clock_wall_us(), ctl->vault};
    ask->folder = outfile_folder();
    ok = ctl_audit(ctl,
                   &(struct ctl_look){.contact = who.key,
                                      .route = LOOKUP_EVIDENCE,
                                      .outcome = LOOKUP_SHOWN},
                   err) &&
         outfile_open(f, ctl_option(ctl, "output"), err) &&
         evidence_write(ctl->pg, reg, ask, to_file, f, made, err) && outfile_keep(f, err);
    outfile_drop(f);
    register_free(reg);
    return ok;
}

static int report(const struct evidence_made *made, bool is_signed)
{
    fprintf(stderr, "%zu events, %zu words of lists, %zu proofs%s\n", made->n_events,
            made->n_words, made->n_proofs, is_signed ? "" : "; not signed: no --key");
    if (made->n_altered == 0)
        return CTL_DONE;
    fprintf(stderr, "%zu rows are not what they were when they were sealed\n",
            made->n_altered);
    return CTL_FAILED;
}

int evidence_run(struct ctl *ctl)
{
    const char *key = ctl_option(ctl, "key");
    const char *language = ctl_option(ctl, "language");
    struct evidence_ask ask = {0};
    struct outfile f = {.fd = -1};
    struct evidence_made made;
    struct note_signer signer;
    struct err err;
    int code;

    if (ctl_option(ctl, "output") == NULL)
        return ctl_wrong("say where to: --output case.zip");
    if (language != NULL && !language_read(language, &ask.language))
        return ctl_wrong("--language is en, fr, de, es, it, nl, pt, sv or da");
    if (key != NULL) {
        if (!note_signer_load(key, &signer, &err))
            return ctl_fail(ctl, &err);
        ask.signer = &signer;
    }
    code = write_pack(ctl, &ask, &f, &made, &err) ? report(&made, key != NULL)
                                                  : ctl_fail(ctl, &err);
    if (key != NULL)
        note_signer_forget(&signer);
    return code;
}
