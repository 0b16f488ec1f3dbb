/* An exchange without its socket: what the client asked for, checked; and what it gets, as a value.
 *
 * request_read is a pure function of the client's bytes. What it lets pass names a route, has only parameters that the
 * route takes, each of the right shape, and no byte that is no text. Texts are borrowed from the request itself. */
#ifndef WEB_REQUEST_H
#define WEB_REQUEST_H

#include "base/addr.h"
#include "base/buf.h"
#include "base/stamp.h"
#include "web/errand.h"

enum { TARGET_MOST = 2048, SEGMENTS_MOST = 6, VARIABLES_MOST = 2 };

enum param_id {
#define PARAM(ident, name, shape, words, what) PARAM_##ident,
#include "web/params.def"
#undef PARAM
    PARAM_COUNT
};

struct param_value {
    bool given;
    const char *text;
    uint64_t number; /* NUMBER; of CHOICE the place among its words; of FLAG 0 or 1 */
    struct stamp time;
};

struct http_request {
    bool head;                 /* HEAD: an answer without its body */
    bool openmetrics;          /* the client names that format: set by whoever has its headers */
    const struct route *route; /* NULL: no route of routes.def; `path` may still be a page or a file */
    const char *path;          /* decoded, begins with / */
    const char *variable[VARIABLES_MOST];
    struct param_value param[PARAM_COUNT];
    char room[2 * TARGET_MOST + 64]; /* the path whole, its segments, and what the query holds */
};

/* What came with it; NULL where there was none. */
struct http_headers {
    const char *host, *authorization, *if_none_match, *accept, *accept_encoding;
    bool body; /* it announces a body, which nothing here takes */
};

struct http_response {
    unsigned status;
    const char *type;     /* of the content */
    struct buf body;      /* owned; or else */
    const uint8_t *fixed; /* … borrowed for good */
    size_t fixed_size;
    bool gzip;     /* the content is compressed */
    bool live;     /* server-sent events follow, without end */
    bool deferred; /* packets have to be read first: as `asked` says */
    struct errand asked;
    char etag[64]; /* "" for none */
};

/* 0; or the status to answer with, and why in words. */
unsigned request_read(struct http_request *, const char *method, const char *target, const char **why);

/* Whether this is one of the names that the server was given, or no name at all but an address: what a foreign page
 * cannot bend to point here. Ports are not looked at, for a tunnel changes them. */
bool request_host_known(const char *host, const char *const *names, unsigned count);
/* Whether "Bearer TOKEN" holds the token; takes as long for a near miss as for a far one. */
bool request_token_right(const char *authorization, const char *token);
/* Whether the client takes gzip (RFC 9110 12.5.3). */
bool request_takes_gzip(const char *accept_encoding);
/* Whether If-None-Match names this tag (RFC 9110 13.1.2). */
bool request_has_tag(const char *if_none_match, const char *etag);

/* RFC 3339 in UTC, or seconds since 1970 with or without a fraction. */
bool request_time(const char *text, struct stamp *out);

#endif
