#include "fault_codes.h"

#include <stddef.h>
#include <string.h>

static const struct row {
    const char *code, *sentence, *advice;
} codes[] = {
#define X(id, sentence, advice) {#id, sentence, advice},
    FAULT_CODES(X)
#undef X
};

static const struct row *find(const char *code)
{
    for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
        if (strcmp(codes[i].code, code) == 0)
            return &codes[i];
    }
    return NULL;
}

const char *fault_sentence(const char *code)
{
    const struct row *row = find(code);

    return row != NULL ? row->sentence : "";
}

const char *fault_advice(const char *code)
{
    const struct row *row = find(code);

    return row != NULL ? row->advice : "";
}
