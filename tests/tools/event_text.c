/* event_text FILE... - each record decoded, as the golden files have it (FILE.expect). */
#include "../golden/events/event_text.h"
#include "codec/codec.h"

int main(int argc, char **argv)
{
    struct buf text;

    codec_init();
    buf_init(&text, 1 << 20);
    for (int i = 1; i < argc; i++) {
        if (!event_file_text(argv[i], &text)) {
            perror(argv[i]);
            return 1;
        }
    }
    if (text.len > 0)
        fputs(text.data, stdout);
    buf_done(&text);
    return 0;
}
