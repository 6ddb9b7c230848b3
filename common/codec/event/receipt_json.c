#include "receipt_json.h"
#include "codec/put.h"

bool receipt_to_json(const struct receipt_text *receipt, struct buf *out)
{
    buf_add(out, "{", 1);
    put_name(out, "event_id");
    put_text(out, receipt->event_id);
    put_name(out, ",outcome");
    put_text(out, outcome_name(receipt->outcome));
    put_name(out, ",reason");
    put_text(out, receipt->reason);
    if (receipt->pointer[0] != '\0') {
        put_name(out, ",pointer");
        put_text(out, receipt->pointer);
    }
    if (receipt->ledger_id != 0) {
        put_name(out, ",ledger_id");
        put_int(out, receipt->ledger_id);
    }
    put_name(out, ",known_at");
    put_time(out, receipt->known_us);
    return buf_add(out, "}", 1) && !out->overrun;
}
