/*
 * watch.h - wakes long polls when a list has said something.
 *
 * One thread with a connection of its own looks at the ends of the lists that somebody
 * waits for, every 20 ms, and not at all while nobody does.
 */
#ifndef CONSENT_LOOKUP_WATCH_H
#define CONSENT_LOOKUP_WATCH_H

#include "http/server.h"

#include <stdint.h>

struct watch;

struct watch *watch_open(const char *database_url);

/* From now on those who are parked with a list's number as key are woken. */
bool watch_start(struct watch *w, struct http_server *server, struct err *err);

/* Ends the thread; before the server is closed. NULL is fine, here and in watch_free. */
void watch_stop(struct watch *w);
void watch_free(struct watch *w);

/* Somebody is going to wait for the list until then (clock_mono_us). Call it before
 * looking whether there is anything: what comes after that look is woken for. */
void watch_note(struct watch *w, int32_t list, int64_t until_us);

#endif
