/* The interface of a capture's socket, which may go down or away and come back. The socket outlives it, with its ring
 * and its filter; to listen to another interface of the same name takes no right that was given up. */
#ifndef CAPTURE_REBIND_H
#define CAPTURE_REBIND_H

#include "base/macros.h"
#include <stdbool.h>

/* The kind of hardware that the socket listens to; -1: not known. */
int rebind_kind(int fd);
/* The interface of this name is there, and up. */
bool rebind_up(int fd, const char *name);
/* Listens to the interface of this name again. False as long as it is not there, is down, or is of another kind. */
MUST_USE bool rebind(int fd, const char *name, int kind, bool promiscuous);

#endif
