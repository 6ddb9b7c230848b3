/*
 * Groups form at once, as on a broker with group.initial.rebalance.delay.ms=0.
 *
 * The mock waits 3 s for others when the first member joins, and at every later change as
 * long as the session timeout without a second, whether anybody is missing or not. It has
 * no setting for that, so the linker puts this between it and its timers (--wrap, in the
 * Makefile). In this process nobody but its groups has one-shot timers of these lengths.
 *
 * Members hear of a change with their next heartbeat, within a second. One who comes too
 * late for a round makes it begin again, as one who comes later would.
 */
#include <stdbool.h>
#include <stdint.h>

#define MS 1000 /* of the microseconds in which librdkafka counts */

#define FIRST_MS   3000 /* the mock's wait for more members of a new group */
#define CHANGED_MS 5000 /* and of one that is there: our sessions last 6 s */
#define SOON_MS    1500 /* a heartbeat, and time to let go of what is in hand */

void __real_rd_kafka_timer_start0(void *timers, void *timer, int64_t interval,
                                  uint8_t oneshot, uint8_t restart,
                                  void (*fired)(void *, void *), void *arg);
void __wrap_rd_kafka_timer_start0(void *timers, void *timer, int64_t interval,
                                  uint8_t oneshot, uint8_t restart,
                                  void (*fired)(void *, void *), void *arg);

void __wrap_rd_kafka_timer_start0(void *timers, void *timer, int64_t interval,
                                  uint8_t oneshot, uint8_t restart,
                                  void (*fired)(void *, void *), void *arg)
{
    if (oneshot && interval == (int64_t)FIRST_MS * MS)
        interval = MS;
    else if (oneshot && interval == (int64_t)CHANGED_MS * MS)
        interval = (int64_t)SOON_MS * MS;
    __real_rd_kafka_timer_start0(timers, timer, interval, oneshot, restart, fired, arg);
}
