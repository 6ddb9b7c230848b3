/*
 * asked.c - fuzz target: bodies that tokens send to consent-lookup. The first byte says
 * which: decisions, provenance, a record, a note, or a change of the register, of an
 * agreement or of a token.
 *
 * Whatever the bytes: what is taken has no more questions than allowed and texts that
 * end; a fault has a reason and a pointer that quotes nothing of the request.
 */
#include "require.h"

#include "codec/codec.h"
#include "codec/people/lookup_json.h"
#include "codec/register/change_json.h"

#include <stdlib.h>
#include <string.h>

static void see_contact(const struct lookup_contact *c)
{
    require(c->text != NULL && c->country != NULL, "a contact has both texts");
    require(strlen(c->text) + strlen(c->country) < SIZE_MAX, "which end");
}

/* Of ours: the members of the requests, and numbers. */
static void see_fault(const struct fault *fault)
{
    require(lookup_fault_words(fault->reason)[0] != '\0', "a fault can be said");
    require(memchr(fault->pointer, '\0', sizeof(fault->pointer)) != NULL,
            "its pointer ends");
    require(strspn(fault->pointer, "/abcdefghijklmnopqrstuvwxyz0123456789_") ==
                strlen(fault->pointer),
            "its pointer is made of our words");
}

static bool read_as(unsigned which, const char *text, size_t len,
                    struct lookup_request *rq, struct fault *fault)
{
    const char *word = NULL;
    bool proofs;

    switch (which) {
    case 0: return lookup_decisions_read(text, len, rq, fault);
    case 1: return lookup_provenance_read(text, len, rq, &proofs, fault);
    case 2: return lookup_records_read(text, len, rq, &word, fault);
    default: return lookup_note_read(text, len, (len & 1) != 0, rq, &word, fault);
    }
}

static void change_look(unsigned which, const char *text, size_t len)
{
    struct change_asked asked;
    struct fault fault = {0};
    bool ok;

    ok = which == 0   ? change_register_read(text, len, &asked, &fault)
         : which == 1 ? change_agreement_read(text, len, &asked, &fault)
                      : change_token_read(text, len, &asked, &fault);
    if (!ok)
        see_fault(&fault);
    for (size_t i = 0; ok && i < asked.n; i++)
        require(strlen(asked.files[i].text) == asked.files[i].len &&
                    asked.files[i].name[0] != '\0',
                "a file has a name, and a text that ends");
    change_asked_done(&asked);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct lookup_request rq;
    struct fault fault = {0};
    const unsigned which = size > 0 ? data[0] % 7 : 0;
    char *text;

    if (size == 0)
        return 0;
    codec_init();
    text = malloc(size); /* so that a byte too far is seen */
    memcpy(text, data + 1, size - 1);
    if (which > 3) {
        change_look(which - 4, text, size - 1);
    } else if (!read_as(which, text, size - 1, &rq, &fault)) {
        see_fault(&fault);
    } else if (which < 3) {
        require(rq.n >= (which == 0 ? 0 : 1) && rq.n <= LOOKUP_QUERIES_MAX,
                "no more questions than allowed");
        for (size_t i = 0; i < rq.n; i++)
            see_contact(&rq.queries[i].contact);
    }
    lookup_request_clear(&rq);
    free(text);
    return 0;
}
