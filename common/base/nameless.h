/* nameless.h - a file without a name: it is gone when it is closed, and after a crash. */
#ifndef CONSENT_BASE_NAMELESS_H
#define CONSENT_BASE_NAMELESS_H

/* In that folder, for reading and writing, ours alone. -1 with errno. */
int nameless_open(const char *folder);

#endif
