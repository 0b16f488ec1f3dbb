/* Bytes in, a TCP connection to whoever collects them out, by a thread of its own: the capture never waits for it.
 * While nobody is there it is tried again, later and later, up to every half a minute. */
#ifndef CLI_COLLECTOR_H
#define CLI_COLLECTOR_H

#include "base/macros.h"
#include "base/stamp.h"
#include <stdbool.h>
#include <stddef.h>

struct collector;

/* "host:port", "[2001:db8::1]:port". False if it is none. */
bool collector_address_ok(const char *text);
bool collector_split(const char *text, char host[256], char port[16]);
/* `what` names it in what is logged. At most so many bytes wait. NULL without memory or threads. */
struct collector *collector_open(const char *what, const char *address, size_t most);
/* What was put and is not sent yet is given so much time. */
void collector_close(struct collector *, struct span patience);

/* A new connection stands since this was asked last: it knows nothing of what went before. */
bool collector_fresh(struct collector *);
/* There is a connection, or there was one when it was looked at last. */
bool collector_there(struct collector *);
/* Copies them. More than may wait ends the connection: it would miss something. Nothing happens while there is none. */
void collector_put(struct collector *, const char *bytes, size_t n);
/* Ends the connection: not all could be told. */
void collector_drop(struct collector *);
size_t collector_waiting(struct collector *);
/* Until less than that waits. False if there is no connection in the end; for those who may wait. */
MUST_USE bool collector_drain(struct collector *, size_t below, struct span patience);

#endif
