/* Requests about the whole in: overview, lists, findings, the capture; JSON out, most of it one prepared statement. */
#include "web/api_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char type_json[] = "application/json";

enum { PEERINGS_USUAL = 100, PEERINGS_MOST = 20000, FINDINGS_USUAL = 100, FINDINGS_MOST = 2000 };

/* ---- beginning and end ---- */

struct telling answer_begin(const struct web_view *v, struct http_response *out)
{
    struct capture_row c;
    out->status = 200;
    out->type = type_json;
    out->body = buf_init(ANSWER_MOST);
    struct telling t = telling_begin(v->store, &writer_json, &out->body, VENDOR_GENERIC);
    query_capture(v->store, &c);
    write_object(&t.w, NULL);
    telling_time(&t, "now", c.last);
    return t;
}

void answer_error(struct http_response *out, unsigned status, const char *words)
{
    buf_free(&out->body);
    out->body = buf_init(1024);
    struct writer w = writer_init(&writer_json, &out->body);
    write_object(&w, NULL);
    write_str(&w, "error", words);
    write_end(&w);
    buf_char(&out->body, '\n');
    out->status = status;
    out->type = type_json;
}

void answer_end(struct telling *t, struct http_response *out)
{
    write_end(&t->w);
    buf_char(&out->body, '\n');
    telling_end(t);
    if (out->body.lost)
        answer_error(out, 500, "the answer is too large; ask for fewer rows");
}

uint32_t answer_number(const struct http_request *r, enum param_id id, uint32_t usual, uint32_t most)
{
    uint64_t n = r->param[id].given ? r->param[id].number : usual;
    return n < most ? (uint32_t)n : most;
}

/* ---- overview ---- */

void answer_live(struct telling *t, const struct web_view *v)
{
    write_str(&t->w, "program", v->program);
    write_bool(&t->w, "live", v->live);
}

/* Codes that were found, the gravest first, then those that keep most peerings down. */
static void tell_codes_found(struct telling *t, uint64_t found[3])
{
    struct query q = pages_tally(t->store);
    struct tally_row row;
    struct writer *w = &t->w;
    write_array(w, "codes");
    while (pages_tally_row(&q, &row)) {
        enum finding_code code = code_parse(row.code);
        for (enum severity s = SEVERITY_INFO; s <= SEVERITY_ERROR; s++)
            if (!strcmp(severity_name(s), row.severity))
                found[s] += row.findings;
        write_object(w, NULL);
        write_str(w, "code", row.code);
        write_str(w, "severity", row.severity);
        write_u64(w, "findings", row.findings);
        write_u64(w, "peerings", row.peerings);
        write_u64(w, "down", row.down);
        telling_time(t, "last", row.last);
        write_i64(w, "latest", row.latest);
        write_str(w, "title", row.title);
        write_str(w, "peering", row.peering);
        write_str(w, "meaning", code < CODE_COUNT ? explain_meaning(code) : NULL);
        write_end(w);
    }
    write_end(w);
}

void api_overview(const struct web_view *v, const struct http_request *r, struct http_response *out)
{
    (void)r;
    struct telling t = answer_begin(v, out);
    struct writer *w = &t.w;
    struct totals_row totals;
    struct capture_row c;
    uint64_t found[3] = { 0 };
    answer_live(&t, v);
    query_capture(v->store, &c);
    write_object(w, "capture");
    telling_capture(&t, &c);
    write_end(w);
    query_totals(v->store, NULL, &totals);
    write_object(w, "peerings");
    write_u64(w, "total", totals.peerings);
    write_u64(w, "up", totals.up);
    write_end(w);
    tell_codes_found(&t, found);
    write_object(w, "findings");
    for (enum severity s = SEVERITY_INFO; s <= SEVERITY_ERROR; s++)
        write_u64(w, severity_name(s), found[s]);
    write_end(w);
    answer_end(&t, out);
}

/* ---- peerings ---- */

static void tell_side_line(struct telling *t, const struct side_line *s)
{
    struct writer *w = &t->w;
    write_object(w, NULL);
    write_str(w, "address", s->address);
    telling_or_null(t, "asn", s->asn);
    telling_geo(t, s->address);
    write_str(w, "router_id", s->router_id);
    write_str(w, "state", s->state);
    telling_time(t, "state_since", s->state_since);
    telling_or_null(t, "hold_time", s->hold_time);
    telling_time(t, "last_heard", s->last_heard);
    if (s->margin_known)
        write_real(w, "min_hold_margin_s", (double)s->min_margin_ns / 1e9, 3);
    else
        write_null(w, "min_hold_margin_s");
    write_u64(w, "established_count", s->established_count);
    write_u64(w, "lost_count", s->lost_count);
    write_u64(w, "routes", s->routes);
    write_u64(w, "updates", s->updates);
    write_u64(w, "retransmissions", s->retransmissions);
    write_end(w);
}

static void tell_peering_line(struct telling *t, const struct peering_line *l)
{
    struct writer *w = &t->w;
    write_object(w, NULL);
    telling_peering_name(t, &l->p);
    write_bool(w, "up", l->p.up);
    telling_peering_facts(t, &l->p);
    write_u64(w, "connections", l->p.connections);
    write_u64(w, "findings", l->p.findings);
    if (l->finding >= 0) {
        write_object(w, "worst");
        write_i64(w, "id", l->finding);
        write_str(w, "severity", severity_name((enum severity)l->p.worst));
        write_str(w, "code", l->code);
        write_str(w, "title", l->title);
        write_end(w);
    } else
        write_null(w, "worst");
    write_array(w, "sides");
    tell_side_line(t, &l->side[0]);
    tell_side_line(t, &l->side[1]);
    write_end(w);
    write_end(w);
}

/* "65001", "as65001": an AS number; below 0: none */
static int64_t asn_of(const char *text)
{
    if (text && (text[0] | 32) == 'a' && (text[1] | 32) == 's')
        text += 2;
    size_t n = text ? strspn(text, "0123456789") : 0;
    return n && n <= 10 && !text[n] ? strtoll(text, NULL, 10) : -1;
}

static void lower(char *out, size_t room, const char *text)
{
    size_t i = 0;
    for (; text[i] && i + 1 < room; i++)
        out[i] = text[i] >= 'A' && text[i] <= 'Z' ? (char)(text[i] | 32) : text[i];
    out[i] = '\0';
}

void api_peerings(const struct web_view *v, const struct http_request *r, struct http_response *out)
{
    static const enum peerings_up ups[] = { PEERINGS_ANY, PEERINGS_UP, PEERINGS_DOWN, PEERINGS_LOST };
    char text[256];
    const char *q_text = answer_text(r, PARAM_Q);
    if (q_text)
        lower(text, sizeof text, q_text); /* as addresses are kept */
    struct peerings_asked asked = {
        .text = q_text ? text : NULL,
        .asn = asn_of(q_text),
        .up = ups[r->param[PARAM_STATE].number],
        .least = r->param[PARAM_SEVERITY].given ? (int)r->param[PARAM_SEVERITY].number : -1,
        .type = answer_text(r, PARAM_TYPE),
        .code = answer_text(r, PARAM_CODE),
        .changed = answer_time(r, PARAM_SINCE),
        .order = r->param[PARAM_SORT].given ? pages_order(r->param[PARAM_SORT].text) : ORDER_WORST,
        .reverse = r->param[PARAM_REVERSE].number != 0,
        .limit = answer_number(r, PARAM_LIMIT, PEERINGS_USUAL, PEERINGS_MOST),
        .offset = answer_number(r, PARAM_OFFSET, 0, UINT32_MAX),
    };
    struct telling t = answer_begin(v, out);
    struct query q = pages_peerings(v->store, &asked);
    struct peering_line l;
    uint64_t matched = 0;
    write_array(&t.w, "peerings");
    while (pages_peering(&q, &l)) {
        tell_peering_line(&t, &l);
        matched = l.matched;
    }
    write_end(&t.w);
    write_u64(&t.w, "matched", matched);
    answer_end(&t, out);
}

/* ---- findings ---- */

void api_findings(const struct web_view *v, const struct http_request *r, struct http_response *out)
{
    struct findings_asked asked = {
        .least = r->param[PARAM_SEVERITY].given ? (int)r->param[PARAM_SEVERITY].number : -1,
        .code = answer_text(r, PARAM_CODE),
        .text = answer_text(r, PARAM_Q),
        .peering = answer_text(r, PARAM_PEERING),
        .since = answer_time(r, PARAM_SINCE),
        .until = answer_time(r, PARAM_UNTIL),
        .order = r->param[PARAM_ORDER].number ? FINDINGS_WORST : FINDINGS_NEWEST,
        .limit = answer_number(r, PARAM_LIMIT, FINDINGS_USUAL, FINDINGS_MOST),
        .offset = answer_number(r, PARAM_OFFSET, 0, UINT32_MAX),
    };
    struct telling t = answer_begin(v, out);
    write_u64(&t.w, "matched", pages_findings_count(v->store, &asked));
    struct query q = pages_findings(v->store, &asked);
    struct finding_row f;
    write_array(&t.w, "findings");
    while (query_finding(&q, &f))
        telling_finding(&t, NULL, &f, false);
    write_end(&t.w);
    answer_end(&t, out);
}

static void tell_about(struct writer *w, enum finding_code code)
{
    write_object(w, "about");
    write_str(w, "meaning", explain_meaning(code));
    write_str(w, "proof", explain_proof(code));
    write_str(w, "fix", explain_fix(code));
    write_end(w);
}

/* What to type at the router, by vendor; those that have no words for it are left out. */
static void tell_commands(struct writer *w, const struct finding_row *f)
{
    const struct advice_words words = { f->at, f->peer, f->at_as, f->peer_as };
    write_array(w, "commands");
    for (enum vendor v = VENDOR_GENERIC + 1; v < VENDORS; v++) {
        struct buf text = buf_init(4096);
        if (explain_advice(f->code, v, &words, &text)) {
            write_object(w, NULL);
            write_str(w, "vendor", vendor_name(v));
            write_str(w, "title", vendor_title(v));
            write_str(w, "text", buf_text(&text));
            write_end(w);
        }
        buf_free(&text);
    }
    write_end(w);
}

void api_finding(const struct web_view *v, const struct http_request *r, struct http_response *out)
{
    const char *id = r->variable[0];
    struct finding_row f;
    size_t n = strspn(id, "0123456789");
    uint64_t number = n && n < 11 && !id[n] ? strtoull(id, NULL, 10) : 0;
    if (!number || number > UINT32_MAX || !pages_finding(v->store, (uint32_t)number, &f)) {
        answer_error(out, 404, "there is no such finding");
        return;
    }
    struct telling t = answer_begin(v, out);
    telling_finding(&t, "finding", &f, true);
    tell_about(&t.w, f.code);
    tell_commands(&t.w, &f);
    answer_end(&t, out);
}

/* ---- what there is to be found ---- */

void api_codes(const struct web_view *v, const struct http_request *r, struct http_response *out)
{
    (void)r;
    struct telling t = answer_begin(v, out);
    struct writer *w = &t.w;
    write_array(w, "codes");
    for (enum finding_code code = 0; code < CODE_COUNT; code++) {
        write_object(w, NULL);
        write_str(w, "code", code_name(code));
        write_str(w, "severity", severity_name(code_severity(code)));
        tell_about(w, code);
        write_end(w);
    }
    write_end(w);
    answer_end(&t, out);
}

void api_live(const struct web_view *v, const struct http_request *r, struct http_response *out)
{
    (void)v;
    out->status = 200;
    out->type = "text/event-stream; charset=utf-8";
    out->live = !r->head;
}
