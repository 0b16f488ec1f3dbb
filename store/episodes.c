/* Rows of episodes in; what became of the prefixes, in words and as documents, out. */
#include "store/episodes.h"

#include "state/bgp_rib.h"
#include "store/query_internal.h"
#include "store/render.h"
#include <string.h>

static struct stream_ref next_ref(struct columns *c)
{
    struct stream_ref ref = { .when = next_stamp(c) };
    ref.file = (uint16_t)next_or(c, 0);
    ref.frame = (uint64_t)next_or(c, 0);
    return ref;
}

struct query query_episodes(struct store *s, const char *address, uint32_t peering, uint32_t limit)
{
    struct query q = query_of_address(s, STMT_EPISODES, address);
    if (q.stmt) {
        sqlite3_bind_int64(q.stmt, 2, peering);
        sqlite3_bind_int64(q.stmt, 3, limit);
    }
    return q;
}

uint64_t query_episode_count(struct store *s, const char *address)
{
    return (uint64_t)query_number(query_of_address(s, STMT_EPISODE_COUNT, address), 0);
}

static enum episode_end end_of(const char *name)
{
    enum episode_end end = EPISODE_SETTLED;
    while (end + 1 < EPISODE_ENDS && strcmp(episode_end_name(end), name) != 0)
        end++;
    return end;
}

bool query_episode(struct query *q, struct episode_row *out)
{
    struct columns c;
    if (!query_row(q, &c))
        return false;
    struct bgp_episode *x = &out->facts;
    memset(x, 0, sizeof *x);
    out->id = next_i64(&c);
    x->trigger =
        strcmp(next_word(&c), episode_trigger_name(EPISODE_SESSION)) ? EPISODE_WITHDRAWAL : EPISODE_SESSION;
    out->peering = next_word(&c);
    out->at = next_word(&c);
    out->code = next_word(&c);
    x->end = end_of(next_word(&c));
    x->first = next_ref(&c);
    x->last = next_ref(&c);
    x->quiet.ns = next_ns(&c, 0);
    x->lost = next_u64(&c);
    x->part = next_u64(&c);
    uint32_t *const counts[] = { &x->prefixes, &x->back,          &x->other,
                                 &x->gone,     &x->explored_most, &x->explored_median };
    for (size_t i = 0; i < COUNT(counts); i++)
        *counts[i] = next_u32(&c);
    x->half.ns = next_ns(&c, 0);
    x->most.ns = next_ns(&c, 0);
    x->missed = next_bool(&c);
    x->kept = next_bool(&c);
    x->more_sides = next_bool(&c);
    x->withdrawn = next_u64(&c);
    x->replaced = next_u64(&c);
    x->announced = next_u64(&c);
    return true;
}

struct query query_episode_sides(struct store *s, int64_t episode)
{
    return query_about(s, STMT_EPISODE_SIDES, episode);
}

bool query_episode_side(struct query *q, struct episode_side_row *out)
{
    struct columns c;
    if (!query_row(q, &c))
        return false;
    out->peering = next_word(&c);
    out->from = next_word(&c);
    out->to = next_word(&c);
    out->facts = (struct episode_side){ .down = next_bool(&c) };
    out->facts.lost = next_u64(&c);
    out->facts.first = next_ref(&c);
    out->facts.last = next_ref(&c);
    out->facts.withdrawn = next_u64(&c);
    out->facts.replaced = next_u64(&c);
    out->facts.announced = next_u64(&c);
    return true;
}

/* ---- as a document ---- */

static void tell_point(struct telling *t, const char *key, struct stream_ref ref)
{
    write_object(&t->w, key);
    telling_time(t, "time", ref.when);
    telling_frame(t, ref.file, ref.frame);
    write_end(&t->w);
}

static void tell_changes(struct writer *w, uint64_t withdrawn, uint64_t replaced, uint64_t announced)
{
    write_u64(w, "withdrawals", withdrawn);
    write_u64(w, "replacements", replaced);
    write_u64(w, "announcements", announced);
}

static void tell_side(struct telling *t, const struct episode_side_row *r)
{
    const struct episode_side *s = &r->facts;
    write_object(&t->w, NULL);
    write_str(&t->w, "peering", r->peering);
    write_str(&t->w, "from", r->from);
    write_bool(&t->w, "session_lost", s->down);
    write_u64(&t->w, "lost_routes", s->lost);
    if (stamp_known(s->first.when)) {
        tell_point(t, "first", s->first);
        tell_point(t, "last", s->last);
    }
    tell_changes(&t->w, s->withdrawn, s->replaced, s->announced);
    write_end(&t->w);
}

void telling_episode(struct telling *t, const struct episode_row *r)
{
    const struct bgp_episode *x = &r->facts;
    struct writer *w = &t->w;
    write_object(w, NULL);
    write_i64(w, "id", r->id);
    write_str(w, "trigger", episode_trigger_name(x->trigger));
    write_str(w, "peering", r->peering);
    write_str(w, "at", *r->at ? r->at : NULL);
    write_str(w, "code", *r->code ? r->code : NULL);
    write_str(w, "end", episode_end_name(x->end));
    tell_point(t, "first", x->first);
    tell_point(t, "last", x->last);
    telling_seconds(t, "took_s", stamp_since(x->last.when, x->first.when).ns);
    telling_seconds(t, "quiet_s", x->quiet.ns);
    write_u64(w, "lost_routes", x->lost);
    write_seconds(w, "followed", (int64_t)(x->part * (uint64_t)NS_PER_S >> 32), 6); /* a share */
    write_u64(w, "prefixes", x->prefixes);
    write_u64(w, "as_before", x->back);
    write_u64(w, "another_path", x->other);
    write_u64(w, "gone", x->gone);
    tell_changes(w, x->withdrawn, x->replaced, x->announced);
    write_u64(w, "paths_explored_most", x->explored_most);
    write_u64(w, "paths_explored_median", x->explored_median);
    telling_seconds(t, "half_s", x->half.ns);
    telling_seconds(t, "most_s", x->most.ns);
    write_bool(w, "lower_bound", x->missed || x->more_sides);
    write_bool(w, "others_kept", x->kept);
    write_array(w, "sides");
    struct query q = query_episode_sides(t->store, r->id);
    struct episode_side_row side;
    while (query_episode_side(&q, &side))
        tell_side(t, &side);
    write_end(w);
    write_end(w);
}

/* ---- in words ---- */

static void add_fate(struct buf *out, uint32_t count, const char *words, const char **before)
{
    if (!count)
        return;
    buf_str(out, *before);
    render_count(out, count);
    buf_printf(out, " %s", words);
    *before = ", ";
}

void episode_words(const struct bgp_episode *x, struct buf *out)
{
    struct span took = stamp_since(x->last.when, x->first.when);
    uint64_t one_in = x->part ? RIB_LOTS / x->part : 0; /* of a part the others may have changed later */
    if (x->end == EPISODE_SETTLED)
        buf_str(out, took.ns ? "settled after " : "settled at once");
    else
        buf_str(out, took.ns ? "last change so far after " : "no change so far");
    if (took.ns && one_in > 1)
        buf_str(out, "at least ");
    if (took.ns)
        render_span(out, took);
    if (x->end == EPISODE_GOES_ON)
        buf_str(out, ", and the capture ends before it can be called settled");
    if (x->end == EPISODE_RESTLESS)
        buf_str(out, ", and it was given up: changes went on and on");
    buf_str(out, "; ");
    render_counted(out, x->prefixes, "prefix", "prefixes");
    if (one_in > 1) {
        buf_str(out, ", one in ");
        render_count(out, one_in);
        buf_str(out, " of all");
    }
    const char *before = ": ";
    add_fate(out, x->other, "with another path", &before);
    add_fate(out, x->back, "as before", &before);
    add_fate(out, x->gone, "gone", &before);
}
