#include "codec/codec.h"
#include "base/mem.h"

#include <jansson.h>
#include <stdlib.h>

static void *alloc_or_abort(size_t bytes)
{
    return mem_resize(NULL, bytes, 1);
}

void codec_init(void)
{
    json_set_alloc_funcs(alloc_or_abort, free);
    json_object_seed(0);
}
