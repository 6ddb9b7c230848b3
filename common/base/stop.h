/*
 * stop.h - "please stop", from a signal to whoever loops.
 *
 * The first SIGTERM or SIGINT asks; a second one ends the process at once. SIGHUP asks to
 * read certificates again, where there are any, and ends nothing. SIGPIPE is ignored.
 * Call stop_install before any thread is started.
 */
#ifndef CONSENT_BASE_STOP_H
#define CONSENT_BASE_STOP_H

#include <stdbool.h>
#include <stdint.h>

void stop_install(void);

/* The same for a tool: while nobody has looked (stop_asked), the first one ends the
 * process at once, since nobody would notice. */
void stop_install_tool(void);
bool stop_asked(void);
void stop_ask(void);

/* The signal that asked; 0: none did. */
int stop_signal(void);

/* How long ago that was; -1: not yet. What still waits for somebody soon gives up. */
int32_t stop_asked_ms(void);

/* Was there a SIGHUP since *seen (0 to begin with) was last set here? */
bool stop_reload(unsigned *seen);

#endif
