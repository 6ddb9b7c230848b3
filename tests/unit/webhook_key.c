/* The signature of a webhook against the example of Standard Webhooks. */
#include "crypto/webhook_key.h"

#include <criterion/criterion.h>
#include <string.h>

#define SECRET "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

Test(webhook_key, the_specifications_example)
{
    static const char body[] = "{\"test\": 2432232314}";
    char signature[WEBHOOK_SIGNATURE_BYTES];
    struct webhook_key key;
    struct err err;

    cr_assert(webhook_key_read(SECRET, &key, &err), "%s", err.text);
    cr_expect_eq(key.len, 24);
    cr_assert(webhook_sign(&key, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, body,
                           strlen(body), signature, &err));
    cr_expect_str_eq(signature, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
}

Test(webhook_key, what_is_no_secret)
{
    static const char *const wrong[] = {
        "",
        "whsec_",
        "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLa",
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaS!",
        "whsec_"
        "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
        "AAAAAAAA",
    };
    struct webhook_key key;
    struct err err;

    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        cr_expect_not(webhook_key_read(wrong[i], &key, &err), "%s", wrong[i]);
        cr_expect_str_eq(err.code, "WEBHOOK_KEY");
    }
}
