/* Requests for a peering's packets in; what is to be read, and within which bounds, out. */
#include "web/api_internal.h"

#include <stdio.h>

const char type_pcapng[] = "application/x-pcapng";

enum { STEPS_USUAL = 200, STEPS_MOST = 1000, WHOLE_MOST = 50, LADDER_MOST = 32 << 20, FILE_MOST = 64 << 20 };

static bool ask(const struct web_view *v, const struct http_request *r, struct http_response *out)
{
    struct peering_row p;
    struct side_row s;
    unsigned sides = 0;
    if (!pages_peering_named(v->store, r->variable[0], &p)) {
        answer_error(out, 404, "there is no such peering");
        return false;
    }
    if (!v->errands) {
        answer_error(out, 404, "packets cannot be read again here");
        return false;
    }
    struct query q = query_sides_alone(v->store, p.id);
    while (query_side(&q, &s)) {
        struct addr a = addr_parse(s.address);
        if (s.side >= 0 && s.side < 2 && a.size) {
            out->asked.ends[s.side] = a;
            sides++;
        }
    }
    if (sides != 2) {
        answer_error(out, 404, "the addresses of this peering are not known");
        return false;
    }
    out->asked.since = answer_time(r, PARAM_SINCE);
    out->asked.until = answer_time(r, PARAM_UNTIL);
    out->status = 200;
    out->deferred = !r->head;
    return true;
}

void api_messages(const struct web_view *v, const struct http_request *r, struct http_response *out)
{
    if (!ask(v, r, out))
        return;
    out->asked.what = ERRAND_LADDER;
    out->asked.whole = r->param[PARAM_WHOLE].number != 0;
    out->asked.limit = answer_number(r, PARAM_LIMIT, STEPS_USUAL, out->asked.whole ? WHOLE_MOST : STEPS_MOST);
    out->asked.offset = answer_number(r, PARAM_OFFSET, 0, UINT32_MAX);
    out->type = type_json;
    out->body = buf_init(LADDER_MOST);
}

void api_packets(const struct web_view *v, const struct http_request *r, struct http_response *out)
{
    if (!ask(v, r, out))
        return;
    out->asked.what = ERRAND_PACKETS;
    out->type = type_pcapng;
    out->body = buf_init(FILE_MOST);
}
