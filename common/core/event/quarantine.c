#include "quarantine.h"

const char *quarantine_state_name(enum quarantine_state state)
{
    static const char *const names[] = {"waiting", "replayed", "discarded"};

    return names[state];
}
