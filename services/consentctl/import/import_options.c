/* import.h: the options. */
#include "import.h"

#include "codec/event/loose_time.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

static bool as_read(struct ctl *ctl, struct import *im, struct err *err)
{
    static const struct {
        const char *word;
        enum event_type type;
    } kinds[] = {{"unsubscribe", EVENT_OPTOUT_RECORDED},
                 {"complaint", EVENT_FEEDBACK_COMPLAINED},
                 {"bounce", EVENT_FEEDBACK_BOUNCED}};
    const char *as = ctl_option(ctl, "as");

    if (as == NULL)
        return true;
    im->options.as_block = strcmp(as, "block") == 0;
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
        if (strcmp(kinds[i].word, as) == 0)
            im->options.as = kinds[i].type;
    return im->options.as_block || im->options.as != EVENT_NONE ||
           err_set(err, ERR_CONFIG, "BAD_KIND",
                   "--as takes unsubscribe, complaint, bounce or block");
}

/* "NAME", or "NAME=WORD"; a name may hold a '=' itself, so the last one counts, and only
 * before a word that is one. */
static bool column_read(struct import *im, const char *given, char *copy, struct err *err)
{
    struct sheet_options *o = &im->options;
    const char *equals = strrchr(given, '=');
    enum sheet_meaning meaning = SHEET_CONTACT;

    if (o->n_given == SHEET_GIVEN)
        return err_set(err, ERR_CONFIG, "BAD_OPTION", "--column is given too often");
    memcpy(copy, given, strlen(given) + 1);
    if (equals != NULL) {
        meaning = sheet_meaning_parse(equals + 1);
        if (meaning == SHEET_UNKNOWN)
            return err_set(
                err, ERR_CONFIG, "BAD_OPTION",
                "--column NAME=WORD: a word is email, phone, email-hash, "
                "phone-hash, hash, kind, time, status, reason, optout, optin, nosale, "
                "notracking, channel, country, area, or - to leave it alone");
        copy[equals - given] = '\0';
    }
    o->given[o->n_given++] = (struct sheet_given){.column = copy, .meaning = meaning};
    return true;
}

static bool columns_read(struct ctl *ctl, struct import *im, struct err *err)
{
    static char copies[SHEET_GIVEN][256];
    const char *given;
    int at = 0;
    size_t n = 0;

    while ((given = ctl_option_next(ctl, "column", &at)) != NULL) {
        if (strlen(given) >= sizeof(copies[0]) || n == SHEET_GIVEN)
            return err_set(err, ERR_CONFIG, "BAD_OPTION", "--column is too long");
        if (!column_read(im, given, copies[n++], err))
            return false;
    }
    im->options.book_sheet = ctl_option(ctl, "sheet");
    im->options.time_column = ctl_option(ctl, "time-column");
    return true;
}

static bool country_read(struct ctl *ctl, struct import *im, struct err *err)
{
    const char *cc = ctl_option(ctl, "country");

    if (cc == NULL)
        return true;
    if (strlen(cc) != 2 || !isalpha((unsigned char)cc[0]) ||
        !isalpha((unsigned char)cc[1]))
        return err_set(err, ERR_CONFIG, "BAD_OPTION",
                       "--country takes two letters, as DE");
    snprintf(im->options.country, sizeof(im->options.country), "%c%c",
             toupper((unsigned char)cc[0]), toupper((unsigned char)cc[1]));
    return true;
}

static bool dates_read(struct ctl *ctl, struct import *im, struct err *err)
{
    const char *dates = ctl_option(ctl, "dates"), *at = ctl_option(ctl, "at");
    const char *encoding = ctl_option(ctl, "encoding");

    if (dates != NULL && strcmp(dates, "dmy") == 0)
        im->options.order = SHEET_DMY;
    else if (dates != NULL && strcmp(dates, "mdy") == 0)
        im->options.order = SHEET_MDY;
    else if (dates != NULL)
        return err_set(err, ERR_CONFIG, "BAD_OPTION", "--dates takes dmy or mdy");
    im->options.file_us_given = at != NULL;
    if (at != NULL && !loose_time_parse(at, strlen(at), &im->options.file_us))
        return err_set(err, ERR_CONFIG, "BAD_TIME", "--at takes a date or a time");
    if (encoding == NULL)
        return true;
    im->options.charset = charset_parse(encoding);
    return im->options.charset != CHARSET_UNKNOWN ||
           err_set(err, ERR_CONFIG, "BAD_OPTION",
                   "--encoding takes utf-8, utf-16le, windows-1250 to 1258, latin1, "
                   "iso-8859-2, koi8-r, shift_jis, euc-jp, gb18030, big5, euc-kr ...");
}

static bool hashes_read(struct ctl *ctl, struct import *im, struct err *err)
{
    const char *profile = ctl_option(ctl, "profile"), *kind = ctl_option(ctl, "kind");
    const enum sheet_form form = im->options.form;

    if (kind != NULL) {
        im->options.kind = contact_kind_parse(kind);
        if (im->options.kind != CONTACT_EMAIL && im->options.kind != CONTACT_PHONE)
            return err_set(err, ERR_CONFIG, "BAD_KIND", "--kind takes email or phone");
    }
    if (form != SHEET_FORM_HASHED && form != SHEET_FORM_DROP)
        return true;
    if (form == SHEET_FORM_DROP && profile == NULL)
        profile = "drop-b64";
    im->options.profile = profile != NULL ? token_profile_parse(profile) : TOKEN_NONE;
    switch (im->options.profile) {
    case TOKEN_SHA256_HEX:
    case TOKEN_MD5_HEX:
    case TOKEN_SHA1_HEX:
    case TOKEN_SHA512_HEX:
    case TOKEN_UID2_B64:
    case TOKEN_DROP_B64:
    case TOKEN_GOOGLE_SHA256:
    case TOKEN_META_SHA256: return true;
    case TOKEN_NONE:
    case TOKEN_HMAC_SHA256:
    case TOKEN_PLAIN:
    default: break;
    }
    return err_set(err, ERR_CONFIG, "BAD_PROFILE",
                   "say how they were hashed: --profile sha256-hex, md5-hex, sha1-hex, "
                   "sha512-hex, uid2-b64, drop-b64, google-sha256 or meta-sha256");
}

bool import_options(struct ctl *ctl, struct import *im, struct err *err)
{
    const char *format = ctl_option(ctl, "format");

    im->events = format == NULL || strcmp(format, "events") == 0;
    if (!im->events) {
        im->options.form = sheet_form_parse(format);
        if (im->options.form == SHEET_FORM_ANY)
            return err_set(err, ERR_CONFIG, "BAD_FORMAT", "there is no format \"%.40s\"",
                           format);
    }
    return as_read(ctl, im, err) && columns_read(ctl, im, err) &&
           country_read(ctl, im, err) && dates_read(ctl, im, err) &&
           hashes_read(ctl, im, err);
}
