/* What the files of the API have in common: an answer begins as a JSON object, and ends well or as an error. */
#ifndef WEB_API_INTERNAL_H
#define WEB_API_INTERNAL_H

#include "store/pages.h"
#include "store/pages_series.h"
#include "store/telling.h"
#include "web/routes.h"

enum { ANSWER_MOST = 64 << 20 };

extern const char type_json[], type_pcapng[];

/* Opens the outermost object; "now" is the latest moment of the capture: what "since" and "ago" refer to. */
struct telling answer_begin(const struct web_view *, struct http_response *);
/* By whom it is answered, and whether somebody is writing to the store. */
void answer_live(struct telling *, const struct web_view *);
void answer_end(struct telling *, struct http_response *);
/* { "error": words } in place of what was there. */
void answer_error(struct http_response *, unsigned status, const char *words);
/* The parameter, or `usual`; never above `most`. */
uint32_t answer_number(const struct http_request *, enum param_id, uint32_t usual, uint32_t most);
/* Between the moments of the request, or else of all that there is; no more than `most` intervals. */
struct series_asked answer_series(const struct http_request *, struct stamp first, struct stamp last,
                                  uint32_t most);
/* A list of numbers out of rows, one to a column of the answer. */
struct column {
    const char *name;
    size_t at; /* where its uint64_t stands in a row */
};
void answer_columns(struct writer *, const struct column *, size_t columns, const void *rows, size_t row_size,
                    uint32_t count);
static inline const char *answer_text(const struct http_request *r, enum param_id id)
{
    return r->param[id].given && *r->param[id].text ? r->param[id].text : NULL;
}
static inline struct stamp answer_time(const struct http_request *r, enum param_id id)
{
    return r->param[id].given ? r->param[id].time : STAMP_NEVER;
}

#endif
