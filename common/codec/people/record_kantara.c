/*
 * The Kantara consent receipt 1.1. It knows no states: what has become of the consent
 * stands beside each purpose, in members that begin with "x_".
 */
#include "record_parts.h"

#include <string.h>

static json_t *controllers_of(const struct record_input *in,
                              const struct record_pair *pairs, size_t n)
{
    json_t *ret = json_array();

    for (size_t i = 0; i < n; i++) {
        const struct record_book *book = in->book;
        const char *id = pairs[i].controller;
        const char *contact = record_controller(book, id, "dpo_contact");
        bool before = false;

        for (size_t k = 0; k < i; k++)
            before = before || pairs[k].controller_n == pairs[i].controller_n;
        if (before)
            continue;
        json_array_append_new(
            ret, json_pack("{s:s, s:b, s:s, s:{s:s, s:s}, s:s, s:s}", "piiController",
                           record_text(record_entry(book, "controller", id), "name"),
                           "onBehalf", 0, "contact", "Data protection officer", "address",
                           "streetAddress", record_controller(book, id, "address"),
                           "addressCountry", record_controller(book, id, "country"),
                           "email", contact, "phone", ""));
    }
    return ret;
}

static json_t *states_of(const struct record_input *in, const struct record_pair *p)
{
    json_t *ret = json_object();

    for (size_t i = 0; i < in->n_states; i++)
        if (in->states[i].controller == p->controller_n &&
            in->states[i].purpose == p->purpose_n)
            json_object_set_new(ret, channel_name(in->states[i].channel),
                                json_string(consent_state_name(in->states[i].state)));
    return ret;
}

static json_t *recipients_of(const struct record_input *in, const struct record_pair *p,
                             bool *ret_any)
{
    const char *ids[RECORD_RECIPIENTS];
    const size_t n = record_recipients(in->book, p->controller, p->purpose, ids);
    json_t *ret = json_string("");

    *ret_any = n > 0;
    for (size_t i = 0; i < n; i++) {
        const char *name =
            record_text(record_entry(in->book, "recipient", ids[i]), "name");
        json_t *longer =
            json_sprintf("%s%s%s", json_string_value(ret), i > 0 ? ", " : "", name);

        json_decref(ret);
        ret = longer;
    }
    return ret;
}

static const char *consent_type(const struct record_input *in, const json_t *data)
{
    const char *type = record_text(json_object_get(data, "basis"), "type");

    if (in->states[0].explicitly || strcmp(type, "explicit") == 0 ||
        strcmp(type, "expressed") == 0)
        return "EXPLICIT";
    return "IMPLICIT";
}

static json_t *purpose_of(const struct record_input *in, const json_t *data,
                          const struct record_pair *p)
{
    const json_t *entry = record_entry(in->book, "purpose", p->purpose);
    json_t *types = record_data_types(data), *recipients, *ret;
    bool any;

    recipients = recipients_of(in, p, &any);
    ret = json_pack(
        "{s:s, s:[s], s:s, s:o, s:b, s:s, s:o, s:b, s:s, s:o}", "purpose",
        record_text(entry, "title")[0] ? record_text(entry, "title") : p->purpose,
        "purposeCategory", record_purpose_type(in->book, p->purpose), "consentType",
        consent_type(in, data), "piiCategory", types, "primaryPurpose",
        strcmp(record_text(entry, "class"), "promotional") != 0, "termination",
        RECORD_WITHDRAWAL, "x_retention", record_retention(in->book, p->purpose),
        "thirdPartyDisclosure", any, "x_purpose", p->purpose, "x_state",
        states_of(in, p));
    json_object_set_new(ret, "x_controller", json_string(p->controller));
    if (any)
        json_object_set(ret, "thirdPartyName", recipients);
    json_decref(recipients);
    return ret;
}

json_t *record_make_kantara(const struct record_input *in)
{
    struct record_pair pairs[RECORD_STATES_MAX];
    const size_t n = record_pairs(in, pairs);
    json_t *data = record_data(in), *purposes = json_array(), *ret;
    const json_t *consent = json_object_get(data, "consent");
    const char *language = record_text(json_object_get(consent, "notice"), "language");
    const char *website = record_text(data, "website");
    char policy[160];

    record_policy(data, policy, sizeof(policy));
    for (size_t i = 0; i < n; i++)
        json_array_append_new(purposes, purpose_of(in, data, &pairs[i]));
    ret = json_pack("{s:s, s:s, s:I, s:s, s:o, s:s, s:o, s:o, s:[{s:s, s:o}], s:b, s:[]}",
                    "version", "KI-CR-v1.1.0", "jurisdiction",
                    record_controller(in->book, pairs[0].controller, "country"),
                    "consentTimestamp",
                    (json_int_t)(in->states[0].given_us / WHEN_SECOND_US),
                    "collectionMethod", record_text(consent, "method"),
                    "consentReceiptID", record_id(in), "piiPrincipalId", in->principal,
                    "piiControllers", controllers_of(in, pairs, n), "policyUrl",
                    policy[0] != '\0' ? json_sprintf("urn:consent:policy:%s", policy)
                                      : json_string(""),
                    "services", "service", website[0] != '\0' ? website : "messages",
                    "purposes", purposes, "sensitive", 0, "spiCat");
    if (language[0] != '\0')
        json_object_set_new(ret, "language", json_string(language));
    json_decref(data);
    return ret;
}
