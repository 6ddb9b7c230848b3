#include "quality_json.h"

#include "codec/put.h"

bool quality_to_json(const struct quality *q, int32_t source, const char *name,
                     struct buf *out)
{
    const struct quality_sums sums = quality_sums(q, source);
    const struct source_quality worth = quality_worth(q, source);
    const struct {
        const char *name;
        int64_t n;
    } numbers[] = {
        {",events", sums.events},
        {",accepted", sums.of[OUTCOME_ACCEPTED]},
        {",duplicates", sums.of[OUTCOME_DUPLICATE]},
        {",quarantined", sums.of[OUTCOME_QUARANTINED]},
        {",refused", sums.of[OUTCOME_REFUSED]},
        {",late", sums.late},
        {",minors", sums.minors},
        {",grants", worth.grants},
        {",grants_without_warranty", worth.unwarranted},
        {",grants_already_suppressed", worth.suppressed},
        {",contacts", worth.contacts},
        {",contacts_complained", worth.complained},
    };
    const char *reason;
    size_t at = 0;
    bool first = true;
    int64_t n;

    buf_add_str(out, "{");
    put_name(out, "source");
    put_text(out, name);
    for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
        put_name(out, numbers[i].name);
        put_int(out, numbers[i].n);
    }
    put_name(out, ",quarantined_as");
    buf_add_str(out, "{");
    for (; (n = quality_reason(q, &at, source, &reason)) > 0; first = false) {
        buf_add_str(out, first ? "" : ",");
        put_text(out, reason);
        buf_add_str(out, ":");
        put_int(out, n);
    }
    return buf_add_str(out, "}}") && !out->overrun;
}
