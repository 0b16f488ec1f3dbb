/* Segments of a path in; the row that answers it out. */
#include "web/routes.h"

#include <string.h>

#define PARAM(ident)                              (UINT64_C(1) << PARAM_##ident)
#define ROUTE(path, answer, params, schema, what) { path, answer, params, schema, what },
const struct route routes[] = {
#include "web/routes.def"
};
#undef ROUTE
#undef PARAM
const unsigned route_count = COUNT(routes);

#define PARAM(ident, name, shape, words, what) { name, SHAPE_##shape, words, what },
const struct param params[PARAM_COUNT] = {
#include "web/params.def"
};
#undef PARAM

static bool matches(const char *pattern, char *const *segments, unsigned count, const char **variable)
{
    unsigned found = 0;
    for (unsigned i = 0; i < count; i++) {
        if (*pattern++ != '/')
            return false;
        size_t n = strcspn(pattern, "/");
        if (*pattern == '{') {
            if (!*segments[i])
                return false;
            variable[found++] = segments[i];
        } else if (strlen(segments[i]) != n || memcmp(segments[i], pattern, n) != 0)
            return false;
        pattern += n;
    }
    return !*pattern;
}

const struct route *route_find(char *const *segments, unsigned count, const char **variable)
{
    for (unsigned i = 0; i < route_count; i++)
        if (matches(routes[i].path, segments, count, variable))
            return &routes[i];
    return NULL;
}
