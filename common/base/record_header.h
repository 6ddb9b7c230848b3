/* record_header.h - one header of a Kafka record, as all who read and write them see it.
 */
#ifndef CONSENT_BASE_RECORD_HEADER_H
#define CONSENT_BASE_RECORD_HEADER_H

#include <stddef.h>

struct record_header {
    const char *key;   /* a C string */
    const char *value; /* NULL: a null value */
    size_t value_len;
};

#endif
