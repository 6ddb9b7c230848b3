#include "fresh_id.h"

#include <stdio.h>
#include <uuid/uuid.h>

void fresh_id(const char *prefix, char ret[FRESH_ID_BYTES])
{
    char text[UUID_STR_LEN];
    uuid_t id;

    uuid_generate(id);
    uuid_unparse_lower(id, text);
    snprintf(ret, FRESH_ID_BYTES, "%.8s%s", prefix, text);
}
