/* The words of the vocabulary as a person at a desk would say them. */
#include "core/vocab.h"

const char *event_type_title(enum event_type type)
{
    switch (type) { /* GCOVR_EXCL_BR_LINE: every type has its case */
    case EVENT_NONE: break;
    case EVENT_CONSENT_GRANTED: return "Consent given";
    case EVENT_CONSENT_REFUSED: return "Consent refused";
    case EVENT_CONSENT_WITHDRAWN: return "Consent withdrawn";
    case EVENT_OPTOUT_RECORDED: return "Opt-out";
    case EVENT_OBJECTION_RECORDED: return "Objection";
    case EVENT_LEAD_RECEIVED: return "Lead received";
    case EVENT_AGREEMENT_CHANGED: return "Agreement changed";
    case EVENT_AGREEMENT_WARRANTY_BREACHED: return "Warranty proved false";
    case EVENT_NOTICE_SENT: return "Notice sent";
    case EVENT_FEEDBACK_BOUNCED: return "Bounce";
    case EVENT_FEEDBACK_COMPLAINED: return "Spam complaint";
    case EVENT_RIGHTS_REQUESTED: return "Rights request";
    case EVENT_RIGHTS_COMPLETED: return "Rights request answered";
    case EVENT_RETENTION_ANCHORED: return "Retention date noted";
    case EVENT_FEEDBACK_REACHED: return "Address confirmed";
    case EVENT_FEEDBACK_DELIVERED: return "Message delivered";
    case EVENT_CONTACT_CHANGED: return "Contact point changed";
    case EVENT_CONTACT_ERASED: return "Data erased";
    }
    return "?";
}

const char *purpose_class_title(enum purpose_class class)
{
    switch (class) { /* GCOVR_EXCL_BR_LINE: every class has its case */
    case PURPOSE_CLASS_NONE: break;
    case PURPOSE_CLASS_PROMOTIONAL: return "Marketing";
    case PURPOSE_CLASS_SOLICITED: return "Answers to inquiries";
    case PURPOSE_CLASS_TRANSACTIONAL: return "Service messages";
    case PURPOSE_CLASS_ADMINISTRATIVE: return "Administration";
    case PURPOSE_CLASS_LEGAL: return "Legal duties";
    case PURPOSE_CLASS_SHARING: return "Sale and sharing";
    case PURPOSE_CLASS_WEB: return "Web site and cookies";
    case PURPOSE_CLASS_RECRUITMENT: return "Recruitment";
    }
    return "?";
}

const char *channel_title(enum channel channel)
{
    switch (channel) { /* GCOVR_EXCL_BR_LINE: every channel has its case */
    case CHANNEL_EMAIL: return "e-mail";
    case CHANNEL_PHONE: return "telephone";
    case CHANNEL_SMS: return "SMS";
    case CHANNEL_POST: return "post";
    case CHANNEL_WEB: return "web";
    case CHANNEL_SOCIAL: return "social media";
    }
    return "?";
}

const char *right_title(enum right right)
{
    switch (right) { /* GCOVR_EXCL_BR_LINE: every right has its case */
    case RIGHT_NONE:
    case RIGHT_END: break;
    case RIGHT_ACCESS: return "a copy of the data (access, art. 15)";
    case RIGHT_RECTIFY: return "a correction (rectification, art. 16)";
    case RIGHT_ERASE: return "erasure (art. 17)";
    case RIGHT_RESTRICT: return "restriction (art. 18)";
    case RIGHT_PORTABILITY:
        return "the data in a file to take along (portability, art. 20)";
    case RIGHT_WITHDRAW: return "withdrawal of a consent (art. 7(3))";
    case RIGHT_OBJECT: return "no more marketing (objection, art. 21)";
    case RIGHT_OPT_OUT_SALE: return "no sale of data";
    case RIGHT_POST_MORTEM_DIRECTIVE: return "a directive for after death";
    case RIGHT_COMPLAINT: return "a complaint";
    case RIGHT_UNCLASSIFIED: return "something that a person has to read";
    }
    return "?";
}
