#include "crypto/hashed_key.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#define DROP_HASH "/PMxDhzUdSSWIPVXxwaZELjuRTNR6e64pzPAZM/dx7s="

static const struct {
    enum token_profile profile;
    const char *raw, *is; /* NULL: none */
} rows[] = {
    {TOKEN_MD5_HEX, "B58996C504C5638798EB6B511E6F49AF",
     "b58996c504c5638798eb6b511e6f49af"},
    {TOKEN_SHA1_HEX, "63a710569261a24b3766275b7000ce8d7b32e2f7",
     "63a710569261a24b3766275b7000ce8d7b32e2f7"},
    {TOKEN_SHA256_HEX, "63a710569261a24b3766275b7000ce8d7b32e2f7", NULL},
    {TOKEN_MD5_HEX, "b58996c504c5638798eb6b511e6f49ag", NULL},
    {TOKEN_MD5_HEX, "", NULL},
    {TOKEN_DROP_B64, DROP_HASH, DROP_HASH},
    {TOKEN_UID2_B64, DROP_HASH, DROP_HASH},
    {TOKEN_DROP_B64, "/PMxDhzUdSSWIPVXxwaZELjuRTNR6e64pzPAZM/dx7ss", NULL},
    {TOKEN_DROP_B64, "/PMxDhzUdSSWIPVXxwaZELjuRTNR6e64pzPAZM-dx7s=", NULL},
    {TOKEN_DROP_B64, "/PMxDhzUdSSWIPVXxwaZELjuRTNR6e64pzPAZM/dx7s", NULL},
    {TOKEN_HMAC_SHA256,
     "b4c9a289323b21a01c3e940f150eb9b8c542587f1abfd8f0e1cc1ffc5e475514", NULL},
    {TOKEN_PLAIN, "user@example.com", NULL},
    {TOKEN_NONE, "", NULL},
};

Test(crypto_hashed, one_form)
{
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char text[HASHED_TEXT_BYTES] = "";

        cr_assert_eq(hashed_text(rows[i].profile, rows[i].raw, text), rows[i].is != NULL,
                     "row %zu", i);
        if (rows[i].is != NULL)
            cr_assert_str_eq(text, rows[i].is);
    }
}

/* Whoever has the address finds the key of its hash; kinds and profiles do not meet. */
Test(crypto_hashed, the_address_leads_to_it)
{
    struct contact_key of_hash, other;
    char token[TOKEN_BYTES], text[HASHED_TEXT_BYTES];
    struct err err;

    cr_assert(hashed_text(TOKEN_DROP_B64, DROP_HASH, text));
    cr_assert(hashed_key_make(CONTACT_EMAIL, TOKEN_DROP_B64, text, &of_hash, &err));
    cr_assert(token_make(TOKEN_DROP_B64, CONTACT_EMAIL, "john@ozvel.com", NULL, 0, token,
                         &err));
    cr_assert(hashed_key_make(CONTACT_EMAIL, TOKEN_DROP_B64, token, &other, &err));
    cr_assert_eq(memcmp(&of_hash, &other, sizeof(other)), 0);
    cr_assert(hashed_key_make(CONTACT_PHONE, TOKEN_DROP_B64, token, &other, &err));
    cr_assert_neq(memcmp(&of_hash, &other, sizeof(other)), 0);
    cr_assert(hashed_key_make(CONTACT_EMAIL, TOKEN_UID2_B64, token, &other, &err));
    cr_assert_neq(memcmp(&of_hash, &other, sizeof(other)), 0);
}

/* Contacts of one token have one key on a list, and another on another list. */
Test(crypto_hashed, a_token_has_a_key_on_each_list)
{
    static const char *const spellings[] = {"us.er+news@gmail.com", "user@gmail.com"};
    struct contact_key keys[2], other;
    char token[TOKEN_BYTES];
    struct err err;

    for (size_t i = 0; i < 2; i++) {
        cr_assert(token_make(TOKEN_UID2_B64, CONTACT_EMAIL, spellings[i], NULL, 0, token,
                             &err));
        cr_assert(token_key_make(7, token, &keys[i], &err));
    }
    cr_assert_eq(memcmp(&keys[0], &keys[1], sizeof(keys[0])), 0);
    cr_assert(token_key_make(8, token, &other, &err));
    cr_assert_neq(memcmp(&keys[0], &other, sizeof(other)), 0);
    cr_assert(hashed_key_make(CONTACT_EMAIL, TOKEN_UID2_B64, token, &other, &err));
    cr_assert_neq(memcmp(&keys[0], &other, sizeof(other)), 0);
    for (int p = TOKEN_NONE; p <= TOKEN_META_SHA256; p++)
        cr_expect_eq(token_profile_shared((enum token_profile)p),
                     p == TOKEN_UID2_B64 || p == TOKEN_DROP_B64 ||
                         p == TOKEN_GOOGLE_SHA256,
                     "%s", token_profile_name((enum token_profile)p));
}
