/* A library's file name in, its functions out, once a command needs them. */
#include "base/late.h"

#include <dlfcn.h>
#include <stdio.h>
#include <string.h>

_Static_assert(sizeof(late_function *) == sizeof(void *), "POSIX: dlsym gives functions, too");

bool late_load(const char *library, const char *const names[], late_function *functions[], size_t count,
               char why[200])
{
    void *handle = dlopen(library, RTLD_LAZY | RTLD_LOCAL);
    if (!handle) {
        snprintf(why, 200, "it needs %s, which is not installed here", library);
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        void *found = dlsym(handle, names[i]);
        if (!found) {
            snprintf(why, 200, "%s on this machine has no %s", library, names[i]);
            dlclose(handle);
            return false;
        }
        memcpy(&functions[i], &found, sizeof found); /* ISO C knows no cast from object to function */
    }
    return true;
}
