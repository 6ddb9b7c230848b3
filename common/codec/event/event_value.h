/*
 * event_value.h - an event's JSON as a tree that is read once and let go as a whole.
 *
 * jansson takes 20 times as long as its reader needs: an allocation for every value, name
 * and text, a hash for every object. Here the nodes and the decoded texts of an event lie
 * one behind the other in a struct values, mostly without any allocation.
 *
 * event_value_parse takes the plain case only: what every library writes who means no
 * harm. Whatever else it meets (a fraction, a number beyond 18 digits, half a surrogate
 * pair, a name that stands twice, bytes that are no UTF-8, any mistake) it leaves to
 * jansson, whose tree event_value_copy turns into one of these. So jansson alone says
 * what is JSON and what is wrong with the rest, and this reader agrees with it wherever
 * it says anything (tests/property/values.c).
 */
#ifndef CONSENT_CODEC_EVENT_VALUE_H
#define CONSENT_CODEC_EVENT_VALUE_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum value_kind {
    VALUE_NULL,
    VALUE_FALSE,
    VALUE_TRUE,
    VALUE_INTEGER,
    VALUE_FRACTION, /* any other number; which one, nobody asks */
    VALUE_TEXT,
    VALUE_ARRAY,
    VALUE_OBJECT,
};

struct value {
    const char *name; /* of a member, NUL behind */
    size_t name_len;
    struct value *next;  /* member or element */
    struct value *first; /* of an object or array, in the order they came */
    struct value *last;
    const char *text; /* decoded, NUL behind */
    size_t n;         /* bytes of a text, members, elements */
    int64_t integer;
    enum value_kind kind;
};

/* Where the values of one event live. */
struct values {
    struct values_chunk *more;
    char *at, *end;
    _Alignas(8) char own[8192];
};

void values_init(struct values *v);
void values_done(struct values *v);

/* NULL: not the plain case, which says nothing about what it is. depth: arrays and
 * objects within each other, at most. */
struct value *event_value_parse(struct values *v, const char *s, size_t len, int depth);

/* The same value; json NULL: NULL. */
struct value *event_value_copy(struct values *v, const json_t *json);

/* All of these take NULL, or a value of another kind, and find nothing there. */
struct value *value_get(const struct value *object, const char *name);
bool value_is(const struct value *v, enum value_kind kind);
bool value_is_bool(const struct value *v);
const char *value_text(const struct value *v); /* NULL: it is no text */
size_t value_text_bytes(const struct value *v);
size_t value_elements(const struct value *array);
struct value *value_element(const struct value *array, size_t i);

/* To build one: a new object; a text, copied, NULL when it is no UTF-8; a member, in the
 * place of one of that name. */
struct value *value_object(struct values *v);
struct value *value_text_new(struct values *v, const char *s, size_t len);
void value_set(struct values *v, struct value *object, const char *name,
               struct value *member);
/* Removes the members that are null, except the one of that name. */
void value_drop_nulls(struct value *object, const char *but);

/* The same kinds, names and texts in the same order? */
bool value_same(const struct value *a, const struct value *b);

#endif
