#include "event_repair.h"
#include "event_parts.h"

#include <string.h>

/* Who may say "everything": a denial, and a request of rights, which grants nothing. */
static bool wild_allowed(const struct reader *r)
{
    return r->class == EVENT_CLASS_DENIAL || r->class == EVENT_CLASS_RIGHTS;
}

/* Bits of the channels named. *ret_whole: every element could be read. */
uint16_t event_read_channels(struct reader *r, struct value *list, const struct at *at,
                             bool wild, bool *ret_any, bool *ret_whole)
{
    uint16_t bits = 0;

    *ret_any = false;
    *ret_whole = true;
    for (size_t i = 0; i < value_elements(list); i++) {
        struct value *v = value_element(list, i);
        struct at here = {at, NULL, i};
        uint16_t bit = value_is(v, VALUE_TEXT) ? channel_parse(value_text(v)) : 0;

        if (bit != 0) {
            bits |= bit;
        } else if (!value_is(v, VALUE_TEXT)) {
            read_fault(r, &here, EVENT_FAULT_TYPE_MISMATCH);
            *ret_whole = false;
        } else if (strcmp(value_text(v), "*") != 0) {
            read_fault(r, &here, EVENT_FAULT_BAD_VALUE);
            *ret_whole = false;
        } else if (!wild) {
            read_fault(r, &here, EVENT_FAULT_WILDCARD);
            *ret_whole = false;
        } else {
            *ret_any = true;
            bits = CHANNELS_ALL;
        }
    }
    return bits;
}

/* A wild card where it may stand, or a plain name. */
static bool check_wild(struct reader *r, const struct at *at, const char *name,
                       bool purpose)
{
    if (name[0] != '*')
        return true;
    if (strcmp(name, "*") != 0 && !(purpose && strcmp(name, "*promotional") == 0))
        read_fault(r, at, EVENT_FAULT_BAD_VALUE);
    else if (!wild_allowed(r))
        read_fault(r, at, EVENT_FAULT_WILDCARD);
    else
        return true;
    return false;
}

/* One purpose with its channels. False: its purpose cannot be read. Channels that cannot
 * be read are all channels, for only a denial is used then. */
static bool read_scope_item(struct reader *r, struct value *item, const struct at *at,
                            struct event_scope *ret)
{
    if (!value_is(item, VALUE_OBJECT)) {
        read_fault(r, at, EVENT_FAULT_TYPE_MISMATCH);
        return false;
    }
    struct at purpose = {at, "purpose", 0};
    struct at channels = {at, "channels", 0};
    bool whole = read_text(r, item, at, "purpose", READ_NEEDED, ret->purpose,
                           sizeof ret->purpose) &&
                 check_wild(r, &purpose, ret->purpose, true);
    bool denial = wild_allowed(r);
    struct value *list = read_array(r, item, at, "channels", !denial, 16);
    bool channels_whole = false;

    if (list && value_elements(list) == 0)
        read_fault(r, &channels, EVENT_FAULT_BAD_VALUE);
    else if (list)
        ret->channels = event_read_channels(r, list, &channels, denial, &ret->any_channel,
                                            &channels_whole);
    if (!channels_whole) {
        ret->channels = CHANNELS_ALL;
        ret->any_channel = true;
    }
    return whole;
}

static void read_controllers(struct reader *r, struct value *data, const struct at *at,
                             bool needed)
{
    struct event *ev = r->ev;
    struct at here = {at, "controllers", 0};
    struct value *given = value_get(data, "controllers");
    struct value *list = read_array(r, data, at, "controllers", false, EVENT_CONTROLLERS);
    bool whole = value_elements(list) > 0;

    if (list && !whole)
        read_fault(r, &here, EVENT_FAULT_BAD_VALUE);
    for (size_t i = 0; i < value_elements(list); i++) {
        struct at item = {&here, NULL, i};
        char *name = ev->controllers[i];
        whole &= read_text_value(r, value_element(list, i), &item, READ_NEEDED, name,
                                 EVENT_NAME_BYTES) &&
                 check_wild(r, &item, name, false);
    }
    ev->n_controllers = whole ? value_elements(list) : 0;

    read_text(r, data, at, "website", READ_PLAIN, ev->website, sizeof ev->website);
    if (needed && given == NULL && ev->website[0] == '\0')
        read_fault(r, &here, EVENT_FAULT_MISSING);
    if (given && !whole)
        ev->website[0] = '\0'; /* no narrower than the controllers that we cannot read */
}

void event_read_scope(struct reader *r, struct value *data, const struct at *at,
                      uint32_t twice)
{
    struct event *ev = r->ev;
    bool grant = r->class == EVENT_CLASS_GRANT;
    struct at here = {at, "scope", 0};
    bool whole = !(twice & MEND_TWICE_SCOPE);

    read_controllers(r, data, at, grant);
    if (twice & MEND_TWICE_CONTROLLERS) {
        ev->n_controllers = 0;
        ev->website[0] = '\0';
    }
    struct value *list = read_array(r, data, at, "scope", grant, EVENT_SCOPES);
    if (list && value_elements(list) == 0)
        read_fault(r, &here, EVENT_FAULT_BAD_VALUE);
    for (size_t i = 0; i < value_elements(list); i++) {
        struct at item = {&here, NULL, i};
        whole &= read_scope_item(r, value_element(list, i), &item, &ev->scopes[i]);
    }
    ev->n_scopes = whole ? value_elements(list) : 0;
}
