/* One request to one response, with everything in between but the socket: who may ask, for what, and how it is told. */
#ifndef WEB_ANSWER_H
#define WEB_ANSWER_H

#include "web/routes.h"

struct web_site {
    struct web_view view;
    const char *token;        /* NULL: none is asked for */
    const char *const *names; /* that it answers to, besides localhost and addresses */
    unsigned name_count;
    const char *assets; /* folder, or NULL */
    uint64_t boot;      /* differs from start to start: tags of an earlier run mean nothing now */
    bool broken;        /* the store failed while it was asked */
};

/* Fills `out`; its body is the caller's to free. The request is kept in *r, which may be large. */
void answer(struct web_site *, struct http_request *r, const char *method, const char *target,
            const struct http_headers *, struct http_response *out);

/* Headers that go with every response. */
struct http_header {
    const char *name, *value;
};
extern const struct http_header answer_headers[];
extern const unsigned answer_header_count;

#endif
