/* link_find: a token is known again after what mail programs, trackers and people do to
 * it, and nothing but that very token. */
#include "crypto/link_token.h"

#include <criterion/criterion.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define COUNT(a) (sizeof(a) / sizeof(*(a)))

static struct err e;
static struct link_keys *keys;

static void setup(void)
{
    char dir[] = "/tmp/link-find-XXXXXX", path[64];
    int fd;

    cr_assert_not_null(mkdtemp(dir));
    snprintf(path, sizeof(path), "%s/1-mta-eu1", dir);
    fd = open(path, O_CREAT | O_WRONLY, 0600);
    cr_assert_eq(
        write(fd, "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f", 64),
        64);
    close(fd);
    cr_assert(link_keys_open(dir, &keys, &e), "%s", e.text);
    unlink(path);
    rmdir(dir);
}

static void teardown(void)
{
    link_keys_close(keys);
}

TestSuite(link_find, .init = setup, .fini = teardown);

/* {} is the token, {1} and {2} its halves; {-} it with every hyphen as the text behind.
 */
static const char *const garbled[] = {
    "{}",
    /* at its end */
    "{}.",
    "{},",
    "{};",
    "{})",
    "{}>",
    "{}\"",
    "{}'",
    "{}=",
    "{}==",
    "{}!",
    "{}?",
    "{}:",
    "{}]",
    "{}}",
    "{}|",
    "{}*",
    "{}**",
    "{}_",
    "{}__",
    "{}-",
    "{}~~",
    "{}…",
    "{}\xe2\x80\x9d",
    "{}\xc2\xbb",
    "{}).",
    "{}>,",
    "{}\">unsubscribe</a>",
    "{}](https://example.com/u/{})",
    "{} ",
    " {}",
    "\t{}\r\n",
    "{} and more words",
    "<{}>",
    "\"{}\"",
    "({})",
    "&lt;{}&gt;",
    "{}&gt;",
    "{}&amp;utm_source=x",
    "{}&utm_source=newsletter&utm_medium=email",
    "{}?utm_source=newsletter",
    "{};jsessionid=1234",
    "{}#top",
    "{}#",
    "{}/",
    "{}//",
    "{}/unsubscribe",
    "{}/index.html?x=y",
    "{}%20",
    "{}%0D%0A",
    "{}%0d%0a",
    "{}%3E",
    "{}%3e",
    "{}%22",
    "{}%27",
    "{}%29",
    "{}%2C",
    "{}%2E",
    "{}%3B",
    "{}%3D",
    "{}%253D",
    "{}%25253E",
    "{}%C2%A0",
    "{}%E2%80%9D",
    "{}%",
    "{}%2",
    "{}%zz",
    "%20{}",
    "%3C{}%3E",
    "{}=20",
    "{}=3D",
    "{}=3E",
    "{}3D",
    "{}3E",
    "{}20",
    "{}0D0A",
    "{}.html",
    "{}\\",
    "{}\\n",
    /* in its midst */
    "{1}=\r\n{2}",
    "{1}=\n{2}",
    "{1}={2}",
    "{1}= {2}",
    "{1}\r\n{2}",
    "{1}\n{2}",
    "{1}\r\n {2}",
    "{1}\r\n\t{2}",
    "{1} {2}",
    "{1}%20{2}",
    "{1}%0A{2}",
    "{1}%0D%0A{2}",
    "{1}%0D%0A%20{2}",
    "{1}%3D%0D%0A{2}",
    "{1}%3D{2}",
    "{1}=20\r\n{2}",
    "{1}=0D=0A{2}",
    "{1}\xc2\xad{2}",
    "{1}%C2%AD{2}",
    "{1}\xe2\x80\x8b{2}",
    "{1}%E2%80%8B{2}",
    "{1}\xe2\x81\xa0{2}",
    "\xef\xbb\xbf{}",
    "{1}\\{2}",
    "{1}%5C{2}",
    "{1}=\r\n{2}=\r\n.",
    "{1}\r\n{2}%3E",
    /* its hyphens and low lines */
    "{-}%2D",
    "{-}%2d",
    "{-}%252D",
    "{-}=2D",
    "{-}&#45;",
    "{-}&#x2D;",
    "{-}&hyphen;",
    "{-}\xe2\x80\x90",
    "{-}\xe2\x80\x91",
    "{-}%E2%80%91",
    "{-}\xe2\x80\x93",
    "{-}\xe2\x88\x92",
    "{-}\\-",
    "{-}+",
    "{_}%5F",
    "{_}=5F",
    "{_}&#95;",
    "{_}&lowbar;",
    "{_}\\_",
    "{_}/",
    "{-}-2D",
    "{_}-5F",
    "{-}&#0045;",
    "{-}&#x002d;",
    "{-}&ndash;",
    "{-}&minus;",
    "{-}&#8209;",
    "{-}&#x2011;",
    "{-}&#8208;",
    "{1}&shy;{2}",
    "{1}&#173;{2}",
    "{1}&#8203;{2}",
    "{1}&ZeroWidthSpace;{2}",
    "{1}<wbr>{2}",
    "{1}&#10;{2}",
    "{1}&nbsp;{2}",
    "{1}+{2}",
    /* before it */
    "u/{}",
    "+{}",
    "\xe2\x80\x8b{}",
    "%E2%80%8B{}",
    "%253C{}%253E",
    "u%2F{}",
    "url=https%3A%2F%2Fexample.com%2Fu%2F{}&data=05%7C01",
    "https://example.com/u/{}__;!!abc!xyz$",
    "https://example.com/u/{}",
    "3D{}",
    "=3D{}",
    "token={}",
    "x{}",
};

static void put(char *to, size_t cap, const char *text, size_t n)
{
    size_t have = strlen(to);

    cr_assert_lt(have + n, cap);
    memcpy(to + have, text, n);
    to[have + n] = '\0';
}

static void spoil(const char *how, const char *token, char *ret, size_t cap)
{
    size_t half = strlen(token) / 2;
    char old = how[0] == '{' && (how[1] == '-' || how[1] == '_') ? how[1] : '\0';

    ret[0] = '\0';
    if (old != '\0' && how[3] == '-') { /* who writes - for % writes -2D for - as well */
        for (const char *at = token; *at != '\0'; at++) {
            const char *as = *at == '-' ? "-2D" : *at == '_' ? "-5F" : at;

            put(ret, cap, as, as == at ? 1 : 3);
        }
        return;
    }
    if (old != '\0') {
        for (const char *at = token; *at != '\0'; at++)
            put(ret, cap, *at == old ? how + 3 : at, *at == old ? strlen(how + 3) : 1);
        return;
    }
    while (*how != '\0') {
        if (strncmp(how, "{}", 2) == 0) {
            put(ret, cap, token, strlen(token));
            how += 2;
        } else if (strncmp(how, "{1}", 3) == 0) {
            put(ret, cap, token, half);
            how += 3;
        } else if (strncmp(how, "{2}", 3) == 0) {
            put(ret, cap, token + half, strlen(token) - half);
            how += 3;
        } else {
            put(ret, cap, how++, 1);
        }
    }
}

static void token_make(int i, struct link *link, char token[LINK_TOKEN_BYTES])
{
    *link =
        (struct link){.kind = LINK_OPTOUT, .key = 1, .issued_us = 1767225600000000 + i};
    snprintf(link->address, sizeof(link->address), "person%d@example.com", i);
    snprintf(link->controller, sizeof(link->controller), "sectigo-limited");
    if (i % 2 > 0)
        snprintf(link->message, sizeof(link->message), "campaign-%.*s", i % 60,
                 "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefgh");
    cr_assert(link_token_make(keys, link, NULL, token, &e), "%s", e.text);
}

Test(link_find, every_garbling)
{
    for (size_t row = 0; row < COUNT(garbled); row++) {
        for (int i = 0; i < 40; i++) {
            char token[LINK_TOKEN_BYTES], text[8192];
            struct link made, found;

            token_make(i, &made, token);
            spoil(garbled[row], token, text, sizeof(text));
            cr_assert(link_token_find(keys, text, &found, &e), "row %zu \"%s\": %s", row,
                      garbled[row], text);
            cr_assert_str_eq(found.address, made.address);
            cr_assert_arr_eq(found.digest, made.digest, sizeof(made.digest));
        }
    }
}

/* Two hyphens that were made one dash. */
Test(link_find, a_long_dash)
{
    for (int i = 0, met = 0; met < 5; i++) {
        char token[LINK_TOKEN_BYTES], text[8192] = "";
        struct link made, found;
        const char *two;

        token_make(i % 60, &made, token);
        two = strstr(token, "--");
        if (two == NULL)
            continue;
        met++;
        put(text, sizeof(text), token, (size_t)(two - token));
        put(text, sizeof(text), i % 2 > 0 ? "\xe2\x80\x93" : "\xe2\x80\x94", 3);
        put(text, sizeof(text), two + 2, strlen(two + 2));
        cr_assert(link_token_find(keys, text, &found, &e), "%s", text);
        cr_assert_str_eq(found.address, made.address);
    }
}

/* A letter changed, lost, or turned round is nobody's; nor is what never was one. */
Test(link_find, nobodys)
{
    static const char *const none[] = {
        "",         "x",    "AQAB", "%",   "%%%", "A/A/A/A",
        "\xff\xfe", "====", "&#45", "&#;", "&#x;"};
    char token[LINK_TOKEN_BYTES], text[8192];
    struct link made, found;

    token_make(7, &made, token);
    for (size_t i = 0; i < strlen(token); i++) {
        snprintf(text, sizeof(text), "%s", token);
        text[i] = text[i] == 'A' ? 'B' : 'A';
        cr_assert_not(link_token_find(keys, text, &found, &e), "letter %zu", i);
        memmove(text + i, text + i + 1, strlen(text + i));
        cr_assert_not(link_token_find(keys, text, &found, &e), "without %zu", i);
    }
    for (size_t i = 0; i < COUNT(none); i++)
        cr_assert_not(link_token_find(keys, none[i], &found, &e), "%s", none[i]);
    memset(text, 'A', sizeof(text) - 1);
    text[sizeof(text) - 1] = '\0';
    cr_assert_not(link_token_find(keys, text, &found, &e));
    for (size_t i = 1; i < sizeof(text) - 1; i += 2)
        text[i] = 'Q';
    cr_assert_not(link_token_find(keys, text, &found, &e));
    cr_assert_str_eq(e.code, "LINK_BAD");
}
