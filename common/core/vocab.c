#include "core/vocab.h"

#include <string.h>

/* A word and its number; every table below ends where its X-macro does. */
struct word {
    int num;
    const char *name;
};

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static const char *name_of(const struct word *words, size_t n, int num)
{
    for (size_t i = 0; i < n; i++) {
        if (words[i].num == num)
            return words[i].name;
    }
    return "?";
}

static int number_of(const struct word *words, size_t n, const char *name)
{
    for (size_t i = 0; i < n; i++) {
        if (strcmp(words[i].name, name) == 0)
            return words[i].num;
    }
    return 0;
}

static const struct {
    const char *name;
    enum event_class class;
} event_types[] = {{"?", EVENT_CLASS_NONE},
#define X(num, id, name, class) [num] = {name, EVENT_CLASS_##class},
                   EVENT_TYPES(X)
#undef X
};

const char *event_type_name(enum event_type type)
{
    return (size_t)type < COUNT(event_types) ? event_types[type].name : "?";
}

enum event_type event_type_parse(const char *name)
{
    for (size_t i = 1; i < COUNT(event_types); i++) {
        if (strcmp(event_types[i].name, name) == 0)
            return (enum event_type)i;
    }
    return EVENT_NONE;
}

enum event_class event_type_class(enum event_type type)
{
    return (size_t)type < COUNT(event_types) ? event_types[type].class : EVENT_CLASS_NONE;
}

static const struct word channels[] = {
#define X(bit, id, name) {1 << bit, name},
    CHANNELS(X)
#undef X
};

const char *channel_name(uint16_t channel_bit)
{
    return name_of(channels, COUNT(channels), channel_bit);
}

uint16_t channel_parse(const char *name)
{
    return (uint16_t)number_of(channels, COUNT(channels), name);
}

static const struct word contact_kinds[] = {
#define X(num, id, name) {num, name},
    CONTACT_KINDS(X)
#undef X
};

const char *contact_kind_name(enum contact_kind kind)
{
    return name_of(contact_kinds, COUNT(contact_kinds), (int)kind);
}

enum contact_kind contact_kind_parse(const char *name)
{
    return (enum contact_kind)number_of(contact_kinds, COUNT(contact_kinds), name);
}

enum contact_kind channel_contact_kind(uint16_t channel_bit)
{
    switch (channel_bit) {
    case CHANNEL_EMAIL:
    case CHANNEL_WEB:
    case CHANNEL_SOCIAL: return CONTACT_EMAIL;
    case CHANNEL_PHONE:
    case CHANNEL_SMS: return CONTACT_PHONE;
    case CHANNEL_POST: return CONTACT_POSTAL;
    default: return CONTACT_NONE;
    }
}

uint16_t contact_kind_channels(enum contact_kind kind)
{
    uint16_t suited = 0;
    for (size_t i = 0; i < COUNT(channels); i++) {
        uint16_t bit = (uint16_t)channels[i].num;
        if (kind != CONTACT_NONE && channel_contact_kind(bit) == kind)
            suited |= bit;
    }
    return suited;
}

static const struct {
    const char *name;
    int rank;
    bool direct;
    bool grants;
} source_types[] = {{"?", 7, false, false},
#define X(num, id, name, rank, direct, grants) [num] = {name, rank, direct, grants},
                    SOURCE_TYPES(X)
#undef X
};

static size_t source_type_index(enum source_type type)
{
    return (size_t)type < COUNT(source_types) ? (size_t)type : 0;
}

const char *source_type_name(enum source_type type)
{
    return source_types[source_type_index(type)].name;
}

enum source_type source_type_parse(const char *name)
{
    for (size_t i = 1; i < COUNT(source_types); i++) {
        if (strcmp(source_types[i].name, name) == 0)
            return (enum source_type)i;
    }
    return SOURCE_NONE;
}

int source_type_rank(enum source_type type)
{
    return source_types[source_type_index(type)].rank;
}

bool source_type_direct(enum source_type type)
{
    return source_types[source_type_index(type)].direct;
}

bool source_type_grants(enum source_type type)
{
    return source_types[source_type_index(type)].grants;
}

static const struct word purpose_classes[] = {
#define X(num, id, name) {num, name},
    PURPOSE_CLASSES(X)
#undef X
};

const char *purpose_class_name(enum purpose_class class)
{
    return name_of(purpose_classes, COUNT(purpose_classes), (int)class);
}

enum purpose_class purpose_class_parse(const char *name)
{
    return (enum purpose_class)number_of(purpose_classes, COUNT(purpose_classes), name);
}

static const struct word anchor_events[] = {
#define X(num, id, name) {num, name},
    ANCHORS(X)
#undef X
};

const char *anchor_event_name(enum anchor_event event)
{
    return name_of(anchor_events, COUNT(anchor_events), (int)event);
}

enum anchor_event anchor_event_parse(const char *name)
{
    return (enum anchor_event)number_of(anchor_events, COUNT(anchor_events), name);
}

/* Two spellings of one number; the first is the one we write. */
static const struct word rights[] = {
#define X(num, id, name, other) {num, name}, {num, other},
    RIGHTS(X)
#undef X
};

const char *right_name(enum right right)
{
    return name_of(rights, COUNT(rights), (int)right);
}

enum right right_parse(const char *name)
{
    return name[0] == '\0' ? RIGHT_NONE
                           : (enum right)number_of(rights, COUNT(rights), name);
}

static const struct word rights_outcomes[] = {
#define X(num, id, name, other, closes) {num, name}, {num, other},
    RIGHTS_OUTCOMES(X)
#undef X
};

const char *rights_outcome_name(enum rights_outcome outcome)
{
    return name_of(rights_outcomes, COUNT(rights_outcomes), (int)outcome);
}

enum rights_outcome rights_outcome_parse(const char *name)
{
    return name[0] == '\0' ? RIGHTS_OUTCOME_NONE
                           : (enum rights_outcome)number_of(rights_outcomes,
                                                            COUNT(rights_outcomes), name);
}

bool rights_outcome_closes(enum rights_outcome outcome)
{
    static const bool closes[] = {true,
#define X(num, id, name, other, closes) closes,
                                  RIGHTS_OUTCOMES(X)
#undef X
    };
    return (size_t)outcome >= COUNT(closes) || closes[outcome];
}

static const struct {
    const char *name;
    bool denial;
} fact_kinds[] = {{"?", false},
#define X(num, id, name, denial) [num] = {name, denial},
                  FACT_KINDS(X)
#undef X
};

const char *fact_kind_name(enum fact_kind kind)
{
    return (size_t)kind < COUNT(fact_kinds) ? fact_kinds[kind].name : "?";
}

const char *event_change_name(enum event_change change)
{
    switch (change) { /* GCOVR_EXCL_BR_LINE: every word has its case */
#define X(num, id, name)                                                                 \
    case CHANGE_##id: return name;
        CHANGES(X)
#undef X
    case CHANGE_NONE: break;
    }
    return "";
}

bool fact_kind_denial(enum fact_kind kind)
{
    return (size_t)kind < COUNT(fact_kinds) && fact_kinds[kind].denial;
}

static const struct word outcomes[] = {
#define X(num, id, name) {num, name},
    OUTCOMES(X)
#undef X
};

const char *outcome_name(enum outcome outcome)
{
    return name_of(outcomes, COUNT(outcomes), (int)outcome);
}

static const struct word list_statuses[] = {
#define X(num, id, name) {num, name},
    LIST_STATUSES(X)
#undef X
};

const char *list_status_name(enum list_status status)
{
    return name_of(list_statuses, COUNT(list_statuses), (int)status);
}

static const struct word token_profiles[] = {
#define X(num, id, name) {num, name},
    TOKEN_PROFILES(X)
#undef X
};

const char *token_profile_name(enum token_profile profile)
{
    return name_of(token_profiles, COUNT(token_profiles), (int)profile);
}

enum token_profile token_profile_parse(const char *name)
{
    return (enum token_profile)number_of(token_profiles, COUNT(token_profiles), name);
}

bool token_profile_shared(enum token_profile profile)
{
    return profile == TOKEN_UID2_B64 || profile == TOKEN_DROP_B64 ||
           profile == TOKEN_GOOGLE_SHA256;
}
