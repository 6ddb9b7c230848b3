/*
 * generate - writes CloudEvents, one a line, for benchmarks and crash tests.
 *
 *   generate --source URN --events N [--contacts N] [--first-id N] [--seed N]
 *            [--denials PERCENT] [--duplicates PERMILLE] [--malformed PERMILLE]
 *            [--time RFC3339] [--bytes N]
 *
 * The same arguments give the same bytes. Contacts are numbers below --contacts, drawn
 * evenly; an event is padded to --bytes (738, the size of a typical reseller event). A
 * duplicate repeats an earlier line to the letter; a malformed event lacks its purposes
 * and is a grant, so that it takes no effect. `time` moves on by a millisecond an event.
 */
#include "../unit/chance.h"
#include "base/when.h"

#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct settings {
    const char *source;
    uint64_t events, contacts, first_id, seed;
    uint64_t denials, duplicates, malformed;
    int64_t time_us;
    size_t bytes;
};

static const char *const scope = "\"controllers\":[\"sectigo-limited\"],\"scope\":"
                                 "[{\"purpose\":\"marketing.promotional\","
                                 "\"channels\":[\"email\"]}]";

/* Event number i. Its content depends on i and the seed alone. */
static size_t event_print(const struct settings *s, uint64_t i, char *out, size_t cap)
{
    uint64_t state = s->seed ^ (i * UINT64_C(0xd1342543de82ef95));
    uint64_t contact = chance_next(&state) % s->contacts;
    bool denial = chance_next(&state) % 100 < s->denials;
    bool malformed = !denial && chance_next(&state) % 1000 < s->malformed;
    char when[WHEN_TEXT_BYTES];
    const char *name = strrchr(s->source, ':') + 1;
    size_t len;
    int n;

    when_format(s->time_us + (int64_t)i * 1000, when);
    n = snprintf(
        out, cap,
        "{\"specversion\":\"1.0\",\"id\":\"%s-%09" PRIu64 "\",\"source\":\"%s\","
        "\"type\":\"%s\",\"time\":\"%s\","
        "\"data\":{\"contact\":{\"email\":\"person%" PRIu64 "@host%" PRIu64
        ".example\",\"country\":\"DE\",\"age\":\"16_or_over\"},%s,%s,"
        "\"provenance\":{\"source_type\":\"%s\",%s\"note\":\"",
        name, s->first_id + i, s->source,
        denial ? "optout.recorded.v1" : "consent.granted.v1", when, contact,
        contact % 1000, malformed ? "\"controllers\":[\"sectigo-limited\"]" : scope,
        denial ? "\"optout\":{\"via\":\"unsubscribe_link\"}"
               : "\"basis\":{\"art6\":\"a\",\"type\":\"expressed\"},\"consent\":"
                 "{\"method\":\"checkout_checkbox\",\"statement\":"
                 "\"Yes, e-mail me offers\"}",
        strstr(s->source, ":reseller:") != NULL  ? "reseller"
        : strstr(s->source, ":mailing:") != NULL ? "mailing"
                                                 : "direct",
        strstr(s->source, ":reseller:") != NULL && !denial
            ? "\"agreement_id\":\"AGR-2024-0117\",\"warranty\":{\"asserted\":true,"
              "\"controllers_named\":[\"Sectigo Limited\"]},\"evidence\":[{\"kind\":"
              "\"order\",\"sha256\":\"cccccccccccccccccccccccccccccccccccccccccccccccccc"
              "cccccccccccccc\"}],"
            : "");
    if (n < 0 || (size_t)n + 8 > cap)
        exit(1);
    len = (size_t)n;
    while (len + 4 < s->bytes && len + 5 < cap) /* four more bytes close it */
        out[len++] = 'x';
    memcpy(out + len, "\"}}}", 5);
    return len + 4;
}

static uint64_t number(const char *text)
{
    char *end;
    unsigned long long v = strtoull(text, &end, 10);

    if (*end != '\0' || end == text) {
        fprintf(stderr, "generate: %s is no number\n", text);
        exit(2);
    }
    return v;
}

int main(int argc, char **argv)
{
    static const struct option options[] = {
        {"source", required_argument, NULL, 's'},
        {"events", required_argument, NULL, 'n'},
        {"contacts", required_argument, NULL, 'c'},
        {"first-id", required_argument, NULL, 'f'},
        {"seed", required_argument, NULL, 'r'},
        {"denials", required_argument, NULL, 'd'},
        {"duplicates", required_argument, NULL, 'u'},
        {"malformed", required_argument, NULL, 'm'},
        {"time", required_argument, NULL, 't'},
        {"bytes", required_argument, NULL, 'b'},
        {NULL, 0, NULL, 0},
    };
    struct settings s = {.contacts = 1000000, .denials = 20, .bytes = 738};
    static char line[65536];
    int opt;

    when_parse("2026-03-01T00:00:00Z", 20, &s.time_us);
    while ((opt = getopt_long(argc, argv, "", options, NULL)) != -1) {
        switch (opt) {
        case 's': s.source = optarg; break;
        case 'n': s.events = number(optarg); break;
        case 'c': s.contacts = number(optarg); break;
        case 'f': s.first_id = number(optarg); break;
        case 'r': s.seed = number(optarg); break;
        case 'd': s.denials = number(optarg); break;
        case 'u': s.duplicates = number(optarg); break;
        case 'm': s.malformed = number(optarg); break;
        case 'b': s.bytes = number(optarg); break;
        case 't':
            if (when_parse(optarg, strlen(optarg), &s.time_us) == WHEN_OK)
                break;
            fprintf(stderr, "generate: %s is no time\n", optarg);
            return 2;
        default: return 2;
        }
    }
    if (s.source == NULL || strrchr(s.source, ':') == NULL || s.contacts == 0) {
        fputs("generate: --source URN --events N are needed\n", stderr);
        return 2;
    }
    for (uint64_t i = 0; i < s.events; i++) {
        uint64_t state = s.seed + UINT64_C(0x5851f42d4c957f2d) * i;
        uint64_t which = i;
        size_t len;

        if (i > 0 && chance_next(&state) % 1000 < s.duplicates)
            which = i - 1 - chance_next(&state) % (i < 10000 ? i : 10000);
        len = event_print(&s, which, line, sizeof(line) - 1);
        line[len] = '\n';
        if (fwrite(line, 1, len + 1, stdout) != len + 1)
            return 1;
    }
    return fflush(stdout) == 0 ? 0 : 1;
}
