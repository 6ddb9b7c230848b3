#include "import.h"

#include "base/stop.h"
#include "codec/put.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The event with its importbatch, after the brace that a whole event begins with. */
static void batch_add(struct import *im, const char *text, size_t len)
{
    buf_reset(&im->line);
    if (im->event.import_batch[0] != '\0') {
        buf_add(&im->line, text, len);
        return;
    }
    buf_add(&im->line, text, 1);
    put_name(&im->line, "importbatch");
    put_text(&im->line, im->batch);
    buf_add_str(&im->line, ",");
    buf_add(&im->line, text + 1, len - 1);
}

static bool line_take(struct import *im, char *text, size_t len, struct err *err)
{
    struct fault fault;

    im->lines++;
    while (len > 0 && isspace((unsigned char)text[len - 1]))
        len--;
    while (len > 0 && isspace((unsigned char)text[0])) {
        text++;
        len--;
    }
    if (im->lines == 1 && len >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0) {
        text += 3;
        len -= 3;
    }
    if (len == 0) {
        im->blank++;
        return true;
    }
    if (!import_check(im, text, len, &fault)) {
        im->bad_lines++;
        import_bad(im, im->lines, fault.reason, fault.pointer);
        return true;
    }
    batch_add(im, text, len);
    if (im->line.len > EVENT_RECORD_BYTES) {
        im->bad_lines++;
        import_bad(im, im->lines, "TOO_LARGE", "");
        return true;
    }
    im->said++;
    return import_send(im, err);
}

bool import_lines(struct import *im, struct err *err)
{
    char *text = NULL;
    size_t cap = 0;
    ssize_t len;
    bool ok = true;

    progress_begin(&im->bar, im->file);
    while (ok && !stop_asked() && (len = getline(&text, &cap, im->file)) >= 0) {
        ok = line_take(im, text, (size_t)len, err);
        progress_step(&im->bar, len, im->sent, im->n_bad);
    }
    free(text);
    return ok;
}
