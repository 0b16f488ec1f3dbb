/* A moment and a span of time. Two types, so that adding two moments does not compile. */
#ifndef BASE_STAMP_H
#define BASE_STAMP_H

#include <stdbool.h>
#include <stdint.h>

struct stamp {
    int64_t ns; /* since the epoch, UTC, by the clock of the capture */
};
struct span {
    int64_t ns;
};

#define NS_PER_S   INT64_C(1000000000)
#define SPAN_S(n)  ((struct span){ (int64_t)(n)*NS_PER_S })
#define SPAN_MS(n) ((struct span){ (int64_t)(n)*1000000 })
#define SPAN_US(n) ((struct span){ (int64_t)(n)*1000 })

/* "Not yet": earlier than every packet. */
#define STAMP_NEVER ((struct stamp){ INT64_MIN })

/* False of STAMP_NEVER alone. Whoever adds or subtracts has asked that first. */
static inline bool stamp_known(struct stamp t) { return t.ns != INT64_MIN; }
static inline struct stamp stamp_add(struct stamp t, struct span d) { return (struct stamp){ t.ns + d.ns }; }
static inline struct stamp stamp_sub(struct stamp t, struct span d) { return (struct stamp){ t.ns - d.ns }; }

/* Of what a capture tells there always is a span. A database may be anybody's, and know one moment of two: the longest span. */
static inline struct span stamp_since(struct stamp later, struct stamp t)
{
    int64_t ns;
    return (struct span){ __builtin_sub_overflow(later.ns, t.ns, &ns) ? INT64_MAX : ns };
}

static inline bool stamp_before(struct stamp a, struct stamp b) { return a.ns < b.ns; }
static inline struct stamp stamp_later(struct stamp a, struct stamp b) { return a.ns < b.ns ? b : a; }

enum { STAMP_TEXT = 48 };
/* "2026-03-01T10:00:00.123456Z", with that many digits behind the point (0 to 9). Returns text. */
char *stamp_text(struct stamp, unsigned digits, char text[STAMP_TEXT]);

/* For words and charts only: a double does not hold every nanosecond. */
static inline double span_seconds(struct span d) { return (double)d.ns / 1e9; }

#endif
