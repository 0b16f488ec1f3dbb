/* The machine's clocks in, moments out. */
#define _POSIX_C_SOURCE 200809L /* clock_gettime, nanosleep */
#include "base/wall.h"

#include <time.h>

static struct stamp clock_stamp(clockid_t id)
{
    struct timespec t;
    clock_gettime(id, &t);
    return (struct stamp){ (int64_t)t.tv_sec * NS_PER_S + t.tv_nsec };
}

struct stamp wall_now(void) { return clock_stamp(CLOCK_REALTIME); }
struct stamp wall_steady(void) { return clock_stamp(CLOCK_MONOTONIC); }

void wall_sleep(struct span d)
{
    struct timespec t = { (time_t)(d.ns / NS_PER_S), (long)(d.ns % NS_PER_S) };
    nanosleep(&t, NULL);
}
