/*
 * fault_codes.h - every reason that a receipt or the quarantine can give, in the words of
 * a person who looks at the event, and what its source does about it.
 *
 * The codes are made where the fault is found: by the decoder (codec/event/event_json.h),
 * by admit, by who reads the contact points (ident, intake), by the ledger (ID_REUSE) and
 * the writer of batches (POISON). `make lint` holds those places against this table.
 */
#ifndef CONSENT_CORE_FAULT_CODES_H
#define CONSENT_CORE_FAULT_CODES_H

// clang-format off
#define FAULT_CODES(X)                                                                                    \
    /* the record cannot be read, or not all of it */                                                     \
    X(TOMBSTONE, "It has no value at all.",                                                               \
      "Send the event as the record's value; there is nothing to delete on a feed.")                      \
    X(EMPTY, "It has no bytes, or is a batch of no events.",                                              \
      "Send at least one event.")                                                                         \
    X(TOO_LARGE, "It is larger than 64 KiB.",                                                             \
      "Name files by their digest in place of sending them.")                                             \
    X(TOO_DEEP, "Its objects lie too deep within each other.",                                            \
      "Keep to the schema of the type: its objects do not lie that deep.")                                \
    X(CONTENT_TYPE, "It says that it is in a format that is not read here.",                              \
      "Send CloudEvents as JSON, and say so in content-type.")                                            \
    X(BAD_UTF8, "It has bytes that are not text (UTF-8).",                                                \
      "Let a JSON library write the event, as UTF-8.")                                                    \
    X(NUL_CHARACTER, "A text in it has the character U+0000.",                                            \
      "Take the character out where the text comes from.")                                                \
    X(DUPLICATE_KEY, "It says one thing twice.",                                                          \
      "Let a JSON library write the event: each member once.")                                            \
    X(NOT_JSON, "It is not JSON.",                                                                        \
      "Let a JSON library write the event.")                                                              \
    X(NOT_CLOUDEVENT, "It is JSON, but not a CloudEvent.",                                                \
      "Put specversion, id, source, type and time around your data.")                                     \
    X(UNKNOWN_TYPE, "It is of a type that this version does not know.",                                   \
      "Look at the spelling of type, and at its .v1.")                                                    \
    X(MISSING, "Something that it must say is missing.",                                                  \
      "Add the member that the pointer names.")                                                           \
    X(TYPE_MISMATCH, "Something in it has the wrong JSON type.",                                          \
      "Correct the member that the pointer names, as the schema of the type says.")                       \
    X(TOO_LONG, "A text or a list in it is too long.",                                                    \
      "Shorten the member that the pointer names, as the schema of the type says.")                       \
    X(BAD_TEXT, "A name in it has a character that no name has.",                                         \
      "Clean the member that the pointer names: no control characters, no broken letters.")               \
    X(BAD_VALUE, "Something in it has a value that is not allowed.",                                      \
      "Correct the member that the pointer names: the schema lists the values.")                          \
    X(BAD_TIME, "A time in it cannot be read, or cannot be right.",                                       \
      "Write times like 2026-11-30T09:15:00Z, with a zone.")                                              \
    X(WILDCARD, "It agrees to everything at once, which only a no may do.",                               \
      "Name each company, purpose and channel that the person agreed to.")                                \
    X(CARD_NUMBER, "It has what looks like the number of a payment card.",                                \
      "Send no payment cards. Nothing of the event was kept: send it without the card, with a new id.")   \
    /* what it says does not fit the register */                                                          \
    X(UNKNOWN_SOURCE, "The register has no source for this feed.",                                        \
      "Ask the operator: your feed is not registered yet.")                                               \
    X(SOURCE_MISMATCH, "It names another source than the one whose feed it came on.",                     \
      "Write your own source in source: the feed or the token says who you are.")                         \
    X(EVENT_NOT_ALLOWED, "A source of this kind may not send such an event.",                             \
      "Do not send this type; ask the operator if you think you should.")                                 \
    X(SAME_CONTACT, "It says that a contact has changed into itself.",                                    \
      "Put the old address or number in previous, and the new one in contact.")                           \
    X(UNTIED_REPORT, "It reports a bounce, and nothing shows that the message was ours.",                 \
      "Nothing: a person at the operator looks at it if it would stop somebody.")                         \
    X(IDENTIFIER_NOT_ALLOWED, "A source of this kind may not bring such a contact.",                      \
      "Leave the contact point out that the pointer names.")                                              \
    X(ID_REUSE, "Its id was used before, for another event.",                                             \
      "Give every event an id of its own, and send this one again with a new id.")                        \
    X(NO_CONTACT, "It names no contact that could be recognised.",                                        \
      "Send an e-mail address, a telephone number or a postal address.")                                  \
    X(FUTURE_DATED, "It tells of a time in the future.",                                                  \
      "Set your clock; time is when it happened.")                                                        \
    X(BEFORE_REQUEST, "It answers a request, and is dated before the request came.",                      \
      "Write the time of the answer, not of something before the request.")                               \
    X(BACKDATED, "It tells of a consent from long ago, and is not marked as an import.",                  \
      "Ask the operator to import old consents as a file.")                                               \
    X(UNKNOWN_CONTROLLER, "It names a company or web site that the register does not have.",              \
      "Look at the spelling; the operator has the list of companies and web sites.")                      \
    X(PURPOSE_NOT_DISCLOSED, "It names a purpose that the policy then in force does not have.",           \
      "Look at the spelling; the operator has the list of purposes.")                                     \
    X(PURPOSE_INCOMPATIBLE_WITH_SOURCE, "A source of this kind cannot bring a consent for this purpose.", \
      "Do not ask for it: a source of your kind cannot bring this purpose.")                              \
    X(POLICY_NOT_IN_FORCE, "It names a version of our policy that was not in force then.",                \
      "Name the version of the policy that the person was shown on that day.")                            \
    X(UNKNOWN_AGREEMENT, "It is about an agreement that it does not name.",                               \
      "Write the number of the agreement.")                                                               \
    X(TOO_MANY_SCOPES, "It names more contacts, companies and purposes than one event may have.",         \
      "Name fewer companies, purposes or channels in one event.")                                         \
    X(OVER_BUDGET, "Its source has brought more consents and leads on one day than was agreed.",          \
      "Nothing, if they are right: a person at the operator looks at them. A no is never held.")          \
    X(UNDER_16, "The person is under 16.",                                                                \
      "Delete what you have of this person, and do not send it again.")                                   \
    X(POISON, "The database refused what it says, twice. A no in it has taken effect all the same.",      \
      "Nothing: the operator looks at it.")                                                               \
    /* a contact point cannot be read */                                                                  \
    X(HASHED_CONTACT, "It names a hash, which only a no may do.",                                         \
      "Send the contact itself: a hash can only say no.")                                                 \
    X(HASH_FORM, "The hash in it does not have the form of its kind.",                                    \
      "Hash as the profile says, and write the digest in its form.")                                      \
    X(EMAIL_EMPTY, "The e-mail address is empty.",                                                        \
      "Ask the person again, or leave the address out.")                                                  \
    X(EMAIL_NO_AT, "The e-mail address has no @.",                                                        \
      "Ask the person again: this is no e-mail address.")                                                 \
    X(EMAIL_LOCAL, "The part before the @ cannot be right.",                                              \
      "Ask the person again: no mail arrives at this address.")                                           \
    X(EMAIL_DOMAIN, "The part after the @ is not a domain name.",                                         \
      "Ask the person again: no mail arrives at this address.")                                           \
    X(EMAIL_CHARACTER, "The e-mail address has a character that cannot be seen.",                         \
      "Take out what cannot be seen, such as a copied line break.")                                       \
    X(EMAIL_TOO_LONG, "The e-mail address is too long.",                                                  \
      "Ask the person again: no address is that long.")                                                   \
    X(EMAIL_NOT_UTF8, "The e-mail address is not text (UTF-8).",                                          \
      "Let a JSON library write the event, as UTF-8.")                                                    \
    X(PHONE_EMPTY, "The telephone number has no digits.",                                                 \
      "Ask the person again, or leave the number out.")                                                   \
    X(PHONE_CHARACTER, "The telephone number has a character that no number has.",                        \
      "Write only digits behind a +.")                                                                    \
    X(PHONE_CODE, "No country's calling code begins like this telephone number.",                         \
      "Write + and the country's code in front.")                                                         \
    X(PHONE_COUNTRY, "The telephone number does not say of which country it is.",                         \
      "Write + and the country's code in front, or name the country in contact.country.")                 \
    X(PHONE_NUMBER, "It is not a telephone number of its country.",                                       \
      "Ask the person again: nobody can be called there.")                                                \
    X(PHONE_NOT_UTF8, "The telephone number is not text (UTF-8).",                                        \
      "Let a JSON library write the event, as UTF-8.")                                                    \
    X(PHONE_TWO_READINGS, "It could be either of two telephone numbers; the no counts for both.",         \
      "Write numbers with + and the country's code. This no holds for both.")                             \
    X(PHONE_AMBIGUOUS, "It could be either of two telephone numbers, and counts for neither.",            \
      "Write numbers with + and the country's code, and send it again with a new id.")                    \
    X(PHONE_EXTENSION, "It is an extension, and a yes there is not one for the whole number.",            \
      "Send the person's own number.")                                                                    \
    X(POSTAL_EMPTY, "The postal address is empty.",                                                       \
      "Ask the person again, or leave the address out.")                                                  \
    X(POSTAL_CHARACTER, "The postal address has a character that cannot be seen.",                        \
      "Take out what cannot be seen.")                                                                    \
    X(POSTAL_TOO_LONG, "The postal address is too long.",                                                 \
      "Send name, street, town and country, and no more.")                                                \
    X(POSTAL_NOT_UTF8, "The postal address is not text (UTF-8).",                                         \
      "Let a JSON library write the event, as UTF-8.")
// clang-format on

/* "It is not JSON."; "" for a code that is not in the table. */
const char *fault_sentence(const char *code);

/* What the source of the event does about it: "Let a JSON library write the event."; ""
 * likewise. */
const char *fault_advice(const char *code);

#endif
