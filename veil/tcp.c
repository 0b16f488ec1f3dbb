/* A TCP segment in; its header anonymised, and the bytes of its stream in their new form, out. */
#include "decode/tcp.h"
#include "veil/flow.h"

#include <stdlib.h>

enum {
    HEADER = 20,
    SUM_AT = 16,
    AHEAD = 1 << 24,   /* bytes between what was seen and what comes: more is another connection */
    HEADROOM = 1 << 16 /* in front of what a capture that begins midway has first */
};

static bool ours(const struct veil *v, const uint8_t *head)
{
    for (unsigned i = 0; i < v->options.port_count; i++)
        if (get16(head) == v->options.ports[i] || get16(head + 2) == v->options.ports[i])
            return true;
    return false;
}

/* ---- which connection ---- */

static struct flow_key key_of(const struct veil_layer *l, const uint8_t *head, bool turned)
{
    struct flow_key k = { { 0 }, { 0 }, get16(head + 2 * turned), get16(head + 2 * !turned) };
    memcpy(k.src, l->was + (turned ? l->size : 0), l->size);
    memcpy(k.dst, l->was + (turned ? 0 : l->size), l->size);
    return k;
}

static struct flow *flow_of(struct veil *v, const struct flow_key *k)
{
    struct flow *f = table_get(&v->flows, k);
    if (f || v->writing || !(f = calloc(1, sizeof *f)))
        return f;
    f->key = *k;
    if (table_put(&v->flows, k, f))
        return f;
    free(f);
    return NULL;
}

static bool near(const struct flow_run *r, uint32_t seq)
{
    uint32_t at = seq - r->base;
    return at <= r->size + AHEAD || at == UINT32_MAX; /* a keep-alive repeats the number before the first */
}

static struct flow_run *begin(struct veil *v, struct flow *f, uint32_t base, bool started)
{
    struct flow_run *r = v->writing ? NULL : calloc(1, sizeof *r);
    if (!r)
        return NULL;
    r->base = base;
    r->started = started;
    r->born = v->turn;
    r->older = f->last;
    f->last = r;
    return r;
}

/* The run that was the last to begin, among those that fit. */
static struct flow_run *run_of(struct veil *v, struct flow *f, uint32_t seq, bool syn)
{
    for (struct flow_run *r = f->last; r; r = r->older)
        if (r->born <= v->turn && (syn ? r->started && r->base == seq : near(r, seq)))
            return r;
    return begin(v, f, syn ? seq : seq - HEADROOM, syn);
}

static void pair(struct veil *v, const struct veil_layer *l, const uint8_t *head, struct flow_run *r)
{
    const struct flow_key k = key_of(l, head, true);
    const struct flow *f = table_get(&v->flows, &k);
    for (struct flow_run *o = f ? f->last : NULL; o; o = o->older)
        if (near(o, get32(head + 8))) {
            r->other = o;
            o->other = o->other ? o->other : r;
            return;
        }
}

/* ---- the header ---- */

static void options(struct brush *b)
{
    enum { END = 0, NOTHING = 1, MSS = 2, SCALE = 3, SACK_MAY = 4, SACK = 5, STAMP = 8, AO = 29, AO_IDS = 2 };
    while (brush_left(b)) {
        uint8_t kind = brush_u8(b);
        if (kind == END) {
            brush_rest(b);
            return;
        }
        if (kind == NOTHING)
            continue;
        uint8_t size = brush_u8(b);
        struct brush value = brush_sub(b, size < 2 ? SIZE_MAX : size - 2u);
        switch (kind) {
        case MSS:
        case SCALE:
        case SACK_MAY:
        case SACK:
        case STAMP: break;
        case AO: /* which keys, and not their signature. RFC 5925 2.2 */
            brush_keep(&value, brush_left(&value) < AO_IDS ? brush_left(&value) : AO_IDS);
            brush_rest(&value);
            break;
        default: brush_rest(&value); /* an MD5 signature among them */
        }
    }
}

bool veil_tcp_quoted(struct veil *v, struct brush *b)
{
    const uint8_t *head = b->at;
    size_t n = brush_left(b);
    if (n < 4 || !ours(v, head))
        return false;
    struct brush fixed = brush_sub(b, n < HEADER ? n : HEADER);
    brush_keep(&fixed, brush_left(&fixed));
    if (n >= HEADER && head[12] >> 4 >= 5) {
        struct brush o = brush_sub(b, (size_t)(head[12] >> 4) * 4 - HEADER);
        options(&o);
    }
    return true;
}

/* Replay tools put the first data on the SYN, and the next where it would end if the SYN took no sequence number
 * (RFC 9293 3.4): with a message of its own. */
static bool forgot_syn(const struct flow_run *r, uint32_t seq, const struct brush *b)
{
    struct bgp_msg msg;
    return r->on_syn && r->on_syn == r->size && seq - r->base == r->size - 1 &&
           bgp_next(b->at, brush_left(b), BGP_LARGEST, &msg) != BGP_NOT;
}

static void bytes_of(struct veil *v, const struct veil_layer *l, const uint8_t *head, struct brush *b)
{
    const struct flow_key k = key_of(l, head, false);
    struct flow *f = flow_of(v, &k);
    bool syn = head[13] & TCP_SYN;
    uint32_t seq = get32(head + 4) + syn;
    struct flow_run *r = f && (syn || brush_left(b)) ? run_of(v, f, seq, syn) : NULL;
    size_t n = brush_left(b);
    if (r && !v->writing && !syn && n && forgot_syn(r, seq, b))
        r->shift = 1;
    size_t at = r ? (uint32_t)(seq - r->base + (syn ? 0 : r->shift)) : 0;
    if (r && !v->writing && head[13] & TCP_ACK)
        pair(v, l, head, r);
    if (r && seq - r->base == UINT32_MAX && !r->shift) {
        brush_rest(b);
        return;
    }
    if (r && !v->writing) {
        flow_store(v, r, at, b->at, n);
        r->on_syn = syn && n > r->on_syn ? n : r->on_syn;
    }
    if (r && v->writing) {
        flow_fetch(r, at, b->at, n);
        brush_keep(b, n);
    }
    brush_rest(b);
}

bool veil_tcp(struct veil *v, struct brush *b, const struct veil_layer *l)
{
    uint8_t *head = b->at;
    size_t n = brush_left(b);
    if (n < HEADER || head[12] >> 4 < 5 || (size_t)(head[12] >> 4) * 4 > l->wire || !ours(v, head))
        return false;
    brush_keep(b, HEADER);
    struct brush o = brush_sub(b, (size_t)(head[12] >> 4) * 4 - HEADER);
    options(&o);
    bytes_of(v, l, head, b);
    sum_mend(head + SUM_AT, sum_add(sum_change(veil_was(v, head), head, n), l->change));
    return true;
}

/* ---- all of them ---- */

void veil_flows_init(struct veil *v) { table_init(&v->flows, sizeof(struct flow_key), 0); }

void veil_flows_known(struct veil *v)
{
    const struct flow *f;
    for (uint32_t at = 0; (f = table_next(&v->flows, &at));)
        for (struct flow_run *r = f->last; r; r = r->older)
            flow_read_open(v, r);
    for (uint32_t at = 0; (f = table_next(&v->flows, &at));)
        for (struct flow_run *r = f->last; r; r = r->older)
            flow_agree(v, r);
}

void veil_flows_rewrite(struct veil *v)
{
    const struct flow *f;
    for (uint32_t at = 0; (f = table_next(&v->flows, &at));)
        for (struct flow_run *r = f->last; r; r = r->older)
            flow_rewrite(v, r);
}

void veil_flows_free(struct veil *v)
{
    struct flow *f;
    for (uint32_t at = 0; (f = table_next(&v->flows, &at));)
        flow_free(f);
    table_free(&v->flows);
}
