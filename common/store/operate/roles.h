/* roles.h - the roles that the programs run under (009_roles.sql), for a list in SQL. */
#ifndef CONSENT_STORE_ROLES_H
#define CONSENT_STORE_ROLES_H

#define ROLES_SQL                                                                        \
    "'consent_ingest', 'consent_publish', 'consent_lookup', 'consent_gateway',"          \
    " 'consent_keeper', 'consent_webhook', 'consent_operator'"

#endif
