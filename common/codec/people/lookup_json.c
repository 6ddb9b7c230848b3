#include "lookup_json.h"

#include "base/mem.h"
#include "base/when.h"
#include "codec/asked_json.h"

#include <stdlib.h>
#include <string.h>

const char *lookup_fault_words(const char *reason)
{
    static const char *const words[][2] = {
        {"BAD_JSON", "the body is not JSON, or has a member twice"},
        {"MISSING", "a member is missing"},
        {"BAD_TYPE", "a member has the wrong type"},
        {"BAD_VALUE", "a text is empty or too long, or a contact is not one"},
        {"BAD_TIME", "a time is no RFC 3339 date-time, or before 1995"},
        {"UNKNOWN_MEMBER", "an object has a member that is not known here"},
        {"TOO_MANY", "at least one and at most 10000 queries in one call, please"},
        {"TOO_MANY_KNOWN", "at most 16 different \"known\" in one call, please"},
    };

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        if (strcmp(words[i][0], reason) == 0)
            return words[i][1];
    return "the query cannot be read";
}

static bool contact(const struct asked *at, json_t *o, struct lookup_contact *ret)
{
    static const char *const names[] = {"email", "phone", "postal", "country", NULL};
    json_t *c = json_object_get(o, "contact");
    const char *email = NULL, *phone = NULL, *postal = NULL;

    ret->country = "";
    if (c == NULL)
        return asked_fault(at, "MISSING", "/contact");
    if (!json_is_object(c))
        return asked_fault(at, "BAD_TYPE", "/contact");
    if (!asked_only(at, c, names, "/contact") ||
        !asked_text(at, c, "/contact/email", false, 511, &email) ||
        !asked_text(at, c, "/contact/phone", false, 79, &phone) ||
        !asked_text(at, c, "/contact/postal", false, 1023, &postal) ||
        !asked_text(at, c, "/contact/country", false, 2, &ret->country))
        return false;
    if ((email != NULL) + (phone != NULL) + (postal != NULL) != 1)
        return asked_fault(at,
                           email == NULL && phone == NULL && postal == NULL ? "MISSING"
                                                                            : "BAD_VALUE",
                           "/contact");
    ret->kind = email ? CONTACT_EMAIL : phone ? CONTACT_PHONE : CONTACT_POSTAL;
    ret->text = email ? email : phone ? phone : postal;
    return true;
}

static bool query(const struct asked *at, json_t *o, struct lookup_query *ret)
{
    static const char *const names[] = {"contact", "controller", "purpose", "channel",
                                        "at",      "known",      NULL};

    *ret = (struct lookup_query){.at_us = WHEN_ALWAYS, .known_us = WHEN_NEVER};
    if (!json_is_object(o))
        return asked_fault(at, "BAD_TYPE", "");
    return asked_only(at, o, names, "") && contact(at, o, &ret->contact) &&
           asked_text(at, o, "/controller", true, 63, &ret->controller) &&
           asked_text(at, o, "/purpose", true, 63, &ret->purpose) &&
           asked_text(at, o, "/channel", true, 63, &ret->channel) &&
           asked_instant(at, o, "/at", &ret->at_us) &&
           asked_instant(at, o, "/known", &ret->known_us);
}

/* The object of the body, owned by the request. */
static json_t *parse(const struct asked *at, const char *body, size_t len,
                     struct lookup_request *rq)
{
    lookup_request_clear(rq);
    rq->json = asked_open(at, body, len);
    return rq->json;
}

static struct lookup_query *queries_room(struct lookup_request *rq, size_t n)
{
    if (n > rq->cap) {
        rq->queries = mem_resize(rq->queries, n, sizeof(*rq->queries));
        rq->cap = n;
    }
    return rq->queries;
}

bool lookup_decisions_read(const char *body, size_t len, struct lookup_request *ret,
                           struct fault *fault)
{
    static const char *const names[] = {"queries", NULL};
    const struct asked at = {.fault = fault};
    json_t *root = parse(&at, body, len, ret);
    json_t *list = json_object_get(root, "queries");
    size_t n = json_array_size(list);

    if (root == NULL || !asked_only(&at, root, names, ""))
        return false;
    if (list == NULL)
        return asked_fault(&at, "MISSING", "/queries");
    if (!json_is_array(list))
        return asked_fault(&at, "BAD_TYPE", "/queries");
    if (n == 0 || n > LOOKUP_QUERIES_MAX)
        return asked_fault(&at, "TOO_MANY", "/queries");
    queries_room(ret, n);
    for (size_t i = 0; i < n; i++) {
        const struct asked one = {fault, "/queries", i};

        if (!query(&one, json_array_get(list, i), &ret->queries[i]))
            return false;
    }
    ret->n = n;
    return true;
}

bool lookup_provenance_read(const char *body, size_t len, struct lookup_request *ret,
                            bool *ret_proofs, struct fault *fault)
{
    const char *const names[] = {"contact", ret_proofs != NULL ? "proofs" : NULL, NULL};
    const struct asked at = {.fault = fault};
    json_t *root = parse(&at, body, len, ret);

    if (root == NULL || !asked_only(&at, root, names, ""))
        return false;
    if (ret_proofs != NULL) {
        const json_t *proofs = json_object_get(root, "proofs");

        *ret_proofs = json_is_true(proofs);
        if (proofs != NULL && !json_is_boolean(proofs))
            return asked_fault(&at, "BAD_TYPE", "/proofs");
    }
    queries_room(ret, 1)[0] = (struct lookup_query){0};
    if (!contact(&at, root, &ret->queries[0].contact))
        return false;
    ret->n = 1;
    return true;
}

bool lookup_records_read(const char *body, size_t len, struct lookup_request *ret,
                         const char **ret_format, struct fault *fault)
{
    static const char *const names[] = {"contact", "format", NULL};
    const struct asked at = {.fault = fault};
    json_t *root = parse(&at, body, len, ret);

    *ret_format = NULL;
    if (root == NULL || !asked_only(&at, root, names, ""))
        return false;
    queries_room(ret, 1)[0] = (struct lookup_query){0};
    if (!contact(&at, root, &ret->queries[0].contact) ||
        !asked_text(&at, root, "/format", false, LOOKUP_NOTE_MAX, ret_format))
        return false;
    ret->n = 1;
    return true;
}

bool lookup_evidence_read(const char *body, size_t len, struct lookup_request *ret,
                          int64_t *ret_from_us, int64_t *ret_to_us,
                          const char **ret_language, struct fault *fault)
{
    static const char *const names[] = {"contact", "from", "to", "language", NULL};
    const struct asked at = {.fault = fault};
    json_t *root = parse(&at, body, len, ret);

    *ret_language = NULL;
    *ret_from_us = WHEN_ALWAYS;
    *ret_to_us = WHEN_NEVER;
    if (root == NULL || !asked_only(&at, root, names, ""))
        return false;
    queries_room(ret, 1)[0] = (struct lookup_query){0};
    if (!contact(&at, root, &ret->queries[0].contact) ||
        !asked_instant(&at, root, "/from", ret_from_us) ||
        !asked_instant(&at, root, "/to", ret_to_us) ||
        !asked_text(&at, root, "/language", false, 16, ret_language))
        return false;
    ret->n = 1;
    return true;
}

bool lookup_orders_read(const char *body, size_t len, struct lookup_request *ret,
                        struct lookup_orders *ret_orders, struct fault *fault)
{
    static const char *const names[] = {"orders", NULL};
    const struct asked at = {.fault = fault};
    json_t *root = parse(&at, body, len, ret), *list, *one;
    size_t i;

    ret_orders->n = 0;
    if (root == NULL || !asked_only(&at, root, names, ""))
        return false;
    list = json_object_get(root, "orders");
    if (list == NULL)
        return asked_fault(&at, "MISSING", "/orders");
    if (!json_is_array(list))
        return asked_fault(&at, "BAD_TYPE", "/orders");
    if (json_array_size(list) > LOOKUP_ORDERS_MAX)
        return asked_fault(&at, "TOO_MANY", "/orders");
    json_array_foreach(list, i, one)
    {
        if (!json_is_string(one))
            return asked_fault(&at, "BAD_TYPE", "/orders");
        ret_orders->id[ret_orders->n++] = json_string_value(one);
    }
    return true;
}

bool lookup_note_read(const char *body, size_t len, bool needed,
                      struct lookup_request *ret, const char **ret_note,
                      struct fault *fault)
{
    static const char *const names[] = {"note", NULL};
    const struct asked at = {.fault = fault};
    json_t *root = parse(&at, body, len, ret);

    *ret_note = NULL;
    return root != NULL && asked_only(&at, root, names, "") &&
           asked_text(&at, root, "/note", needed, LOOKUP_NOTE_MAX, ret_note);
}

static bool kinds(const struct asked *at, json_t *o, const char *pointer,
                  struct lookup_kinds *ret)
{
    json_t *list = json_object_get(o, pointer + 1);

    ret->given = list != NULL;
    ret->n = 0;
    if (list == NULL)
        return true;
    if (!json_is_array(list))
        return asked_fault(at, "BAD_TYPE", pointer);
    if (json_array_size(list) > LOOKUP_KINDS_MAX)
        return asked_fault(at, "BAD_VALUE", pointer);
    for (; ret->n < json_array_size(list); ret->n++) {
        json_t *word = json_array_get(list, ret->n);

        if (!json_is_string(word))
            return asked_fault(at, "BAD_TYPE", pointer);
        ret->word[ret->n] = json_string_value(word);
    }
    return true;
}

bool lookup_answer_read(const char *body, size_t len, struct lookup_request *ret,
                        struct lookup_answer *a, struct fault *fault)
{
    static const char *const names[] = {"outcome",     "kinds", "as", "reason",
                                        "explanation", "to",    "at", NULL};
    const struct asked at = {.fault = fault};
    json_t *root = parse(&at, body, len, ret);

    *a = (struct lookup_answer){.at_us = WHEN_NEVER};
    return root != NULL && asked_only(&at, root, names, "") &&
           asked_text(&at, root, "/outcome", true, 63, &a->outcome) &&
           asked_text(&at, root, "/reason", false, LOOKUP_NOTE_MAX, &a->reason) &&
           asked_text(&at, root, "/explanation", false, LOOKUP_NOTE_MAX,
                      &a->explanation) &&
           asked_text(&at, root, "/to", false, 64, &a->to) &&
           asked_instant(&at, root, "/at", &a->at_us) &&
           kinds(&at, root, "/kinds", &a->kinds) && kinds(&at, root, "/as", &a->as);
}

static bool names(const struct asked *at, json_t *o, const char *pointer, bool needed,
                  struct lookup_names *ret)
{
    json_t *list = json_object_get(o, pointer + 1);

    if (list == NULL)
        return !needed || asked_fault(at, "MISSING", pointer);
    if (!json_is_array(list))
        return asked_fault(at, "BAD_TYPE", pointer);
    if (json_array_size(list) == 0 || json_array_size(list) > LOOKUP_NAMES_MAX)
        return asked_fault(at, "BAD_VALUE", pointer);
    for (ret->n = 0; ret->n < json_array_size(list); ret->n++) {
        ret->name[ret->n] = json_string_value(json_array_get(list, ret->n));
        if (ret->name[ret->n] == NULL)
            return asked_fault(at, "BAD_TYPE", pointer);
    }
    return true;
}

bool lookup_told_read(const char *body, size_t len, bool grants,
                      struct lookup_request *ret, struct lookup_told *t,
                      struct fault *fault)
{
    static const char *const members[] = {
        "contact",  "controllers", "purposes", "channels",       "via",     "words",
        "language", "reference",   "policy",   "policy_version", "said_at", NULL};
    const struct asked at = {.fault = fault};
    json_t *root = parse(&at, body, len, ret);

    *t = (struct lookup_told){.at_us = WHEN_NEVER};
    if (root == NULL || !asked_only(&at, root, members, "") ||
        !contact(&at, root, &t->contact))
        return false;
    if (t->contact.kind == CONTACT_POSTAL)
        return asked_fault(&at, "BAD_VALUE", "/contact/postal");
    return names(&at, root, "/controllers", grants, &t->controllers) &&
           names(&at, root, "/purposes", grants, &t->purposes) &&
           names(&at, root, "/channels", grants, &t->channels) &&
           asked_text(&at, root, "/via", true, 63, &t->via) &&
           asked_text(&at, root, "/words", grants, LOOKUP_NOTE_MAX, &t->words) &&
           asked_text(&at, root, "/language", grants, 35, &t->language) &&
           asked_text(&at, root, "/reference", grants, 255, &t->reference) &&
           asked_text(&at, root, "/policy", grants, 63, &t->policy) &&
           asked_text(&at, root, "/policy_version", grants, 63, &t->policy_version) &&
           asked_instant(&at, root, "/said_at", &t->at_us);
}

/* Texts of the lengths of store/casework/hold_store.h. */
bool lookup_hold_read(const char *body, size_t len, struct lookup_request *ret,
                      struct lookup_hold *hold, struct fault *fault)
{
    static const char *const members[] = {"matter",     "reason", "contact",
                                          "controller", "row",    NULL};
    const struct asked at = {.fault = fault};
    json_t *root = parse(&at, body, len, ret);

    *hold = (struct lookup_hold){0};
    return root != NULL && asked_only(&at, root, members, "") &&
           asked_text(&at, root, "/matter", true, 64, &hold->matter) &&
           asked_text(&at, root, "/reason", true, 255, &hold->reason) &&
           asked_text(&at, root, "/controller", false, 63, &hold->controller) &&
           asked_text(&at, root, "/row", false, 63, &hold->row) &&
           (json_object_get(root, "contact") == NULL ||
            contact(&at, root, &hold->contact));
}

bool lookup_due_read(const char *body, size_t len, struct lookup_request *ret,
                     int64_t *ret_counted_us, struct fault *fault)
{
    static const char *const members[] = {"counted", NULL};
    const struct asked at = {.fault = fault};
    json_t *root = parse(&at, body, len, ret);

    *ret_counted_us = WHEN_NEVER;
    if (root == NULL || !asked_only(&at, root, members, ""))
        return false;
    if (json_object_get(root, "counted") == NULL)
        return asked_fault(&at, "MISSING", "/counted");
    return asked_instant(&at, root, "/counted", ret_counted_us);
}

void lookup_request_clear(struct lookup_request *rq)
{
    json_decref(rq->json);
    rq->json = NULL;
    rq->n = 0;
}

void lookup_request_done(struct lookup_request *rq)
{
    lookup_request_clear(rq);
    free(rq->queries);
    *rq = (struct lookup_request){0};
}
