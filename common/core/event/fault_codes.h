/*
 * fault_codes.h - every reason that a receipt or the quarantine can give, in the words of
 * a person who looks at the event.
 *
 * The codes are made where the fault is found: by the decoder (codec/event/event_json.h),
 * by admit, by who reads the contact points (ident, intake), by the ledger (ID_REUSE) and
 * the writer of batches (POISON). `make lint` holds those places against this table.
 */
#ifndef CONSENT_CORE_FAULT_CODES_H
#define CONSENT_CORE_FAULT_CODES_H

// clang-format off
#define FAULT_CODES(X)                                                                     \
    /* the record cannot be read, or not all of it */                                      \
    X(TOMBSTONE, "It has no value at all.")                                                \
    X(EMPTY, "It has no bytes, or is a batch of no events.")                               \
    X(TOO_LARGE, "It is larger than 64 KiB.")                                              \
    X(TOO_DEEP, "Its objects lie too deep within each other.")                             \
    X(CONTENT_TYPE, "It says that it is in a format that is not read here.")               \
    X(BAD_UTF8, "It has bytes that are not text (UTF-8).")                                 \
    X(NUL_CHARACTER, "A text in it has the character U+0000.")                             \
    X(DUPLICATE_KEY, "It says one thing twice.")                                           \
    X(NOT_JSON, "It is not JSON.")                                                         \
    X(NOT_CLOUDEVENT, "It is JSON, but not a CloudEvent.")                                 \
    X(UNKNOWN_TYPE, "It is of a type that this version does not know.")                    \
    X(MISSING, "Something that it must say is missing.")                                   \
    X(TYPE_MISMATCH, "Something in it has the wrong JSON type.")                           \
    X(TOO_LONG, "A text or a list in it is too long.")                                     \
    X(BAD_TEXT, "A name in it has a character that no name has.")                          \
    X(BAD_VALUE, "Something in it has a value that is not allowed.")                       \
    X(BAD_TIME, "A time in it cannot be read, or cannot be right.")                        \
    X(WILDCARD, "It agrees to everything at once, which only a no may do.")                \
    X(CARD_NUMBER, "It has what looks like the number of a payment card.")                 \
    /* what it says does not fit the register */                                           \
    X(UNKNOWN_SOURCE, "The register has no source for this feed.")                         \
    X(SOURCE_MISMATCH, "It names another source than the one whose feed it came on.")      \
    X(EVENT_NOT_ALLOWED, "A source of this kind may not send such an event.")              \
    X(SAME_CONTACT, "It says that a contact has changed into itself.")                     \
    X(UNTIED_REPORT, "It reports a bounce, and nothing shows that the message was ours.")  \
    X(IDENTIFIER_NOT_ALLOWED, "A source of this kind may not bring such a contact.")       \
    X(ID_REUSE, "Its id was used before, for another event.")                              \
    X(NO_CONTACT, "It names no contact that could be recognised.")                         \
    X(FUTURE_DATED, "It tells of a time in the future.")                                   \
    X(BEFORE_REQUEST, "It answers a request, and is dated before the request came.")       \
    X(BACKDATED, "It tells of a consent from long ago, and is not marked as an import.")   \
    X(UNKNOWN_CONTROLLER, "It names a company or web site that the register does not have.") \
    X(PURPOSE_NOT_DISCLOSED, "It names a purpose that the policy then in force does not have.") \
    X(PURPOSE_INCOMPATIBLE_WITH_SOURCE, "A source of this kind cannot bring a consent for this purpose.") \
    X(POLICY_NOT_IN_FORCE, "It names a version of our policy that was not in force then.") \
    X(UNKNOWN_AGREEMENT, "It is about an agreement that it does not name.")                \
    X(TOO_MANY_SCOPES, "It names more contacts, companies and purposes than one event may have.") \
    X(UNDER_16, "The person is under 16.")                                                 \
    X(POISON, "The database refused what it says, twice. A no in it has taken effect all the same.") \
    /* a contact point cannot be read */                                                   \
    X(HASHED_CONTACT, "It names a hash, which only a no may do.")                          \
    X(HASH_FORM, "The hash in it does not have the form of its kind.")                     \
    X(EMAIL_EMPTY, "The e-mail address is empty.")                                         \
    X(EMAIL_NO_AT, "The e-mail address has no @.")                                         \
    X(EMAIL_LOCAL, "The part before the @ cannot be right.")                               \
    X(EMAIL_DOMAIN, "The part after the @ is not a domain name.")                          \
    X(EMAIL_CHARACTER, "The e-mail address has a character that cannot be seen.")          \
    X(EMAIL_TOO_LONG, "The e-mail address is too long.")                                   \
    X(EMAIL_NOT_UTF8, "The e-mail address is not text (UTF-8).")                           \
    X(PHONE_EMPTY, "The telephone number has no digits.")                                  \
    X(PHONE_CHARACTER, "The telephone number has a character that no number has.")         \
    X(PHONE_CODE, "No country's calling code begins like this telephone number.")          \
    X(PHONE_COUNTRY, "The telephone number does not say of which country it is.")          \
    X(PHONE_NUMBER, "It is not a telephone number of its country.")                        \
    X(PHONE_NOT_UTF8, "The telephone number is not text (UTF-8).")                         \
    X(PHONE_TWO_READINGS, "It could be either of two telephone numbers; the no counts for both.") \
    X(PHONE_AMBIGUOUS, "It could be either of two telephone numbers, and counts for neither.") \
    X(PHONE_EXTENSION, "It is an extension, and a yes there is not one for the whole number.") \
    X(POSTAL_EMPTY, "The postal address is empty.")                                        \
    X(POSTAL_CHARACTER, "The postal address has a character that cannot be seen.")         \
    X(POSTAL_TOO_LONG, "The postal address is too long.")                                  \
    X(POSTAL_NOT_UTF8, "The postal address is not text (UTF-8).")
// clang-format on

/* "It is not JSON."; "" for a code that is not in the table. */
const char *fault_sentence(const char *code);

#endif
