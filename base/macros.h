/* Words we add to C, in one place. */
#ifndef BASE_MACROS_H
#define BASE_MACROS_H

#if defined(__GNUC__)
#define MUST_USE            __attribute__((warn_unused_result))
#define PRINTF_LIKE(fmt, a) __attribute__((format(printf, fmt, a)))
#define LIKELY(x)           __builtin_expect(!!(x), 1)
#define UNLIKELY(x)         __builtin_expect(!!(x), 0)
#define WILL_READ(at)       __builtin_prefetch(at)
#else
#define MUST_USE
#define PRINTF_LIKE(fmt, a)
#define LIKELY(x)     (x)
#define UNLIKELY(x)   (x)
#define WILL_READ(at) ((void)(at))
#endif

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

#endif
