/* hex: there and back, either case, and what is no digit. */
#include "base/hex.h"

#include <criterion/criterion.h>

Test(hex, there_and_back)
{
    uint8_t bytes[256], back[256];
    char text[2 * 256 + 1];

    for (int i = 0; i < 256; i++)
        bytes[i] = (uint8_t)i;
    hex_print(bytes, 256, text);
    cr_expect_eq(strlen(text), 512);
    cr_expect(strncmp(text, "000102", 6) == 0 && strcmp(text + 506, "fdfeff") == 0);
    cr_assert(hex_read(text, 256, back));
    cr_expect_arr_eq(bytes, back, sizeof(bytes));
    cr_assert(hex_read("AbCdEf", 3, back));
    cr_expect(back[0] == 0xab && back[1] == 0xcd && back[2] == 0xef);
    hex_print(bytes, 0, text);
    cr_expect_str_eq(text, "");
}

Test(hex, what_is_no_digit)
{
    static const char *const bad[] = {"0g", "g0", "0/", "0:", "0@",
                                      "0G", "0`", " 0", "0"};
    uint8_t byte;

    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        cr_expect_not(hex_read(bad[i], 1, &byte), "%s", bad[i]);
}

Test(hex, uuid)
{
    const uint8_t key[16] = {0x12, 0x34, 0, 0xff, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};
    char text[UUID_TEXT_BYTES];

    cr_expect_str_eq(uuid_print(key, text), "123400ff-0102-0304-0506-0708090a0b0c");
}
