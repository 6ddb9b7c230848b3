/*
 * decode_lines - one event a line in, one verdict a line out: "ok" or "REASON /pointer".
 *
 * For tests that hold the decoder against something else. With --times N each line is
 * decoded N times and the mean is printed last, to stderr.
 */
#include "base/clock.h"
#include "codec/codec.h"
#include "codec/event/event_json.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int main(int argc, char **argv)
{
    static struct event event;
    struct fault fault;
    char *line = NULL;
    size_t cap = 0;
    ssize_t len;
    long times =
        argc == 3 && strcmp(argv[1], "--times") == 0 ? strtol(argv[2], NULL, 10) : 1;
    int64_t spent_us = 0, lines = 0;

    codec_init();
    while ((len = getline(&line, &cap, stdin)) > 0) {
        struct event_input in = {.value = line, .has_value = true};
        bool ok = false;

        in.value_len = (size_t)len - (line[len - 1] == '\n');
        int64_t start_us = clock_mono_us();
        for (long i = 0; i < times; i++)
            ok = event_from_json(&in, &event, &fault);
        spent_us += clock_mono_us() - start_us;
        lines++;
        if (ok)
            puts("ok");
        else
            printf("%s %s\n", fault.reason, fault.pointer);
    }
    free(line);
    if (times > 1 && lines > 0)
        fprintf(stderr, "%.2f us an event\n",
                (double)spent_us / (double)times / (double)lines);
    return 0;
}
