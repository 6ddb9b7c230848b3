/* version.h - of the rules by which canonical forms are made. */
#ifndef CONSENT_IDENT_VERSION_H
#define CONSENT_IDENT_VERSION_H

/* Rises when a form that was given before changes: then consentctl rekey ties the
 * contacts that have it to those of the new form. The migration that comes with it says
 * so of empty databases (schemas/sql/125_same_person.sql).
 *
 *   1  the first
 *   2  quotation marks that say nothing go; one sigma; İ is not i; ẞ in domains; what may
 * be left out of a domain name */
#define IDENT_VERSION 2

#endif
