/* words.h: what a mail server's answer says of the recipient. */
#include "sheet/words.h"

#include "core/event/bounce.h"

#include <ctype.h>
#include <string.h>

#define WORDS_BYTES 2048 /* of a server's answer */

/* "5.7.1" at the beginning of s. */
static bool status_at(const char *s, size_t len, char ret[16])
{
    size_t n = 0, dots = 0;

    while (n < len && n < 15 && (isdigit((unsigned char)s[n]) || s[n] == '.')) {
        dots += s[n] == '.';
        n++;
    }
    while (n > 0 && s[n - 1] == '.') {
        n--;
        dots--;
    }
    if (dots != 2 || n < 5 || strchr("245", s[0]) == NULL || s[1] != '.')
        return false;
    memcpy(ret, s, n);
    ret[n] = '\0';
    return true;
}

static bool status_find(const char *s, size_t len, char ret[16])
{
    for (size_t i = 0; i < len; i++)
        if ((i == 0 || !(isalnum((unsigned char)s[i - 1]) || s[i - 1] == '.')) &&
            status_at(s + i, len - i, ret))
            return true;
    return false;
}

enum saying bounce_saying(const char *status, const char *words, size_t words_len)
{
    char code[16] = "", text[WORDS_BYTES];
    const size_t n = words_len < sizeof(text) - 1 ? words_len : sizeof(text) - 1;
    const bool coded =
        status_at(status, strlen(status), code) || status_find(words, words_len, code);

    for (size_t i = 0; i < n; i++)
        text[i] = words[i] == '\0' ? ' ' : words[i];
    text[n] = '\0';
    switch (bounce_of(code, text)) {
    case BOUNCE_ADDRESS: return SAYS_HARD;
    case BOUNCE_MAILBOX: return SAYS_SOFT;
    case BOUNCE_SENDER: return SAYS_BLOCK;
    case BOUNCE_UNCLEAR: break;
    }
    return coded ? SAYS_BLOCK : status[0] == '4' ? SAYS_SOFT : SAYS_UNKNOWN;
}
