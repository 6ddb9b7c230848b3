/* Postfix's socketmap protocol: requests as they come, answers as they go. */
#include "codec/socketmap.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct socketmap_request rq;
static size_t used;

static enum socketmap_got get(const char *text)
{
    return socketmap_read(text, strlen(text), &used, &rq);
}

Test(socketmap, requests)
{
    cr_assert_eq(get("27:promo someone@example.com!!,next"), SOCKETMAP_REQUEST);
    cr_expect_eq(used, 31);
    cr_expect(rq.name_len == 5 && memcmp(rq.name, "promo", 5) == 0);
    cr_expect(rq.key_len == 21 && memcmp(rq.key, "someone@example.com!!", 21) == 0);
    cr_assert_eq(get("9:list a b ,"), SOCKETMAP_REQUEST);
    cr_expect(rq.key_len == 4 && memcmp(rq.key, "a b ", 4) == 0, "the first blank parts");
    cr_assert_eq(get("5:list ,"), SOCKETMAP_REQUEST);
    cr_expect(rq.key != NULL && rq.key_len == 0);
    cr_assert_eq(get("4:list,"), SOCKETMAP_REQUEST);
    cr_expect(rq.key == NULL);
    cr_assert_eq(get("0:,"), SOCKETMAP_REQUEST);
    cr_expect(rq.key == NULL && rq.name_len == 0);
}

Test(socketmap, not_whole_yet)
{
    const char whole[] = "12:list a@b.com,";

    for (size_t n = 0; n + 1 < strlen(whole); n++)
        cr_expect_eq(socketmap_read(whole, n, &used, &rq), SOCKETMAP_MORE, "%zu", n);
    cr_expect_eq(get("12:list a@b.com,"), SOCKETMAP_REQUEST);
}

Test(socketmap, no_netstrings)
{
    static const char *const rows[] = {"GET / HTTP/1.1\r\n",
                                       ":",
                                       "x",
                                       "-1:,",
                                       "01:a,",
                                       "1:ab",
                                       "12;",
                                       "16385:",
                                       "999999",
                                       "99999999999999999999999:",
                                       "3:abc;",
                                       " 3:abc,"};

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        cr_expect_eq(get(rows[i]), SOCKETMAP_BROKEN, "%s", rows[i]);
    cr_expect_eq(get("16384:"), SOCKETMAP_MORE);
}

Test(socketmap, answers)
{
    struct buf out;

    buf_init(&out, 1024);
    socketmap_put(&out, "NOTFOUND", "");
    socketmap_put(&out, "OK", "550 5.7.1 no");
    cr_expect_str_eq(out.data, "9:NOTFOUND ,15:OK 550 5.7.1 no,");
    buf_done(&out);
}
