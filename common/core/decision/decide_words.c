#include "decide.h"

#include <string.h>

static const struct {
    const char *name;
    const char *source;
} rules[] = {
    [RULE_NONE] = {"-", ""},
    [RULE_P1] = {"P1", "policy S8; GDPR Art 5(1)(b)"},
    [RULE_P2] = {"P2", "policy S36; GDPR Art 28"},
    [RULE_P3] = {"P3", "policy S26; GDPR Art 8, 17(1)(f)"},
    [RULE_P4] = {"P4", "GDPR Art 17"},
    [RULE_P5] = {"P5", "practice of mail and telephone systems; not a consent fact"},
    [RULE_P6] = {"P6", "GDPR Art 18(2); policy S33"},
    [RULE_P7] = {"P7", "policy S29; PECR covers marketing only"},
    [RULE_P8] = {"P8", "policy S30, S31"},
    [RULE_P9] = {"P9", "GDPR Art 21(3), 7(3); CAN-SPAM; policy S28"},
    [RULE_P10] = {"P10", "CAN-SPAM 15 USC 7704(a)(4)(B); the latest clear wish counts"},
    [RULE_P11] = {"P11", "policy S16; failing safe on what a partner passes on"},
    [RULE_P12] = {"P12", "policy S25, R06; CNIL FORIOU and HUBSIDE; ICO due diligence"},
    [RULE_P13] = {"P13", "CAP Code 10.10; policy S28"},
    [RULE_P14] = {"P14", "policy S16, R06; DPV Revoked and Invalidated"},
    [RULE_P15] = {"P15", "ICO 2013 on staleness; ISO/IEC TS 27560 validity_duration"},
    [RULE_P16] = {"P16", "GDPR Art 14(3)"},
    [RULE_P17] = {"P17", "policy S27; DPV ConsentRefused, ConsentRequested"},
    [RULE_P18] = {"P18", "PECR 22(3)"},
    [RULE_P19] = {"P19", "policy R10 to R12; GDPR Art 6(1)(a), 7"},
    [RULE_P20] = {"P20", "policy S30, S31; CCPA 1798.135; 11 CCR 7028(a)"},
    [RULE_P21] = {"P21", "policy S27"},
};

const char *rule_name(enum rule rule)
{
    return (size_t)rule < sizeof(rules) / sizeof(rules[0]) ? rules[rule].name : "?";
}

const char *rule_source(enum rule rule)
{
    return (size_t)rule < sizeof(rules) / sizeof(rules[0]) ? rules[rule].source : "?";
}

static const char *const reasons[] = {"NONE",
#define X(num, id) [num] = #id,
                                      REASONS(X)
#undef X
};

const char *reason_name(enum reason reason)
{
    return (size_t)reason < sizeof(reasons) / sizeof(reasons[0]) ? reasons[reason] : "?";
}

const char *obligation_name(uint32_t bit)
{
    switch (bit) {
#define X(num, id)                                                                       \
    case OBLIGATION_##id: return #id;
        OBLIGATIONS(X)
#undef X
    default: return "?";
    }
}

const char *verdict_name(enum verdict verdict)
{
    return verdict == VERDICT_PERMIT ? "PERMIT" : "DENY";
}
