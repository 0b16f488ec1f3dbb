/* How a length of time, a count, a moment is told to people; and a moment to programs. */
#ifndef STORE_RENDER_H
#define STORE_RENDER_H

#include "base/buf.h"
#include "base/stamp.h"

/* "840 µs", "5.9 s", "42 s", "12 min 4 s", "3 h 12 min", "2 d 3 h". */
void render_span(struct buf *, struct span);
/* "41,210" */
void render_count(struct buf *, uint64_t);
/* "1 route", "41,210 routes" */
void render_counted(struct buf *, uint64_t, const char *one, const char *many);
/* "10:00:03.184", with the date before it if asked, and without its fraction if that is not asked. */
void render_moment(struct buf *, struct stamp, bool with_date, bool with_fraction);
bool render_same_day(struct stamp, struct stamp);
/* RFC 3339 in UTC with that many digits behind the point: "2026-03-01T10:00:00.123456Z" */
const char *render_rfc3339(struct stamp, unsigned digits, char text[40]);
/* Another fraction of the second that was rendered there. */
void render_fraction(int64_t ns, unsigned digits, char text[40]);

#endif
