#include "register_value.h"

#include "base/mem.h"
#include "core/casework/retention.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TEXT_BYTES 512
#define COUNT_MOST 1000000000

static const char *const NONE_OF = "is none of the words allowed there";

bool register_fault(const struct register_place *at, const char *code, const char *field,
                    const char *what, struct err *err)
{
    char entry[REGISTER_ID_BYTES + 8];

    if (at->id[0] != '\0')
        snprintf(entry, sizeof(entry), "\"%.63s\"", at->id);
    else
        snprintf(entry, sizeof(entry), "entry %zu", at->index + 1);
    if (field == NULL)
        return err_set(err, ERR_INPUT, code, "%s: %s %s %s", at->file, at->section, entry,
                       what);
    return err_set(err, ERR_INPUT, code, "%s: %s %s: \"%.40s\" %s", at->file, at->section,
                   entry, field, what);
}

bool register_id_sound(enum register_kind kind, const char *id)
{
    static const char *const letters = "abcdefghijklmnopqrstuvwxyz"
                                       "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
    static const char *const host = "abcdefghijklmnopqrstuvwxyz0123456789.-";
    const size_t len = strlen(id);

    if (len == 0 || len >= REGISTER_ID_BYTES || strchr(letters, id[0]) == NULL)
        return false;
    if (kind == REGISTER_WEBSITE)
        return strspn(id, host) == len && strchr(id, '.') != NULL && id[len - 1] != '.' &&
               strstr(id, "..") == NULL;
    for (size_t i = 0; i < len; i++)
        if (strchr(letters, id[i]) == NULL && strchr("._-@", id[i]) == NULL)
            return false;
    return true;
}

static bool text_sound(const char *s, size_t len)
{
    if (len == 0 || len > TEXT_BYTES)
        return false;
    for (size_t i = 0; i < len; i++)
        if ((unsigned char)s[i] < 0x20 || s[i] == 0x7f)
            return false;
    return true;
}

/* word is one of the words of "a|b|c". */
static bool one_of(const char *words, const char *word)
{
    const size_t len = strlen(word);

    for (const char *at = words; len > 0 && at != NULL && *at != '\0';) {
        const size_t n = strcspn(at, "|");

        if (n == len && strncmp(at, word, len) == 0)
            return true;
        at += n;
        at += *at == '|';
    }
    return false;
}

/* NULL, or why it is no date. */
static const char *date_normal(const char *s, char out[WHEN_TEXT_BYTES])
{
    int64_t us;
    int32_t day;
    enum when_fault fault = when_parse_day(s, strlen(s), &day);

    if (fault == WHEN_OK)
        us = day * WHEN_DAY_US;
    else if (fault == WHEN_SYNTAX) /* no full-date: perhaps a date-time */
        fault = when_parse(s, strlen(s), &us);
    if (fault == WHEN_OK && us < when_day_of(1995, 1, 1) * WHEN_DAY_US)
        fault = WHEN_TOO_EARLY; /* as for an instant: it must be read back as one */
    switch (fault) {
    case WHEN_OK: when_format(us, out); return NULL;
    case WHEN_NO_ZONE: return "is a time of day without its zone";
    case WHEN_BAD_ZONE: return "has a zone that no place is in";
    case WHEN_BAD_DATE: return "is a day, or a time of day, that does not exist";
    case WHEN_TOO_EARLY: return "is before 1995";
    case WHEN_SYNTAX: break;
    }
    return "is not a date, as 2026-03-31";
}

/* Why the text is not of the type, or NULL; *out is its normal form. */
static const char *text_read(const struct register_rule *rule, const char *s, size_t len,
                             char date[WHEN_TEXT_BYTES], const char **out)
{
    struct when_length length;

    *out = s;
    switch (rule->type) {
    case FIELD_TEXT: return text_sound(s, len) ? NULL : "is not a text of 1 to 512 bytes";
    case FIELD_NAME:
    case FIELD_REF:
    case FIELD_REFS:
        if (strcmp(s, "*promotional") == 0 && rule->kind == REGISTER_LIST)
            return NULL;
        return register_id_sound(REGISTER_NONE, s) ? NULL : "is not an id";
    case FIELD_DATE: *out = date; return date_normal(s, date);
    case FIELD_DAYS: /* a day without a time, as a calendar has them */
        return strlen(s) == 10 ? date_normal(s, date) : "is not a day, as 2026-12-25";
    case FIELD_LENGTH:
        return when_parse_length(s, len, &length) ? NULL
                                                  : "is not a length of time, as P6M";
    case FIELD_SPAN:
        return when_parse_length(s, len, &length) && length.months == 0
                   ? NULL
                   : "is not a length of time without months, as P30D";
    case FIELD_COUNTRY:
        return len == 2 && s[0] >= 'A' && s[0] <= 'Z' && s[1] >= 'A' && s[1] <= 'Z'
                   ? NULL
                   : "is not a country code of two capitals";
    case FIELD_SHA256:
        return len == 64 && strspn(s, "0123456789abcdef") == 64
                   ? NULL
                   : "is not a SHA-256 in 64 lower-case hex digits";
    case FIELD_WORD:
    case FIELD_WORDS: return one_of(rule->of, s) ? NULL : NONE_OF;
    case FIELD_FLAG:
    case FIELD_COUNT:
    case FIELD_TERMS: break;
    }
    return "is not text";
}

static void value_add(struct register_value *ret, const char *text)
{
    ret->text = mem_resize(ret->text, ret->n + 1, sizeof(*ret->text));
    ret->text[ret->n++] = mem_strdup(text);
}

static bool count_read(const struct register_place *at, const struct register_rule *rule,
                       const json_t *value, struct register_value *ret, struct err *err)
{
    const json_int_t n = json_integer_value(value);
    char text[24];

    if (!json_is_integer(value))
        return register_fault(at, "WRONG_TYPE", rule->name, "is not a whole number", err);
    if (n < 1 || n > COUNT_MOST)
        return register_fault(at, "BAD_VALUE", rule->name, "is not from 1 to 1000000000",
                              err);
    snprintf(text, sizeof(text), "%lld", (long long)n);
    value_add(ret, text);
    return true;
}

static bool string_read(const struct register_place *at, const struct register_rule *rule,
                        const json_t *value, struct register_value *ret, struct err *err)
{
    const char *s = json_string_value(value);
    char date[WHEN_TEXT_BYTES];
    char words[256];
    const char *normal;
    const char *why;

    if (s == NULL)
        return register_fault(at, "WRONG_TYPE", rule->name, "is not a string", err);
    why = text_read(rule, s, json_string_length(value), date, &normal);
    if (why == NONE_OF) {
        snprintf(words, sizeof(words), "is none of %s", rule->of);
        why = words;
    }
    if (why != NULL)
        return register_fault(at, "BAD_VALUE", rule->name, why, err);
    value_add(ret, normal);
    return true;
}

/* [{"event": "...", "offset": "P7Y", "when": "...", "set_by": "dpo"}, ...] */
static bool term_read(const struct register_place *at, const struct register_rule *rule,
                      const json_t *term, struct register_value *ret, struct err *err)
{
    static const char *const known[] = {"event", "offset", "when", "set_by"};
    const char *offset = json_string_value(json_object_get(term, "offset"));
    const char *event = json_string_value(json_object_get(term, "event"));
    enum retention_when when;
    struct when_length length;
    char text[160];
    size_t seen = 0;

    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
        const json_t *word = json_object_get(term, known[i]);

        if (word != NULL && (!json_is_string(word) || json_string_length(word) > 63))
            return register_fault(at, "BAD_TERM", rule->name,
                                  "has a term that is no text", err);
        seen += word != NULL;
    }
    if (event == NULL || !register_id_sound(REGISTER_NONE, event) || offset == NULL ||
        !when_parse_length(offset, strlen(offset), &length) ||
        seen != json_object_size(term))
        return register_fault(at, "BAD_TERM", rule->name,
                              "has a term that is not an event and an offset", err);
    if (anchor_event_parse(event) == ANCHOR_NONE ||
        (json_object_get(term, "when") != NULL &&
         !retention_term_when(json_string_value(json_object_get(term, "when")), &when)))
        return register_fault(at, "BAD_TERM", rule->name,
                              "has a term whose event, or when, nobody could tell us of",
                              err);
    snprintf(text, sizeof(text), "%s %s", event, offset);
    value_add(ret, text);
    return true;
}

static bool array_read(const struct register_place *at, const struct register_rule *rule,
                       const json_t *value, struct register_value *ret, struct err *err)
{
    if (!json_is_array(value) || json_array_size(value) == 0)
        return register_fault(at, "WRONG_TYPE", rule->name, "is not an array of entries",
                              err);
    for (size_t i = 0; i < json_array_size(value); i++) {
        const json_t *one = json_array_get(value, i);

        if (rule->type == FIELD_TERMS ? !term_read(at, rule, one, ret, err)
                                      : !string_read(at, rule, one, ret, err))
            return false;
    }
    return true;
}

bool register_value_read(const struct register_place *at,
                         const struct register_rule *rule, const json_t *value,
                         json_t *body, struct register_value *ret, struct err *err)
{
    ret->rule = rule;
    if (rule->type == FIELD_FLAG) {
        if (!json_is_boolean(value))
            return register_fault(at, "WRONG_TYPE", rule->name, "is not true or false",
                                  err);
        value_add(ret, json_is_true(value) ? "true" : "false");
    } else if (rule->type == FIELD_COUNT) {
        if (!count_read(at, rule, value, ret, err))
            return false;
    } else if (rule->type == FIELD_WORDS || rule->type == FIELD_REFS ||
               rule->type == FIELD_DAYS || rule->type == FIELD_TERMS) {
        if (!array_read(at, rule, value, ret, err))
            return false;
    } else if (!string_read(at, rule, value, ret, err)) {
        return false;
    }
    if (body != NULL)
        json_object_set_new(body, rule->name,
                            rule->type == FIELD_DATE ? json_string(ret->text[0])
                                                     : json_deep_copy(value));
    return true;
}
