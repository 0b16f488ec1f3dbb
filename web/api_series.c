/* Requests for what changes over time in; lists of numbers, one for each chart, out. */
#include "web/api_internal.h"

#include "store/pages_series.h"
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SERIES_ROWS = 3000, HELD_ROWS = 20000, SPARK_STEPS = 120, SPARK_BARS = 40, DAY_S = 86400 };

static const struct column columns[] = {
    { "opens", offsetof(struct series_row, opens) },
    { "updates", offsetof(struct series_row, updates) },
    { "notifications", offsetof(struct series_row, notifications) },
    { "keepalives", offsetof(struct series_row, keepalives) },
    { "route_refreshes", offsetof(struct series_row, refreshes) },
    { "message_bytes", offsetof(struct series_row, message_bytes) },
    { "announced", offsetof(struct series_row, announced) },
    { "withdrawn", offsetof(struct series_row, withdrawn) },
    { "segments", offsetof(struct series_row, segments) },
    { "segment_bytes", offsetof(struct series_row, segment_bytes) },
    { "retransmissions", offsetof(struct series_row, retransmissions) },
    { "lost", offsetof(struct series_row, lost) },
};

void answer_columns(struct writer *w, const struct column *list, size_t n, const void *rows, size_t row_size,
                    uint32_t count)
{
    for (size_t c = 0; c < n; c++) {
        write_array(w, list[c].name);
        for (uint32_t i = 0; i < count; i++) {
            uint64_t number;
            memcpy(&number, (const char *)rows + i * row_size + list[c].at, sizeof number);
            write_u64(w, NULL, number);
        }
        write_end(w);
    }
}

static void tell_numbers(struct writer *w, const struct series_row *rows, uint32_t count)
{
    write_array(w, "time");
    for (uint32_t i = 0; i < count; i++)
        write_i64(w, NULL, rows[i].start_s);
    write_end(w);
    answer_columns(w, columns, COUNT(columns), rows, sizeof *rows, count);
    write_array(w, "margin_s");
    for (uint32_t i = 0; i < count; i++)
        if (rows[i].margin_ns == INT64_MIN)
            write_null(w, NULL);
        else
            write_real(w, NULL, (double)rows[i].margin_ns / 1e9, 3);
    write_end(w);
    write_array(w, "rtt_s");
    for (uint32_t i = 0; i < count; i++)
        if (rows[i].rtt_count)
            write_real(w, NULL, (double)rows[i].rtt_ns / 1e9 / (double)rows[i].rtt_count, 6);
        else
            write_null(w, NULL);
    write_end(w);
    write_array(w, "zero_window_s");
    for (uint32_t i = 0; i < count; i++)
        write_real(w, NULL, (double)rows[i].zero_window_ns / 1e9, 3);
    write_end(w);
}

/* Routes by family: each a list of moments, and how many there were from then on. */
static void tell_held(struct telling *t, const struct series_asked *asked)
{
    struct series_asked a = *asked;
    struct writer *w = &t->w;
    struct held_row row;
    char family[64] = "";
    a.limit = HELD_ROWS;
    write_array(w, "routes");
    struct query q = pages_held(t->store, &a);
    while (pages_held_row(&q, &row)) {
        if (strcmp(row.family, family) != 0) {
            if (*family) {
                write_end(w);
                write_end(w);
            }
            write_object(w, NULL);
            write_str(w, "family", row.family);
            write_array(w, "held");
            snprintf(family, sizeof family, "%s", row.family);
        }
        write_array(w, NULL);
        write_i64(w, NULL, row.start_s);
        write_u64(w, NULL, row.held);
        write_end(w);
    }
    if (*family) {
        write_end(w);
        write_end(w);
    }
    write_end(w);
}

static void tell_side(struct telling *t, const struct side_row *s, const struct series_asked *asked,
                      struct series_row *rows)
{
    struct query q = pages_series(t->store, asked);
    uint32_t count = 0;
    while (count < asked->limit && pages_series_row(&q, &rows[count]))
        count++;
    write_object(&t->w, NULL);
    write_str(&t->w, "address", s->address);
    telling_or_null(t, "hold_time", s->hold_time);
    tell_numbers(&t->w, rows, count);
    tell_held(t, asked);
    write_end(&t->w);
}

struct series_asked answer_series(const struct http_request *r, struct stamp first, struct stamp last,
                                  uint32_t most)
{
    struct stamp since = answer_time(r, PARAM_SINCE), until = answer_time(r, PARAM_UNTIL);
    since = stamp_known(since) ? since : first;
    until = stamp_known(until) ? until : stamp_known(last) ? stamp_add(last, SPAN_S(1)) : last;
    struct series_asked a = { .limit = most };
    a.since_s = stamp_known(since) ? since.ns / NS_PER_S : 0;
    a.until_s = stamp_known(until) ? (until.ns + NS_PER_S - 1) / NS_PER_S : 0;
    a.step = pages_step(a.since_s, a.until_s, most);
    return a;
}

void api_series(const struct web_view *v, const struct http_request *r, struct http_response *out)
{
    struct peering_row p;
    struct side_row s;
    if (!pages_peering_named(v->store, r->variable[0], &p)) {
        answer_error(out, 404, "there is no such peering");
        return;
    }
    struct series_asked asked = answer_series(r, p.first, p.last, SERIES_ROWS);
    asked.peering = p.id;
    struct series_row *rows = calloc(SERIES_ROWS, sizeof *rows);
    if (!rows) {
        answer_error(out, 503, "not enough memory");
        return;
    }
    struct telling t = answer_begin(v, out);
    write_u64(&t.w, "step", asked.step);
    write_i64(&t.w, "since", asked.since_s);
    write_i64(&t.w, "until", asked.until_s);
    telling_or_null(&t, "hold_time", p.hold_time);
    write_array(&t.w, "sides");
    struct query q = query_sides_alone(v->store, p.id);
    while (query_side(&q, &s)) {
        asked.side = s.side;
        tell_side(&t, &s, &asked, rows);
    }
    write_end(&t.w);
    answer_end(&t, out);
    free(rows);
}

/* ---- sparks ---- */

struct spark {
    char peering[2 * ADDR_TEXT];
    uint64_t bars[SPARK_BARS], lost[2];
};

static void tell_spark(struct writer *w, const struct spark *s, unsigned bars)
{
    if (!*s->peering)
        return;
    write_object(w, NULL);
    write_str(w, "peering", s->peering);
    write_array(w, "updates");
    for (unsigned i = 0; i < bars; i++)
        write_u64(w, NULL, s->bars[i]);
    write_end(w);
    write_u64(w, "lost", s->lost[0] > s->lost[1] ? s->lost[0] : s->lost[1]);
    write_end(w);
}

void api_sparks(const struct web_view *v, const struct http_request *r, struct http_response *out)
{
    (void)r;
    struct capture_row c;
    struct telling t = answer_begin(v, out);
    query_capture(v->store, &c);
    int64_t until = stamp_known(c.last) ? c.last.ns / NS_PER_S + 1 : 0;
    int64_t since = stamp_known(c.first) ? c.first.ns / NS_PER_S : 0;
    since = since < until - DAY_S ? until - DAY_S : since;
    int64_t step = pages_step(since, until, SPARK_STEPS);
    since -= since % step;
    int64_t bar = ((until - since) / step / SPARK_BARS + 1) * step;
    unsigned bars = (unsigned)((until - since + bar - 1) / bar);
    struct spark s = { 0 };
    struct spark_row row;
    write_i64(&t.w, "since", since);
    write_i64(&t.w, "step", bar);
    write_array(&t.w, "peerings");
    struct query q = pages_sparks(v->store, (unsigned)step, since, until);
    while (pages_spark_row(&q, &row)) {
        if (strcmp(row.peering, s.peering) != 0) {
            tell_spark(&t.w, &s, bars);
            s = (struct spark){ 0 };
            snprintf(s.peering, sizeof s.peering, "%s", row.peering);
        }
        int64_t at = (row.start_s - since) / bar;
        s.bars[at < 0 ? 0 : at < SPARK_BARS ? at : SPARK_BARS - 1] += row.updates;
        s.lost[0] += row.lost[0];
        s.lost[1] += row.lost[1];
    }
    tell_spark(&t.w, &s, bars);
    write_end(&t.w);
    answer_end(&t, out);
}
