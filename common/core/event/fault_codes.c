#include "fault_codes.h"

#include <stddef.h>
#include <string.h>

static const struct {
    const char *code, *sentence;
} codes[] = {
#define X(id, sentence) {#id, sentence},
    FAULT_CODES(X)
#undef X
};

const char *fault_sentence(const char *code)
{
    for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
        if (strcmp(codes[i].code, code) == 0)
            return codes[i].sentence;
    }
    return "";
}
