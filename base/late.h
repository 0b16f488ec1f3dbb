/* A library's file name and its functions' names in; the functions out. For libraries that one command in a hundred needs,
 * and that bring twenty others: the rest begins without them. */
#ifndef BASE_LATE_H
#define BASE_LATE_H

#include "base/macros.h"
#include <stdbool.h>
#include <stddef.h>

typedef void late_function(void);

/* Loads the library and puts functions[i] where names[i] is found. It stays loaded. False, with a sentence in why, if it is
 * not on this machine or lacks one of them. */
MUST_USE bool late_load(const char *library, const char *const names[], late_function *functions[],
                        size_t count, char why[200]);

#endif
