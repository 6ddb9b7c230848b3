/* Who writes, and who else may be meant when something is to stop. */
#include "parts.h"

#include <string.h>

static bool among(const struct mail *m, const char *address)
{
    for (size_t i = 0; i < m->n_from; i++)
        if (strcmp(m->from[i], address) == 0)
            return true;
    return false;
}

static void person_add(struct mail *m, const char *raw)
{
    char address[IDENT_EMAIL_BYTES];

    if (m->n_from < MAIL_PEOPLE && address_take(raw, address) && !among(m, address))
        g_strlcpy(m->from[m->n_from++], address, IDENT_EMAIL_BYTES);
}

static void people_add(struct mail *m, InternetAddressList *list, int deep)
{
    const int n = list != NULL ? internet_address_list_length(list) : 0;

    for (int i = 0; i < n && i < 4 * MAIL_PEOPLE; i++) {
        InternetAddress *a = internet_address_list_get_address(list, i);

        if (INTERNET_ADDRESS_IS_MAILBOX(a))
            person_add(m, internet_address_mailbox_get_addr(INTERNET_ADDRESS_MAILBOX(a)));
        else if (INTERNET_ADDRESS_IS_GROUP(a) && deep < 4)
            people_add(m, internet_address_group_get_members(INTERNET_ADDRESS_GROUP(a)),
                       deep + 1);
    }
}

/* An address in words that no parser takes for one: "John <john@example.com" and worse.
 */
static void person_guess(struct mail *m, const char *field)
{
    const char *at = field != NULL ? strrchr(field, '@') : NULL;
    const char *begin = at, *end = at;
    char raw[400];

    if (at == NULL)
        return;
    while (begin > field && strchr(" \t\r\n<>,;:\"()[]", begin[-1]) == NULL)
        begin--;
    while (*end != '\0' && strchr(" \t\r\n<>,;:\"()[]", *end) == NULL)
        end++;
    if ((size_t)(end - begin) < sizeof(raw)) {
        memcpy(raw, begin, (size_t)(end - begin));
        raw[end - begin] = '\0';
        person_add(m, raw);
    }
}

/* "Ann &lt;ann@example.org&gt;", "ann%40example.org", "'ann@example.org'": of a web
 * form's program, or copied out of a page. */
static void escaped_guess(struct mail *m, const char *field)
{
    static const char *const as[][2] = {
        {"&lt;", "<"},        {"&gt;", ">"},         {"<'", "<"},
        {"'>", ">"},          {"\xef\xbc\xa0", "@"}, {"\xe2\x80\x8b", ""},
        {"\xe2\x80\x8c", ""}, {"\xe2\x80\x8d", ""},  {"\xef\xbb\xbf", ""},
    };
    GString *plain = g_string_new(field);

    for (size_t i = 0; i < sizeof(as) / sizeof(as[0]); i++)
        g_string_replace(plain, as[i][0], as[i][1], 0);
    if (plain->len > 1 && plain->str[0] == '\'' && plain->str[plain->len - 1] == '\'') {
        g_string_erase(plain, 0, 1);
        g_string_truncate(plain, plain->len - 1);
    }
    if (strchr(plain->str, '@') == NULL)
        g_string_replace(plain, "%40", "@", 1);
    person_guess(m, plain->str);
    g_string_free(plain, TRUE);
}

/* An address where an answer is wanted, or whose letter it was before a list took it. */
static void also_add(struct mail *m, const char *raw)
{
    char address[IDENT_EMAIL_BYTES];

    if (!address_take(raw, address) || among(m, address) ||
        strcmp(m->reply_to, address) == 0)
        return;
    for (size_t i = 0; i < m->n_also; i++)
        if (strcmp(m->also[i], address) == 0)
            return;
    if (m->reply_to[0] == '\0')
        g_strlcpy(m->reply_to, address, IDENT_EMAIL_BYTES);
    else if (m->n_also < MAIL_ALSO)
        g_strlcpy(m->also[m->n_also++], address, IDENT_EMAIL_BYTES);
}

static void replies_add(struct mail *m, InternetAddressList *list, int deep)
{
    const int n = list != NULL ? internet_address_list_length(list) : 0;

    for (int i = 0; i < n && i <= MAIL_ALSO; i++) {
        InternetAddress *a = internet_address_list_get_address(list, i);

        if (INTERNET_ADDRESS_IS_MAILBOX(a))
            also_add(m, internet_address_mailbox_get_addr(INTERNET_ADDRESS_MAILBOX(a)));
        else if (INTERNET_ADDRESS_IS_GROUP(a) && deep < 4)
            replies_add(m, internet_address_group_get_members(INTERNET_ADDRESS_GROUP(a)),
                        deep + 1);
    }
}

/* "ann@example.org; bob@example.org", as some programs part addresses. */
static void pieces_add(struct mail *m, const char *field)
{
    char **pieces = field != NULL && strchr(field, ';') != NULL
                        ? g_strsplit(field, ";", MAIL_PEOPLE + 1)
                        : NULL;

    for (size_t i = 0; pieces != NULL && pieces[i] != NULL; i++)
        person_guess(m, pieces[i]);
    g_strfreev(pieces);
}

void people_read(GMimeMessage *msg, struct mail *m)
{
    GMimeObject *o = GMIME_OBJECT(msg);
    InternetAddressList *original = NULL;
    const char *field = field_of(o, "X-Original-From");

    people_add(m, g_mime_message_get_from(msg), 0);
    pieces_add(m, field_of(o, "From"));
    if (m->n_from == 0)
        person_guess(m, field_of(o, "From"));
    if (m->n_from == 0)
        escaped_guess(m, field_of(o, "From"));
    if (m->n_from == 0)
        people_add(m, g_mime_message_get_sender(msg), 0);
    if (m->n_from == 0)
        person_guess(m, field_of(o, "Return-Path"));
    replies_add(m, g_mime_message_get_reply_to(msg), 0);
    if (field != NULL)
        original = internet_address_list_parse(NULL, field);
    replies_add(m, original, 0);
    if (original != NULL)
        g_object_unref(original);
}

bool from_is_no_reply(GMimeMessage *msg)
{
    const char *from = field_of(GMIME_OBJECT(msg), "From");

    return from != NULL && (strcasestr(from, "no-reply@") != NULL ||
                            strcasestr(from, "noreply@") != NULL ||
                            strcasestr(from, "donotreply@") != NULL);
}
