#include "import_hashed.h"

#include "codec/event/loose_time.h"
#include "ident/email.h"
#include "ident/phone.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

static bool bad(struct fault *ret, const char *reason, const char *where)
{
    snprintf(ret->reason, sizeof(ret->reason), "%s", reason);
    snprintf(ret->pointer, sizeof(ret->pointer), "%s", where);
    return false;
}

static struct import_cell trim(struct import_cell c)
{
    while (c.len > 0 && strchr(" \t\r\n", c.s[0]) != NULL) {
        c.s++;
        c.len--;
    }
    while (c.len > 0 && strchr(" \t\r\n", c.s[c.len - 1]) != NULL)
        c.len--;
    return c;
}

static bool is_word(struct import_cell c, const char *word)
{
    return c.len == strlen(word) && strncasecmp(c.s, word, c.len) == 0;
}

/* --- parts ----------------------------------------------------------------------------
 */

/* As ingest will look at it, so that what it could not use is named here, with its line.
 */
static bool contact_read(struct import_cell c, struct import_row *row, struct fault *why)
{
    char canonical[IDENT_EMAIL_BYTES];
    char number[IDENT_PHONE_BYTES];
    struct err err;

    c = trim(c);
    if (c.len == 0)
        return bad(why, "NO_CONTACT", "");
    if (c.len >= sizeof(row->contact))
        return bad(why, "TOO_LONG", "");
    if (memchr(c.s, '\0', c.len) != NULL)
        return bad(why, "NUL_CHARACTER", "");
    memcpy(row->contact, c.s, c.len);
    row->contact[c.len] = '\0';
    if (row->kind == CONTACT_NONE)
        row->kind =
            memchr(c.s, '@', c.len) != NULL || strchr("+0123456789(", c.s[0]) == NULL
                ? CONTACT_EMAIL
                : CONTACT_PHONE;
    if (row->kind == CONTACT_PHONE ? ident_phone(row->contact, "", number, &err)
                                   : ident_email(row->contact, canonical, &err))
        return true;
    return bad(why, err.code, row->kind == CONTACT_PHONE ? "phone" : "address");
}

/* "5.1.1", "550", as far as it is one. */
static void status_read(struct import_cell c, struct import_row *row)
{
    c = trim(c);
    if (c.len == 0 || c.len >= sizeof(row->status))
        return;
    for (size_t i = 0; i < c.len; i++)
        if (c.s[i] != '.' && (c.s[i] < '0' || c.s[i] > '9'))
            return;
    memcpy(row->status, c.s, c.len);
    row->status[c.len] = '\0';
}

/* What was said at no readable time was said before the file was made. */
static void time_read(struct import *im, int64_t line, struct import_cell c,
                      struct import_row *row)
{
    c = c.s != NULL ? trim(c) : c;
    row->at_us = im->file_us;
    if (c.s == NULL || c.len == 0)
        return;
    if (!loose_time_parse(c.s, c.len, &row->at_us)) {
        row->at_us = im->file_us;
        import_note(im, line, "BAD_TIME", "taken to be as old as the file");
    }
}

static void is_optout(struct import_row *row, const char *via)
{
    row->type = EVENT_OPTOUT_RECORDED;
    row->via = via;
}

static void is_complaint(struct import_row *row)
{
    row->type = EVENT_FEEDBACK_COMPLAINED;
    row->via = "complaint_fbl";
    row->feedback = "complaint";
}

static void is_bounce(struct import_row *row, bool confirmed, const char *kind)
{
    row->type = EVENT_FEEDBACK_BOUNCED;
    row->via = "delivery_report";
    row->feedback = kind;
    row->confirmed = confirmed;
}

/* --- formats --------------------------------------------------------------------------
 */

/* Amazon puts whom it does not know there by hand: somebody wanted no mail. */
static void ses(const struct import_cell *cells, struct import_row *row)
{
    const struct import_cell reason = trim(cells[COLUMN_REASON]);

    if (is_word(reason, "BOUNCE"))
        is_bounce(row, true, "hard");
    else if (is_word(reason, "COMPLAINT"))
        is_complaint(row);
    else
        is_optout(row, "suppression_file");
}

/* SendGrid names its lists by their columns: bounces and blocks have a status, spam
 * reports an IP, invalid addresses a reason alone, and unsubscribes neither. A block, or
 * a bounce with a status of 4, is of the moment. */
static void sendgrid(const struct import *im, struct import_row *row)
{
    if (im->has[COLUMN_STATUS])
        is_bounce(row, row->status[0] != '4', row->status[0] == '4' ? "soft" : "hard");
    else if (im->has[COLUMN_IP])
        is_complaint(row);
    else if (im->has[COLUMN_REASON])
        is_bounce(row, true, "invalid");
    else
        is_optout(row, "unsubscribe_link");
}

/* Mailgun's bounces are those that are for good. */
static void mailgun(const struct import *im, struct import_row *row)
{
    if (im->has[COLUMN_STATUS] || im->has[COLUMN_ERROR])
        is_bounce(row, true, "hard");
    else if (im->has[COLUMN_TAGS])
        is_optout(row, "unsubscribe_link");
    else
        is_complaint(row);
}

static void as_told(const struct import *im, struct import_row *row)
{
    if (im->as == EVENT_FEEDBACK_BOUNCED)
        is_bounce(row, row->status[0] != '4', row->status[0] == '4' ? "soft" : "hard");
    else if (im->as == EVENT_FEEDBACK_COMPLAINED)
        is_complaint(row);
    else if (im->as != EVENT_NONE)
        is_optout(row, "suppression_file");
}

bool import_columns_fit(const struct import *im, struct err *err)
{
    static const char *const wanted[IMPORT_FORMATS_N] = {
        [IMPORT_SES] = "EmailAddress, Reason, LastUpdateTime",
        [IMPORT_SENDGRID] = "email, created, and by its list status, reason or ip",
        [IMPORT_MAILGUN] = "address, created_at, and by its list code, error or tags",
        [IMPORT_HASHED] = "hash",
        [IMPORT_DROP] = "ID, Hash",
    };

    if (im->hashed != NULL && im->has[COLUMN_HASH] &&
        (im->hash_kind != CONTACT_NONE || im->has[COLUMN_LIST_TYPE] || hashed_unheld(im)))
        return true;
    if (im->hashed != NULL && im->has[COLUMN_HASH])
        return err_set(err, ERR_CONFIG, "BAD_KIND",
                       "its name does not tell what is hashed: --kind email or phone");
    if (im->hashed == NULL && im->has[COLUMN_ADDRESS] &&
        (im->format != IMPORT_SES || im->has[COLUMN_REASON] || im->as != EVENT_NONE))
        return true;
    if (im->format == IMPORT_PLAIN && im->has[COLUMN_PHONE])
        return true;
    return err_set(
        err, ERR_INPUT, "NO_HEADER", "line 1 must name the columns; such a file has %s",
        wanted[im->format] != NULL ? wanted[im->format] : "an address or a phone number");
}

bool import_row_read(struct import *im, int64_t line, const struct import_cell *cells,
                     struct import_row *row, struct fault *ret_why)
{
    struct import_cell contact = cells[COLUMN_ADDRESS];

    *row = (struct import_row){.kind = CONTACT_EMAIL};
    *ret_why = (struct fault){"", ""};
    if (im->hashed != NULL) {
        if (!hashed_row(im, cells, row, ret_why))
            return false;
        time_read(im, line, cells[COLUMN_TIME], row);
        is_optout(row, im->format == IMPORT_DROP ? "platform_list" : "suppression_file");
        return true;
    }
    if (im->format == IMPORT_PLAIN) {
        row->kind = CONTACT_NONE;
        if (contact.s == NULL || trim(contact).len == 0) {
            contact = cells[COLUMN_PHONE];
            row->kind = CONTACT_PHONE;
        }
    }
    if (contact.s == NULL)
        return bad(ret_why, "NO_CONTACT", "");
    if (!contact_read(contact, row, ret_why))
        return false;
    if (cells[COLUMN_STATUS].s != NULL)
        status_read(cells[COLUMN_STATUS], row);
    time_read(im, line, cells[COLUMN_TIME], row);
    if (im->as != EVENT_NONE)
        as_told(im, row);
    else if (im->format == IMPORT_SES && cells[COLUMN_REASON].s != NULL)
        ses(cells, row);
    else if (im->format == IMPORT_SENDGRID)
        sendgrid(im, row);
    else if (im->format == IMPORT_MAILGUN)
        mailgun(im, row);
    else
        is_optout(row, "suppression_file");
    return true;
}
