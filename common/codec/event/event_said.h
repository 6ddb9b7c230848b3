/*
 * event_said.h - the little that is asked of a few kinds of events again and again, and
 * by programs that may not open a sealed event: deadlines of rights requests, what
 * retention is counted from, which message a mailing system told of.
 *
 * No name, no address, none of a person's words.
 */
#ifndef CONSENT_CODEC_EVENT_SAID_H
#define CONSENT_CODEC_EVENT_SAID_H

#include "base/buf.h"
#include "core/event/event.h"

/* Appends a JSON object, or nothing when the event has nothing of the kind, or its bytes
 * cannot be read. Members stand where the event has them. */
void event_said(const struct event *ev, const char *raw, size_t len, bool binary,
                struct buf *out);

#endif
