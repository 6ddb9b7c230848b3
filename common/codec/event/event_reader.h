/*
 * event_reader.h - reading members of an event's JSON, for event_*.c only.
 *
 * Each read_ function takes one member of an object. A fault is noted when it is the
 * first, and the destination stays empty; the reading goes on. A destination may be NULL:
 * then the member is checked and not kept.
 */
#ifndef CONSENT_CODEC_EVENT_READER_H
#define CONSENT_CODEC_EVENT_READER_H

#include "event_json.h"

#include "event_value.h"

/* Where we are, innermost first; the pointer is written only when there is a fault. */
struct at {
    const struct at *up;
    const char *name; /* NULL: an element of an array */
    size_t index;
};

struct reader {
    struct event *ev;
    struct fault *fault;
    enum event_class class; /* what the type, where readable, makes of the event */
    struct values *mem;     /* of the values that are read */
};

enum read_how {
    READ_PLAIN = 0,
    READ_NEEDED = 1, /* must be there, and not be "" */
    READ_FREE = 2,   /* a person's words: line breaks and the like are fine */
};

/* Notes the fault if it is the first. READ_* functions call it themselves. */
void read_fault(struct reader *r, const struct at *at, enum event_fault code);
void read_fault_in(struct reader *r, const struct at *up, const char *name,
                   enum event_fault code);

/* The member if there and of this JSON type, else NULL. */
struct value *read_object(struct reader *r, struct value *o, const struct at *at,
                          const char *name, bool needed);
struct value *read_array(struct reader *r, struct value *o, const struct at *at,
                         const char *name, bool needed, size_t most);

/* One text into ret (cap bytes with its NUL; cap also bounds when ret is NULL). */
bool read_text(struct reader *r, struct value *o, const struct at *at, const char *name,
               int how, char *ret, size_t cap);
bool read_text_value(struct reader *r, struct value *value, const struct at *at, int how,
                     char *ret, size_t cap);

void read_bool(struct reader *r, struct value *o, const struct at *at, const char *name,
               bool *ret);
bool read_instant(struct reader *r, struct value *o, const struct at *at,
                  const char *name, bool needed, int64_t *ret_us);

/* A date-time or a full-date: the span, and in ret_us (may be NULL) the instant or the
 * day's beginning in UTC. */
bool read_span(struct reader *r, struct value *o, const struct at *at, const char *name,
               struct when_span *ret, int64_t *ret_us);

/* One of n words: its index, or -1 when absent or faulty. */
int read_word(struct reader *r, struct value *o, const struct at *at, const char *name,
              bool needed, const char *const *words, size_t n);

/* 64 hexadecimal digits; true when there and right. */
bool read_digest(struct reader *r, struct value *o, const struct at *at,
                 const char *name);

#endif
