/* ISO/IEC TS 27560:2023, in the four parts of its clause 6: header, processing, parties,
 * events. */
#include "record_parts.h"

#include <string.h>

#define SCHEMA_VERSION "27560:2023;consentmq-1"

static json_t *text_time(int64_t us)
{
    char text[WHEN_TEXT_BYTES];

    if (us == WHEN_NEVER || us == WHEN_ALWAYS)
        return json_null();
    return json_string(when_format(us, text));
}

static json_t *pii_of(const json_t *data)
{
    json_t *types = record_data_types(data);
    json_t *ret = json_array();
    size_t i;
    json_t *type;

    json_array_foreach(types, i, type) json_array_append_new(
        ret, json_pack("{s:O, s:b, s:b, s:b}", "pii_type", type, "pii_optional", 0,
                       "sensitive_pii_category", 0, "special_pii_category", 0));
    json_decref(types);
    return ret;
}

static json_t *recipients_of(const struct record_input *in, const struct record_pair *p)
{
    const char *ids[RECORD_RECIPIENTS];
    const size_t n = record_recipients(in->book, p->controller, p->purpose, ids);
    json_t *ret = json_array();

    for (size_t i = 0; i < n; i++)
        json_array_append_new(ret, json_string(ids[i]));
    return ret;
}

/* Where the recipients are: all that the register knows of places. */
static json_t *places_of(const struct record_input *in, const struct record_pair *p,
                         bool recipients)
{
    const char *ids[RECORD_RECIPIENTS];
    const size_t n = record_recipients(in->book, p->controller, p->purpose, ids);
    const char *own = record_controller(in->book, p->controller, "country");
    json_t *ret = json_array();

    json_array_append_new(ret, json_string(own));
    for (size_t i = 0; recipients && i < n; i++) {
        const char *country =
            record_text(record_entry(in->book, "recipient", ids[i]), "country");

        if (strcmp(country, own) != 0)
            json_array_append_new(ret, json_string(country));
    }
    return ret;
}

static const char *source_word(const struct record_state *s)
{
    if (source_type_direct((enum source_type)s->source_type))
        return "dpv:DataSubjectDataSource";
    switch ((int)s->source_type) {
    case SOURCE_CT_LOG:
    case SOURCE_GOVERNMENT_SOURCE: return "dpv:PublicDataSource";
    default: return "dpv:ThirdPartyDataSource";
    }
}

static json_t *channels_of(const struct record_input *in, const struct record_pair *p)
{
    json_t *ret = json_array();

    for (size_t i = 0; i < in->n_states; i++)
        if (in->states[i].controller == p->controller_n &&
            in->states[i].purpose == p->purpose_n)
            json_array_append_new(ret, json_string(channel_name(in->states[i].channel)));
    return ret;
}

/* Whom to complain to: the authority of the person's country, or the controller's. */
static const char *authority_of(const struct record_input *in, const json_t *data,
                                const struct record_pair *p)
{
    const char *country = record_text(json_object_get(data, "contact"), "country");

    if (record_entry(in->book, "authority", country) != NULL)
        return country;
    country = record_controller(in->book, p->controller, "country");
    return record_entry(in->book, "authority", country) != NULL ? country : "";
}

static json_t *processing_of(const struct record_input *in, const json_t *data,
                             const struct record_pair *p)
{
    const json_t *purpose = record_entry(in->book, "purpose", p->purpose);
    const json_t *notice = record_at(data, "consent", "notice");
    const char *language = record_text(notice, "language");
    const char *art6 = record_text(json_object_get(data, "basis"), "art6");
    const char *contact = record_controller(in->book, p->controller, "dpo_contact");
    char policy[160];
    json_t *ret = json_object();

    record_policy(data, policy, sizeof(policy));
    if (art6[0] == '\0')
        art6 = "a";
#define SET(name, value) json_object_set_new(ret, name, value)
    SET("privacy_notice", json_string(policy));
    SET("language", json_string(language[0] ? language : "und"));
    SET("purpose", json_string(p->purpose));
    SET("purpose_title", json_string(record_text(purpose, "title")));
    SET("purpose_type", json_string(record_purpose_type(in->book, p->purpose)));
    SET("lawful_basis", json_sprintf("eu-gdpr:A6-1-%s", art6));
    SET("channels", channels_of(in, p));
    SET("pii_information", pii_of(data));
    SET("pii_controllers", json_pack("[s]", p->controller));
    SET("collection_method",
        json_string(record_text(json_object_get(data, "consent"), "method")));
    SET("data_source", json_string(source_word(&in->states[0])));
    SET("statement",
        json_string(record_text(json_object_get(data, "consent"), "statement")));
    SET("storage_locations", places_of(in, p, false));
    SET("retention_period", record_retention(in->book, p->purpose));
    SET("processing_locations", places_of(in, p, true));
    SET("service", json_string(record_text(data, "website")));
    SET("jurisdiction",
        json_string(record_controller(in->book, p->controller, "country")));
    SET("recipient_third_parties", recipients_of(in, p));
    SET("withdrawal_method",
        json_sprintf("%s%s%s", RECORD_WITHDRAWAL, contact[0] ? ": " : "", contact));
    SET("authority_party", json_string(authority_of(in, data, p)));
    SET("privacy_rights",
        json_pack("[s,s,s,s,s,s,s]", "eu-gdpr:A7-3", "eu-gdpr:A15", "eu-gdpr:A16",
                  "eu-gdpr:A17", "eu-gdpr:A18", "eu-gdpr:A20", "eu-gdpr:A21"));
#undef SET
    return ret;
}

/* --- parties --- */

static void party_add(json_t *parties, json_t *party)
{
    const char *id = record_text(party, "party_id");
    size_t i;
    json_t *one;

    json_array_foreach(parties, i, one)
    {
        if (strcmp(record_text(one, "party_id"), id) == 0) {
            json_decref(party);
            return;
        }
    }
    json_array_append_new(parties, party);
}

static void controller_add(json_t *parties, const struct record_book *book,
                           const char *id)
{
    const char *contact = record_controller(book, id, "dpo_contact");

    party_add(parties,
              json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s}", "party_id", id,
                        "party_name",
                        record_text(record_entry(book, "controller", id), "name"),
                        "party_address", record_controller(book, id, "address"),
                        "party_country", record_controller(book, id, "country"),
                        "party_contact", contact, "party_type", "dpv:Organisation",
                        "party_role", "dpv:DataController"));
}

static void other_add(json_t *parties, const json_t *entry, const char *id,
                      const char *role)
{
    const char *name = record_text(entry, "name");

    party_add(parties,
              json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s}", "party_id", id,
                        "party_name", name[0] ? name : id, "party_address", "",
                        "party_country", record_text(entry, "country"), "party_contact",
                        "", "party_type", "dpv:Organisation", "party_role", role));
}

static void authority_add(json_t *parties, const struct record_book *book,
                          const char *country)
{
    const json_t *entry = record_entry(book, "authority", country);

    if (entry != NULL)
        party_add(parties,
                  json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s}", "party_id", country,
                            "party_name", record_text(entry, "name"), "party_address", "",
                            "party_country", country, "party_contact",
                            record_text(entry, "url"), "party_type", "dpv:Organisation",
                            "party_role", "dpv:DataProtectionAuthority"));
}

static json_t *parties_of(const struct record_input *in, const json_t *data,
                          const struct record_pair *pairs, size_t n)
{
    const json_t *source = record_entry(in->book, "source", in->source);
    const char *party = record_text(source, "party");
    json_t *ret = json_array();

    for (size_t i = 0; i < n; i++) {
        const char *ids[RECORD_RECIPIENTS];
        const size_t m =
            record_recipients(in->book, pairs[i].controller, pairs[i].purpose, ids);

        controller_add(ret, in->book, pairs[i].controller);
        authority_add(ret, in->book, authority_of(in, data, &pairs[i]));
        for (size_t k = 0; k < m; k++)
            other_add(ret, record_entry(in->book, "recipient", ids[k]), ids[k],
                      "dpv:Recipient");
    }
    if (party[0] != '\0')
        other_add(ret, record_entry(in->book, "party", party), party, "dpv:ThirdParty");
    return ret;
}

/* --- events --- */

static const char *event_type(const json_t *data)
{
    const char *type = record_text(json_object_get(data, "basis"), "type");

    return strcmp(type, "explicit") == 0 || strcmp(type, "expressed") == 0 ? type
                                                                           : "implied";
}

static const char *validity(const json_t *data)
{
    const char *length = record_text(json_object_get(data, "consent"), "valid_for");

    return length[0] != '\0' ? length : "dpv:UntilEventDuration";
}

/* Who did it: the person, or for what another brought about, the source's party. */
static const char *entity(const struct record_input *in, const struct record_state *s,
                          enum consent_state state)
{
    const char *party =
        record_text(record_entry(in->book, "source", in->source), "party");

    (void)s;
    if ((state == CONSENT_STATE_REVOKED || state == CONSENT_STATE_INVALIDATED) &&
        party[0] != '\0')
        return party;
    return in->principal;
}

static json_t *event_of(const struct record_input *in, const json_t *data,
                        const struct record_state *s, enum consent_state state,
                        int64_t at_us)
{
    struct record_pair pair[RECORD_STATES_MAX];
    const struct record_input one = {.rb = in->rb, .states = s, .n_states = 1};

    record_pairs(&one, pair);
    return json_pack("{s:o, s:s, s:s, s:s, s:s, s:s, s:s, s:s}", "event_time",
                     text_time(at_us), "validity_duration", validity(data), "entity_id",
                     entity(in, s, state), "event_type", event_type(data), "event_state",
                     consent_state_name(state), "pii_controller", pair[0].controller,
                     "purpose", pair[0].purpose, "channel", channel_name(s->channel));
}

static bool is_given(enum consent_state state)
{
    return state == CONSENT_STATE_GIVEN || state == CONSENT_STATE_RENEWED;
}

/* What was done, and then what has become of it: of one that was never given, that. */
static json_t *events_of(const struct record_input *in, const json_t *data)
{
    json_t *ret = json_array();

    for (size_t i = 0; i < in->n_states; i++) {
        const struct record_state *s = &in->states[i];
        const bool never = s->state == CONSENT_STATE_REQUESTED ||
                           s->state == CONSENT_STATE_UNKNOWN ||
                           s->state == CONSENT_STATE_REFUSED;
        json_t *last;

        if (!is_given(s->state) && !never)
            json_array_append_new(
                ret, event_of(in, data, s, CONSENT_STATE_GIVEN, s->given_us));
        last = event_of(in, data, s, s->state,
                        is_given(s->state) ? s->given_us : s->since_us);
        json_object_set_new(last, "decision", json_string(reason_name(s->reason)));
        if (s->expires_us != WHEN_NEVER)
            json_object_set_new(last, "valid_until", text_time(s->expires_us));
        json_array_append_new(ret, last);
    }
    return ret;
}

json_t *record_make_27560(const struct record_input *in)
{
    struct record_pair pairs[RECORD_STATES_MAX];
    const size_t n = record_pairs(in, pairs);
    json_t *data = record_data(in), *processing = json_array(), *ret;

    for (size_t i = 0; i < n; i++)
        json_array_append_new(processing, processing_of(in, data, &pairs[i]));
    ret = json_pack("{s:s, s:o, s:s, s:o, s:o, s:o}", "schema_version", SCHEMA_VERSION,
                    "record_id", record_id(in), "pii_principal_id", in->principal,
                    "pii_processing", processing, "party_identification",
                    parties_of(in, data, pairs, n), "events", events_of(in, data));
    json_decref(data);
    return ret;
}
