/*
 * evidence.h - a case as one ZIP file, for a court, an authority or the person: what was
 * said, when we knew it, what it did, what we told whom, and the proofs, with the program
 * that checks them. schemas/proof/README.md has its form.
 *
 * The file goes out while it is being made, of the events some at a time: a case of any
 * length takes the memory of some. The database writes down that events were opened, and
 * why ("evidence").
 *
 * Rights: what common/export/person.h and prove.h ask for.
 */
#ifndef CONSENT_EXPORT_EVIDENCE_H
#define CONSENT_EXPORT_EVIDENCE_H

#include "base/language.h"
#include "export/person.h"
#include "proof/note.h"

struct evidence_ask {
    struct person person;
    int64_t from_us, to_us;           /* of when events became known: [from, to) */
    enum language language;           /* of the first page */
    const struct note_signer *signer; /* of the manifest; NULL: it is not signed */
    const char *folder;               /* for its longest files, while they are written */
    /* Told of the bytes that were written, whether they go out now or later; false, with
     * err, ends it. NULL: nobody is. */
    bool (*wrote)(void *context, size_t bytes, struct err *err);
};

struct evidence_made {
    size_t n_events; /* of the contact, whenever they became known */
    size_t n_words;  /* of lists */
    size_t n_proofs;
    size_t n_altered; /* rows that are not what they were when they were sealed */
};

/* Takes the next bytes of the file. */
typedef bool evidence_sink(void *context, const void *data, size_t len, struct err *err);

/* That nothing is known of a contact is a case, too. ERR_INPUT with TOO_LARGE: its
 * manifest or its archive's directory is larger than 1 GiB; NO_ROOM: in the folder. What
 * the sink had by then is no file. */
bool evidence_write(struct pg *pg, const struct register_snapshot *reg,
                    const struct evidence_ask *ask, evidence_sink *sink, void *context,
                    struct evidence_made *ret, struct err *err);

#endif
