#include "event_parts.h"

#include "base/hex.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

/* A text that reaches somebody. Line ends and blanks around it were no part of it: the
 * fault is noted, the address is kept. */
static void read_address(struct reader *r, struct value *contact, const struct at *at,
                         const char *name, char *ret, size_t cap)
{
    struct value *v = value_get(contact, name);

    if (read_text(r, contact, at, name, READ_PLAIN, ret, cap) || !value_is(v, VALUE_TEXT))
        return;
    const char *s = value_text(v);
    size_t len = value_text_bytes(v);

    while (len > 0 && strchr(" \t\r\n", s[len - 1]))
        len--;
    while (len > 0 && strchr(" \t\r\n", *s)) {
        s++;
        len--;
    }
    for (size_t i = 0; i < len; i++)
        if ((unsigned char)s[i] < 0x20 || s[i] == 0x7f || (unsigned char)s[i] == 0xef)
            return; /* broken within (0xef: U+FFFD and zero-width marks) */
    if (len < cap)
        snprintf(ret, cap, "%.*s", (int)len, s);
}

/* One line: line breaks of a text, and the members of an object, become ", ". */
static void read_postal(struct reader *r, struct value *contact, const struct at *at,
                        char *ret, size_t cap)
{
    static const char *const parts[] = {"street", "locality", "region", "postal_code",
                                        "country"};
    struct value *v = value_get(contact, "postal");
    struct at here = {at, "postal", 0};
    size_t n = 0;

    if (value_is(v, VALUE_OBJECT)) {
        for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
            char part[200];
            if (read_text(r, v, &here, parts[i], READ_PLAIN, part, sizeof part) &&
                part[0])
                n += (size_t)snprintf(ret + n, cap - n, "%s%s", n ? ", " : "", part);
        }
    } else if (v && read_text_value(r, v, &here, READ_FREE, NULL, cap / 2)) {
        bool broken = false; /* a line ended, and another may follow */
        for (const char *s = value_text(v); *s; s++) {
            if (*s == '\n' || *s == '\r') {
                broken = n > 0;
                continue;
            }
            if (broken) {
                ret[n++] = ',';
                ret[n++] = ' ';
                broken = false;
            }
            ret[n++] = *s;
        }
        ret[n] = '\0';
    }
}

/* Two letters; kept in capitals. */
static void read_country(struct reader *r, struct value *contact, const struct at *at,
                         char *ret)
{
    char text[16] = "";

    if (!read_text(r, contact, at, "country", READ_PLAIN, text, sizeof text))
        return;
    if (strlen(text) != 2 || !isalpha((unsigned char)text[0]) ||
        !isalpha((unsigned char)text[1])) {
        read_fault_in(r, at, "country", EVENT_FAULT_BAD_VALUE);
        return;
    }
    for (int i = 0; i < 2; i++)
        ret[i] = (char)toupper((unsigned char)text[i]);
}

/* A hash in the place of the address: "hashed": {"kind", "profile", "hash"}. */
static void read_hashed(struct reader *r, struct value *contact, const struct at *at)
{
    static const char *const kinds[] = {"email", "phone"};
    static const char *const profiles[] = {"sha256-hex",    "md5-hex",    "sha1-hex",
                                           "sha512-hex",    "uid2-b64",   "drop-b64",
                                           "google-sha256", "meta-sha256"};
    struct event *ev = r->ev;
    struct at here = {at, "hashed", 0};
    struct value *o = read_object(r, contact, at, "hashed", false);
    int kind, profile;

    if (o == NULL)
        return;
    kind = read_word(r, o, &here, "kind", true, kinds, 2);
    profile = read_word(r, o, &here, "profile", true, profiles,
                        (int)(sizeof(profiles) / sizeof(profiles[0])));
    if (!read_text(r, o, &here, "hash", READ_NEEDED, ev->hash, sizeof ev->hash) ||
        kind < 0 || profile < 0) {
        ev->hash[0] = '\0';
        return;
    }
    ev->hash_kind = kind == 0 ? CONTACT_EMAIL : CONTACT_PHONE;
    ev->hash_profile = token_profile_parse(profiles[profile]);
}

/* Policy S26: under 16 on the day (in UTC) on which the person acted. The sixteenth
 * birthday of a leap day is a leap day, except in 2100: then it is the first of March. */
static enum event_age age_on(int32_t birth_day, int64_t at_us)
{
    int32_t year, month, day;
    int64_t today = at_us / WHEN_DAY_US - (at_us % WHEN_DAY_US < 0);

    when_civil_of(birth_day, &year, &month, &day);
    int32_t sixteen = when_day_of(year + 16, month, 1) + day - 1;
    return today < sixteen ? AGE_UNDER_16 : AGE_16_OR_OVER;
}

static void read_age(struct reader *r, struct value *contact, const struct at *at)
{
    static const char *const ages[] = {"unknown", "under_16", "16_or_over"};
    struct event *ev = r->ev;
    struct value *birth = value_get(contact, "birth_date");
    int stated = read_word(r, contact, at, "age", false, ages, 3);

    if (stated >= 0)
        ev->age = (enum event_age)stated;
    if (birth == NULL)
        return;
    if (!value_is(birth, VALUE_TEXT)) {
        read_fault_in(r, at, "birth_date", EVENT_FAULT_TYPE_MISMATCH);
    } else if (when_parse_day(value_text(birth), value_text_bytes(birth),
                              &ev->birth_day) != WHEN_OK ||
               ev->birth_day < when_day_of(1900, 1, 1)) {
        read_fault_in(r, at, "birth_date", EVENT_FAULT_BAD_TIME); /* 0001: nobody's */
    } else {
        ev->has_birth_day = true;
        /* a stated "under_16" stands even against the date */
        if (ev->has_time && ev->age != AGE_UNDER_16)
            ev->age = age_on(ev->birth_day, ev->time_us);
    }
}

/* What an employer's certificate does not give of its people (policy S18). */
static int count_extra(struct value *contact)
{
    static const char *const plain[] = {"email",   "first_name", "last_name", "name",
                                        "country", "subscriber", "age",       "hashed"};
    int n = 0;

    for (const struct value *v = contact->first; v != NULL; v = v->next) {
        size_t i = 0;

        while (i < sizeof plain / sizeof plain[0] && strcmp(plain[i], v->name) != 0)
            i++;
        n += i == sizeof plain / sizeof plain[0];
    }
    return n;
}

void event_read_contact(struct reader *r, struct value *data, const struct at *at,
                        bool needed)
{
    static const char *const subscribers[] = {"individual", "corporate", "unknown"};
    struct event *ev = r->ev;
    struct at here = {at, "contact", 0};
    struct value *contact = read_object(r, data, at, "contact", needed);

    if (contact == NULL)
        return;
    read_address(r, contact, &here, "email", ev->email, sizeof ev->email);
    read_address(r, contact, &here, "phone", ev->phone, sizeof ev->phone);
    read_postal(r, contact, &here, ev->postal, sizeof ev->postal);
    read_country(r, contact, &here, ev->country);
    read_word(r, contact, &here, "subscriber", false, subscribers, 3);
    read_age(r, contact, &here);
    read_hashed(r, contact, &here);
    ev->extra_fields = count_extra(contact);
    if (needed && !ev->email[0] && !ev->phone[0] && !ev->postal[0] && !ev->hash[0])
        read_fault(r, &here, EVENT_FAULT_MISSING);
}

void event_read_change(struct reader *r, struct value *data, const struct at *at,
                       bool needed)
{
    static const char *const changes[] = {"changed", "same_person", "mistaken"};
    struct event *ev = r->ev;
    struct at before = {at, "previous", 0}, here = {at, "change", 0};
    struct value *old = read_object(r, data, at, "previous", needed);
    struct value *change = read_object(r, data, at, "change", needed);

    if (old != NULL) {
        read_address(r, old, &before, "email", ev->old_email, sizeof ev->old_email);
        read_address(r, old, &before, "phone", ev->old_phone, sizeof ev->old_phone);
        read_postal(r, old, &before, ev->old_postal, sizeof ev->old_postal);
        read_country(r, old, &before, ev->old_country);
        if (needed && !ev->old_email[0] && !ev->old_phone[0] && !ev->old_postal[0])
            read_fault(r, &before, EVENT_FAULT_MISSING);
    }
    if (change != NULL) {
        int kind = read_word(r, change, &here, "kind", true, changes, 3);

        if (kind >= 0)
            ev->change = (enum event_change)(CHANGE_CHANGED + kind);
        read_text(r, change, &here, "told_by", READ_NEEDED, ev->told_by,
                  sizeof ev->told_by);
    }
}

static bool read_key(const char *text, uint8_t ret[16])
{
    char digits[33];
    size_t n = 0;

    for (size_t i = 0; text[i] != '\0'; i++) {
        const bool dash = i == 8 || i == 13 || i == 18 || i == 23;

        if (dash != (text[i] == '-') || n == sizeof(digits) - dash)
            return false;
        if (!dash)
            digits[n++] = text[i];
    }
    digits[n < sizeof(digits) ? n : 0] = '\0';
    return n == 32 && hex_read(digits, 16, ret);
}

void event_read_erased(struct reader *r, struct value *data, const struct at *at)
{
    static const char *const kinds[] = {"email", "phone", "postal"};
    struct event *ev = r->ev;
    struct at here = {at, "erased", 0};
    struct value *o = read_object(r, data, at, "erased", true);
    char key[64] = "";
    int kind;

    if (o == NULL)
        return;
    kind = read_word(r, o, &here, "kind", true, kinds, 3);
    if (!read_text(r, o, &here, "contact", READ_NEEDED, key, sizeof key))
        return;
    if (!read_key(key, ev->erased_key))
        read_fault_in(r, &here, "contact", EVENT_FAULT_BAD_VALUE);
    else if (kind >= 0)
        ev->erased_kind = (enum contact_kind)(CONTACT_EMAIL + kind);
}
