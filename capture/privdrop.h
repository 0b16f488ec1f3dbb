/* Once the interfaces are open nothing is needed any more that another user could not do: rights are given up, and the
 * kernel is told what will never be asked of it. */
#ifndef CAPTURE_PRIVDROP_H
#define CAPTURE_PRIVDROP_H

#include "base/macros.h"
#include <stdbool.h>

/* Becomes this user (NULL: stays who it is, without the capabilities that opened the interfaces, unless that is root)
 * and can gain nothing any more by running other programs. False with a sentence in `message`. */
MUST_USE bool privdrop(const char *user, char message[300]);

enum sandbox {
    SANDBOX_ON,
    SANDBOX_ABSENT, /* not built in, or not known to this kernel */
    SANDBOX_FAILED,
};
/* System calls that are not in syscalls.def fail from now on, in all threads that are made later. */
enum sandbox privdrop_sandbox(void);

#endif
