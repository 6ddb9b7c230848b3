/* clock.h - the two clocks of the machine. The domain never asks: it is told. */
#ifndef CONSENT_BASE_CLOCK_H
#define CONSENT_BASE_CLOCK_H

#include <stdint.h>

int64_t clock_wall_us(void);     /* microseconds since 1970-01-01T00:00:00Z         */
int64_t clock_mono_us(void);     /* microseconds since some start; never goes back  */
void clock_sleep_ms(int32_t ms); /* ends early on a signal                          */

#endif
