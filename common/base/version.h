/* version.h - which release this is; a package's build may say otherwise. */
#ifndef CONSENT_BASE_VERSION_H
#define CONSENT_BASE_VERSION_H

#ifndef CONSENT_VERSION
#define CONSENT_VERSION "0.1"
#endif

#endif
