#include "event_batch.h"

#include "event_load.h"

#include <string.h>

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static void skip_blanks(struct event_batch *b)
{
    while (b->p < b->end && is_blank(*b->p))
        b->p++;
}

void event_batch_open(struct event_batch *b, const char *value, size_t len, size_t most)
{
    const size_t bom = sizeof(EVENT_BOM) - 1;

    *b = (struct event_batch){.start = value, .end = value + len, .p = value};
    if (len >= bom && memcmp(value, EVENT_BOM, bom) == 0)
        b->p += bom;
    skip_blanks(b);
    b->lines = b->p < b->end && *b->p == '{';
    b->one = b->p == b->end || (*b->p != '[' && !b->lines) || len > most;
    if (b->one)
        return;
    if (b->lines) {
        b->open = true;
        return;
    }
    b->p++;
    b->open = true;
    skip_blanks(b);
    if (b->p < b->end && *b->p == ']') { /* no event at all: a person should know */
        b->open = false;
        b->fault = EVENT_FAULT_EMPTY;
    }
}

/* Over one element, to the comma or bracket that ends it, or, of lines, to behind its own
 * bracket. */
static void skip_element(struct event_batch *b)
{
    int depth = 0;
    bool quoted = false;

    for (; b->p < b->end; b->p++) {
        char c = *b->p;

        if (quoted) {
            if (c == '\\' && b->end - b->p >= 2)
                b->p++;
            else if (c == '"')
                quoted = false;
        } else if (c == '"') {
            quoted = true;
        } else if (c == '{' || c == '[') {
            depth++;
        } else if (depth == 0 && !b->lines && (c == ',' || c == ']')) {
            return;
        } else if ((c == '}' || c == ']') && depth > 0 && --depth == 0 && b->lines) {
            b->p++;
            return;
        }
    }
}

static void step_lines(struct event_batch *b)
{
    skip_blanks(b);
    b->open = b->p < b->end && b->n < EVENT_BATCH_MAX;
    if (b->p < b->end && !b->open)
        b->fault = EVENT_FAULT_TOO_LONG;
}

/* Behind an element: another one, or the end of the array, or of the bytes. */
static void step(struct event_batch *b)
{
    if (b->lines) {
        step_lines(b);
        return;
    }
    if (b->p < b->end && *b->p == ',' && b->n < EVENT_BATCH_MAX) {
        b->p++;
        return;
    }
    b->open = false;
    if (b->p == b->end) {
        b->fault = EVENT_FAULT_NOT_JSON;
        return;
    }
    if (*b->p == ',') {
        b->fault = EVENT_FAULT_TOO_LONG;
        return;
    }
    b->p++;
    skip_blanks(b);
    if (b->p < b->end)
        b->fault = EVENT_FAULT_NOT_JSON;
}

bool event_batch_next(struct event_batch *b, struct event_input *ret,
                      enum event_fault *ret_fault)
{
    *ret = (struct event_input){.has_value = true};
    *ret_fault = EVENT_FAULT_NONE;
    if (b->one) {
        b->one = false;
        ret->value = b->start;
        ret->value_len = (size_t)(b->end - b->start);
        return true;
    }
    if (!b->open) {
        *ret_fault = b->fault;
        b->fault = EVENT_FAULT_NONE;
        ret->value = b->start;
        ret->value_len = (size_t)(b->end - b->start);
        return *ret_fault != EVENT_FAULT_NONE;
    }
    skip_blanks(b);
    ret->value = b->p;
    skip_element(b);
    ret->value_len = (size_t)(b->p - ret->value);
    while (ret->value_len > 0 && is_blank(ret->value[ret->value_len - 1]))
        ret->value_len--;
    b->n++;
    step(b);
    return true;
}
