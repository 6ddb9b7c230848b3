/*
 * err.h - what went wrong, as a value.
 *
 * A function that can fail returns false and fills its last argument. The kind names the
 * reaction of whoever handles it, the code is stable and meant for programs and tests,
 * the text is a sentence for a person. Neither may ever hold personal data: errors are
 * logged.
 */
#ifndef CONSENT_BASE_ERR_H
#define CONSENT_BASE_ERR_H

#include <stdbool.h>

enum err_kind {
    ERR_NONE = 0,
    ERR_INPUT,  /* the data is bad: set it aside and go on   */
    ERR_RETRY,  /* the world is down: wait, then try again   */
    ERR_CONFIG, /* the operator must act: refuse to start    */
    ERR_FATAL,  /* our state is in doubt: stop the process   */
};

struct err {
    enum err_kind kind;
    char code[32];
    char text[344];
};

/* Fills *e (cut to fit) and returns false, so that a caller can `return err_set(...)`. */
bool err_set(struct err *e, enum err_kind kind, const char *code, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));

void err_clear(struct err *e);

/* "input", "retry", "config", "fatal", "none": for logs and metrics. */
const char *err_kind_name(enum err_kind kind);

#endif
