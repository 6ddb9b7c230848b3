#include "record_parts.h"

#include "base/mem.h"
#include "codec/event/event_load.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool record_format_parse(const char *name, enum record_format *ret)
{
    if (strcmp(name, "27560") == 0)
        *ret = RECORD_27560;
    else if (strcmp(name, "kantara") == 0)
        *ret = RECORD_KANTARA;
    else
        return false;
    return true;
}

const char *record_format_name(enum record_format format)
{
    return format == RECORD_KANTARA ? "kantara" : "27560";
}

struct record_book *record_book_make(const char *json, size_t len)
{
    json_t *root = json_loadb(json, len, 0, NULL);
    struct record_book *book;

    if (!json_is_object(root)) {
        json_decref(root);
        return NULL;
    }
    book = mem_zalloc(1, sizeof(*book));
    book->root = root;
    return book;
}

void record_book_done(struct record_book *book)
{
    if (book == NULL)
        return;
    json_decref(book->root);
    free(book);
}

/* --- event and register --- */

json_t *record_data(const struct record_input *in)
{
    json_t *data = event_load_data(in->raw, in->raw_len, in->binary);

    return data != NULL ? data : json_object();
}

const json_t *record_entry(const struct record_book *book, const char *kind,
                           const char *id)
{
    return json_object_get(json_object_get(book->root, kind), id);
}

const char *record_text(const json_t *o, const char *name)
{
    const char *s = json_string_value(json_object_get(o, name));

    return s != NULL ? s : "";
}

const json_t *record_at(const json_t *o, const char *a, const char *b)
{
    return json_object_get(json_object_get(o, a), b);
}

static const char *controller_name(const struct rulebook *rb, int16_t number)
{
    for (size_t i = 0; i < rb->n_controllers; i++)
        if (rb->controllers[i].number == number)
            return rb->controllers[i].id;
    return "?";
}

static const char *purpose_name(const struct rulebook *rb, int16_t number)
{
    for (size_t i = 0; i < rb->n_purposes; i++)
        if (rb->purposes[i].number == number)
            return rb->purposes[i].id;
    return "?";
}

size_t record_pairs(const struct record_input *in,
                    struct record_pair ret[RECORD_STATES_MAX])
{
    size_t n = 0;

    for (size_t i = 0; i < in->n_states; i++) {
        const struct record_state *s = &in->states[i];
        size_t k = 0;

        while (k < n &&
               (ret[k].controller_n != s->controller || ret[k].purpose_n != s->purpose))
            k++;
        if (k == n && n < RECORD_STATES_MAX)
            ret[n++] = (struct record_pair){controller_name(in->rb, s->controller),
                                            purpose_name(in->rb, s->purpose),
                                            s->controller, s->purpose};
    }
    return n;
}

json_t *record_id(const struct record_input *in)
{
    return json_sprintf("urn:consent:event:%s:%s", in->source, in->event_id);
}

void record_policy(const json_t *data, char *ret, size_t bytes)
{
    const json_t *notice = record_at(data, "consent", "notice");
    const char *version;

    if (notice == NULL)
        notice = json_object_get(data, "notice");
    version = record_text(notice, "version");
    snprintf(ret, bytes, "%s%s%s", record_text(notice, "policy_id"),
             version[0] != '\0' ? "@" : "", version);
}

const char *record_purpose_type(const struct record_book *book, const char *purpose)
{
    static const struct {
        const char *of; /* the purpose itself, or its class */
        const char *type;
    } words[] = {
        {"marketing.targeted_advertising", "dpv:TargetedAdvertising"},
        {"marketing.tailored_advertising", "dpv:PersonalisedAdvertising"},
        {"fraud.prevention", "dpv:FraudPreventionAndDetection"},
        {"security.network", "dpv:EnforceSecurity"},
        {"promotional", "dpv:DirectMarketing"},
        {"administrative", "dpv:AccountManagement"},
        {"transactional", "dpv:ServiceProvision"},
        {"solicited", "dpv:ServiceProvision"},
        {"legal", "dpv:LegalCompliance"},
        {"recruitment", "dpv:RecruitmentApplicationManagement"},
    };
    const char *class = record_text(record_entry(book, "purpose", purpose), "class");

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        if (strcmp(words[i].of, purpose) == 0 || strcmp(words[i].of, class) == 0)
            return words[i].type;
    return "dpv:Purpose";
}

const char *record_controller(const struct record_book *book, const char *id,
                              const char *member)
{
    const json_t *entry = record_entry(book, "controller", id);
    const char *text = record_text(entry, member);

    if (text[0] != '\0')
        return text;
    return record_text(record_entry(book, "controller", record_text(entry, "parent")),
                       member);
}

size_t record_recipients(const struct record_book *book, const char *controller,
                         const char *purpose, const char *ret[RECORD_RECIPIENTS])
{
    const char *class = record_text(record_entry(book, "purpose", purpose), "class");
    json_t *lists = json_object_get(book->root, "list");
    const char *id;
    json_t *list;
    size_t n = 0;

    json_object_foreach(lists, id, list)
    {
        const char *of = record_text(list, "purpose");
        const bool all =
            strcmp(of, "*promotional") == 0 && strcmp(class, "promotional") == 0;
        const char *recipient = record_text(list, "recipient");
        size_t k = 0;

        if (strcmp(record_text(list, "controller"), controller) != 0 ||
            (!all && strcmp(of, purpose) != 0))
            continue;
        while (k < n && strcmp(ret[k], recipient) != 0)
            k++;
        if (k == n && n < RECORD_RECIPIENTS)
            ret[n++] = recipient;
    }
    return n;
}

/* "R12 (max): consent_withdrawn + P0D" */
static json_t *row_words(const struct record_book *book, const char *row)
{
    const json_t *entry = record_entry(book, "retention", row);
    const char *same = record_text(entry, "same_as");
    const json_t *from = same[0] ? record_entry(book, "retention", same) : entry;
    const json_t *terms = json_object_get(from, "terms");
    char text[400];
    int len = snprintf(text, sizeof(text), "%s", row);
    size_t i;
    json_t *term;

    json_array_foreach(terms, i, term)
    {
        if (len < 0 || (size_t)len >= sizeof(text))
            break;
        len +=
            snprintf(text + len, sizeof(text) - (size_t)len, "%s%s + %s",
                     i == 0                                             ? ": "
                     : strcmp(record_text(from, "combine"), "min") == 0 ? ", or earlier "
                                                                        : ", or later ",
                     record_text(term, "event"), record_text(term, "offset"));
    }
    if (record_text(from, "external")[0] != '\0')
        return json_sprintf("%s: as %s says", row, record_text(from, "external"));
    if (json_is_true(json_object_get(from, "indefinite")))
        return json_sprintf("%s: indefinite", row);
    return json_string(text);
}

json_t *record_retention(const struct record_book *book, const char *purpose)
{
    const json_t *rows =
        json_object_get(record_entry(book, "purpose", purpose), "retention");
    json_t *ret = json_array();
    size_t i;
    json_t *row;

    json_array_foreach(rows, i, row)
        json_array_append_new(ret, row_words(book, json_string_value(row)));
    return ret;
}

json_t *record_data_types(const json_t *data)
{
    static const struct {
        const char *member, *type;
    } words[] = {
        {"email", "pd:EmailAddress"},
        {"phone", "pd:TelephoneNumber"},
        {"postal", "pd:PhysicalAddress"},
        {"country", "pd:Country"},
        {"age", "pd:Age"},
    };
    json_t *contact = json_object_get(data, "contact");
    json_t *ret = json_array();

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        if (json_object_get(contact, words[i].member) != NULL)
            json_array_append_new(ret, json_string(words[i].type));
    return ret;
}

bool record_to_json(enum record_format format, const struct record_input *in,
                    struct buf *out)
{
    json_t *made =
        format == RECORD_KANTARA ? record_make_kantara(in) : record_make_27560(in);
    char *text = json_dumps(made, JSON_COMPACT);

    buf_add_str(out, text != NULL ? text : "null");
    free(text);
    json_decref(made);
    return !out->overrun;
}
