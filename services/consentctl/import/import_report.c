/* import.h: what is said after. The sum of the lines is checked here once more, so that
 * a fault of ours is loud. */
#include "import.h"

#include "import_effect.h"
#include "import_hashed.h"

#include "base/clock.h"
#include "codec/put.h"

#include <stdio.h>

static bool adds_up(const struct import *im)
{
    return im->lines == im->names + im->blank + im->said + im->bad_lines + im->silent;
}

static int64_t days_old(const struct import *im)
{
    return (clock_wall_us() - im->list_us) / WHEN_DAY_US;
}

static void reasons_json(const struct import *im, struct buf *out)
{
    put_name(out, ",silent");
    buf_add_str(out, "{");
    for (size_t i = 0; i < im->n_reasons; i++) {
        if (i > 0)
            buf_add_str(out, ",");
        put_text(out, im->reasons[i].text);
        buf_addf(out, ":%lld", (long long)im->reasons[i].n);
    }
    buf_add_str(out, "}");
}

static void report_json(struct import *im)
{
    struct buf out;
    bool first = true;

    buf_init(&out, CTL_ANSWER_BYTES);
    buf_addf(
        &out,
        "{\"lines\":%lld,\"names\":%lld,\"blank\":%lld,\"rows\":%lld,\"partly\":%lld,"
        "\"bad_rows\":%lld,\"silent_rows\":%lld,\"adds_up\":%s,\"%s\":%lld,"
        "\"noted\":%lld,\"every_channel\":%lld,\"events\":{",
        (long long)im->lines, (long long)im->names, (long long)im->blank,
        (long long)im->said, (long long)im->partly, (long long)im->bad_lines,
        (long long)im->silent, adds_up(im) ? "true" : "false",
        im->producer ? "sent" : "good", (long long)im->sent, (long long)im->n_noted,
        (long long)im->every_channel);
    for (int t = 0; t < IMPORT_TYPES; t++) {
        if (im->by_type[t] == 0)
            continue;
        if (!first)
            buf_add_str(&out, ",");
        put_text(&out, event_type_name((enum event_type)t));
        buf_addf(&out, ":%lld", (long long)im->by_type[t]);
        first = false;
    }
    buf_add_str(&out, "}");
    reasons_json(im, &out);
    if (im->list_days > 0)
        buf_addf(&out, ",\"list\":{\"of\":\"%s\",\"days_old\":%lld,\"at_most\":%d}",
                 im->list_day, (long long)days_old(im), im->list_days);
    if (im->read.len > 0)
        buf_addf(&out, ",\"read\":[%s]", im->read.data);
    if (im->rows_json.len > 0)
        buf_addf(&out, ",\"first\":[%s]", im->rows_json.data);
    if (im->hashed != NULL)
        hashed_json(im, &out);
    if (im->effect != NULL)
        effect_json(im->effect, &out);
    buf_add_str(&out, ",\"bad\":[");
    if (im->bad.len > 0)
        buf_add(&out, im->bad.data, im->bad.len);
    buf_add_str(&out, "]}");
    ctl_say(&out);
}

static void report_print(const struct import *im)
{
    if (im->shown.len > 0)
        fwrite(im->shown.data, 1, im->shown.len, stdout);
    if (im->rows.len > 0)
        printf("The first rows, as they are understood:\n%s", im->rows.data);
    printf("%lld lines, %lld events %s, %lld bad lines%s\n", (long long)im->lines,
           (long long)im->sent, im->producer ? "sent" : "are good",
           (long long)im->bad_lines,
           im->n_bad > 0 ? " (named above: fix them and import the file again)" : "");
    printf(
        "  %lld lines = %lld taken + %lld bad + %lld that say nothing + %lld of names + "
        "%lld empty%s\n",
        (long long)im->lines, (long long)im->said, (long long)im->bad_lines,
        (long long)im->silent, (long long)im->names, (long long)im->blank,
        adds_up(im) ? "" : ": THIS DOES NOT ADD UP");
    if (im->partly > 0)
        printf("  of %lld lines a part is bad, and the rest was taken\n",
               (long long)im->partly);
    if (im->every_channel > 0)
        printf("  of %lld lines the column \"%s\" names no channel: their no is of every "
               "channel\n",
               (long long)im->every_channel, im->channel_column);
    for (int t = 0; t < IMPORT_TYPES; t++)
        if (im->by_type[t] > 0)
            printf("  %lld %s\n", (long long)im->by_type[t],
                   event_type_name((enum event_type)t));
    for (size_t i = 0; i < im->n_reasons; i++)
        printf("  %lld say nothing: %s\n", (long long)im->reasons[i].n,
               im->reasons[i].text);
    if (im->list_days > 0)
        printf("  the list is of %s, %lld days old; its rules allow %d\n", im->list_day,
               (long long)days_old(im), im->list_days);
    if (im->hashed != NULL)
        hashed_print(im);
    if (im->effect != NULL)
        effect_print(im->effect);
}

int import_report(const struct ctl *ctl, struct import *im)
{
    if (ctl->json)
        report_json(im);
    else
        report_print(im);
    if (im->list_days > 0 && days_old(im) > im->list_days)
        fprintf(stderr,
                "consentctl: the list is %lld days old, and must not be older than %d: "
                "fetch a new one\n",
                (long long)days_old(im), im->list_days);
    return im->n_bad > 0 || !adds_up(im) ? CTL_FAILED : CTL_DONE;
}
