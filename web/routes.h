/* The table of what the server answers to. */
#ifndef WEB_ROUTES_H
#define WEB_ROUTES_H

#include "web/request.h"

struct store;

/* What the server itself has to tell. */
struct web_counts {
    uint64_t requests, refused, connections, live; /* connections and live pages: as of now */
};

/* What is looked at: a store that stays at one moment while an answer is made. */
struct web_view {
    struct store *store;
    const char *program; /* "routetap 0.1.0" */
    bool live;           /* somebody is writing to the store */
    bool errands;        /* what takes its time can be asked for */
    struct web_counts counts;
};

typedef void route_fn(const struct web_view *, const struct http_request *, struct http_response *);

#define ROUTE(path, answer, params, schema, what) route_fn answer;
#include "web/routes.def"
#undef ROUTE

struct route {
    const char *path;
    route_fn *answer;
    uint64_t params;    /* bits of enum param_id */
    const char *schema; /* of the answer, in schemas.json; NULL: no JSON, or none that is described */
    const char *what;
};

extern const struct route routes[];
extern const unsigned route_count;

enum param_shape { SHAPE_TEXT, SHAPE_CHOICE, SHAPE_TIME, SHAPE_NUMBER, SHAPE_FLAG };

struct param {
    const char *name;
    enum param_shape shape;
    const char *words, *what;
};

extern const struct param params[PARAM_COUNT];

/* The route of a decoded path that was split into segments; fills `variable`. NULL: there is none. */
const struct route *route_find(char *const *segments, unsigned count, const char **variable);

#endif
