#include "operate/restored_erase.h"

#include "base/mem.h"
#include "kafka/reader.h"
#include "store/casework/erasure_store.h"

#include <stdlib.h>
#include <string.h>

#define JOURNAL "consent.erasures"
#define IDLE_MS 10000

struct work {
    struct ctl *ctl;
    bool dry;
    struct erased_again *ret;
};

/* Of one contact the last record says all; an older one before it does no harm. */
static bool record_take(void *arg, const struct reader_record *rec, struct err *err)
{
    struct work *w = arg;
    bool again = false, ok;
    char *value;

    if (rec->value == NULL)
        return true;
    w->ret->records++;
    if (w->dry)
        return true;
    value = mem_zalloc(rec->value_len + 1, 1);
    memcpy(value, rec->value, rec->value_len);
    ok = erasure_again(w->ctl->pg, value, &again, err);
    free(value);
    w->ret->again += again;
    return ok;
}

bool erase_again_all(struct ctl *ctl, bool dry, struct erased_again *ret, struct err *err)
{
    struct work w = {ctl, dry, ret};

    *ret = (struct erased_again){0};
    if (topic_read(ctl->settings.kafka_brokers, &ctl->kafka, JOURNAL, IDLE_MS,
                   record_take, &w, err))
        return true;
    return err->kind == ERR_CONFIG; /* no such topic: nobody was ever erased */
}
