/* Losses of routes, and how long it took until the routing had settled: questions in, answers out. */
#include "web/api_internal.h"

#include "store/episodes.h"

enum { EPISODES_USUAL = 20, EPISODES_MOST = 1000 };

void api_convergence(const struct web_view *v, const struct http_request *r, struct http_response *out)
{
    const char *name = answer_text(r, PARAM_PEERING);
    struct peering_row p = { .id = 0 };
    if (name && !pages_peering_named(v->store, name, &p)) {
        answer_error(out, 404, "there is no such peering");
        return;
    }
    struct telling t = answer_begin(v, out);
    write_u64(&t.w, "total", query_episode_count(v->store, NULL));
    struct query q =
        query_episodes(v->store, NULL, p.id, answer_number(r, PARAM_LIMIT, EPISODES_USUAL, EPISODES_MOST));
    struct episode_row row;
    write_array(&t.w, "convergence");
    while (query_episode(&q, &row))
        telling_episode(&t, &row);
    write_end(&t.w);
    answer_end(&t, out);
}
