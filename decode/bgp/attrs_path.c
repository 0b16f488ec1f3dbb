/* AS_PATH, AS4_PATH, AGGREGATOR, AS4_AGGREGATOR: the path as it is meant, its length, its ends, its words.
 *
 *     segment:  type (1) | count (1) | count ASes of 2 or 4 bytes         RFC 4271 4.3, 6793 3
 */
#include "decode/bgp/update_internal.h"

static bool confederation(unsigned type)
{
    return type == SEGMENT_CONFED_SEQUENCE || type == SEGMENT_CONFED_SET;
}

/* What a segment adds to the length of the path. RFC 4271 9.1.2.2, 5065 5.3 */
static unsigned weight(unsigned type, unsigned count)
{
    return confederation(type) ? 0 : type == SEGMENT_SET ? 1 : count;
}

enum fault_code bgp_path_check(struct cursor v, unsigned width)
{
    enum fault_code found = FAULT_COUNT;
    while (cur_left(&v)) {
        unsigned type = cur_u8(&v), count = cur_u8(&v);
        if (type < SEGMENT_SET || type > SEGMENT_CONFED_SET)
            return FAULT_BGP_ATTR_PATH_TYPE;
        struct cursor ases = cur_sub(&v, (size_t)count * width);
        if (!cur_ok(&v))
            return FAULT_BGP_ATTR_PATH_OVERRUN;
        if (!count)
            return FAULT_BGP_ATTR_PATH_EMPTY;
        while (cur_left(&ases))
            if (!(width == 4 ? cur_u32(&ases) : cur_u16(&ases)))
                found = FAULT_BGP_ATTR_AS_ZERO; /* what is wrong with the form is worse, so read on */
    }
    return found;
}

/* ---- the path as it is meant ---- */

static bool segment_next(struct cursor *in, unsigned width, struct path_segment *out)
{
    if (!cur_left(in))
        return false;
    out->type = cur_u8(in);
    out->count = cur_u8(in);
    out->width = (uint8_t)width;
    out->ases = cur_sub(in, (size_t)out->count * width);
    return cur_ok(in) && out->type >= SEGMENT_SET && out->type <= SEGMENT_CONFED_SET;
}

static unsigned path_weight(struct cursor v, unsigned width)
{
    struct path_segment s;
    unsigned sum = 0;
    while (segment_next(&v, width, &s))
        sum += weight(s.type, s.count);
    return sum;
}

/* RFC 6793 4.2.3: AGGREGATOR that does not name AS_TRANS beside AS4_AGGREGATOR means that somebody who knows only
 * two bytes aggregated since, and what the AS4_ attributes say is out of date. */
static bool aggregated_since(const struct bgp_update *u)
{
    const struct bgp_attr *two = bgp_update_attr(u, BGP_ATTR_AGGREGATOR);
    if (!two || !bgp_update_has(u, BGP_ATTR_AS4_AGGREGATOR))
        return false;
    struct cursor v = two->value;
    return cur_u16(&v) != AS_TRANS;
}

struct path bgp_path_of(const struct bgp_update *u, const struct bgp_ctx *ctx)
{
    const struct bgp_attr *old = bgp_update_attr(u, BGP_ATTR_AS_PATH);
    const struct bgp_attr *new = ctx->as4 ? NULL : bgp_update_attr(u, BGP_ATTR_AS4_PATH);
    struct path path = { .take = UINT32_MAX, .width = { ctx->as4 ? 4 : 2, 4 } };
    if (!old)
        return path;
    path.part[0] = old->value;
    /* RFC 6793 6: a malformed AS4_PATH is as good as none */
    if (!new || bgp_path_check(new->value, 4) != FAULT_COUNT || aggregated_since(u))
        return path;
    unsigned whole = path_weight(old->value, 2), late = path_weight(new->value, 4);
    if (whole < late) /* RFC 6793 4.2.3: somebody lost part of AS_PATH */
        return path;
    path.take = whole - late;
    path.part[1] = new->value;
    return path;
}

bool bgp_path_next(struct path *p, struct path_segment *out)
{
    while (p->at < 2) {
        if (!segment_next(&p->part[p->at], p->width[p->at], out)) {
            p->at++;
            continue;
        }
        if (p->at == 1) {
            if (confederation(out->type)) /* RFC 6793 6: those are dropped */
                continue;
            return true;
        }
        if (!p->take && !confederation(out->type)) {
            p->at++;
            continue;
        }
        if (out->type == SEGMENT_SEQUENCE && out->count > p->take) {
            out->count = p->take;
            out->ases = cur_sub(&out->ases, (size_t)p->take * out->width);
        }
        unsigned counted = weight(out->type, out->count);
        if (p->take != UINT32_MAX)
            p->take -= counted;
        return true;
    }
    return false;
}

bool bgp_path_has(const struct bgp_update *u, const struct bgp_ctx *ctx, uint32_t asn)
{
    struct path path = bgp_path_of(u, ctx);
    struct path_segment s;
    while (bgp_path_next(&path, &s))
        while (cur_left(&s.ases))
            if (path_as(&s) == asn)
                return true;
    return false;
}

/* Sequences bare, sets in braces; of confederations in parentheses and brackets (RFC 5065). */
void bgp_path_segments_text(struct path path, struct buf *out)
{
    static const char around[][2] = { [SEGMENT_SET] = { '{', '}' },
                                      [SEGMENT_SEQUENCE] = { 0, 0 },
                                      [SEGMENT_CONFED_SEQUENCE] = { '(', ')' },
                                      [SEGMENT_CONFED_SET] = { '[', ']' } };
    struct path_segment s;
    bool first = true;
    while (bgp_path_next(&path, &s)) {
        const char *pair = around[s.type];
        if (!first)
            buf_char(out, ' ');
        first = false;
        if (pair[0])
            buf_char(out, pair[0]);
        for (unsigned i = 0; i < s.count; i++) {
            if (i)
                buf_char(out, ' ');
            buf_u64(out, path_as(&s));
        }
        if (pair[1])
            buf_char(out, pair[1]);
    }
}

void bgp_path_text(const struct bgp_update *u, const struct bgp_ctx *ctx, struct buf *out)
{
    bgp_path_segments_text(bgp_path_of(u, ctx), out);
}

void bgp_path_wide(const struct bgp_update *u, const struct bgp_ctx *ctx, struct buf *out)
{
    struct path path = bgp_path_of(u, ctx);
    struct path_segment s;
    while (bgp_path_next(&path, &s)) {
        buf_be(out, s.type, 1);
        buf_be(out, s.count, 1);
        for (unsigned i = 0; i < s.count; i++)
            buf_be(out, path_as(&s), 4);
    }
}

bool bgp_aggregator(const struct bgp_update *u, const struct bgp_ctx *ctx, uint32_t *asn, struct addr *who)
{
    const struct bgp_attr *a = bgp_update_attr(u, BGP_ATTR_AGGREGATOR);
    const struct bgp_attr *late = ctx->as4 ? NULL : bgp_update_attr(u, BGP_ATTR_AS4_AGGREGATOR);
    size_t width = ctx->as4 ? 4 : 2;
    if (!a || cur_left(&a->value) != width + 4)
        return false;
    bool place = late && cur_left(&late->value) == 8 && !aggregated_since(u);
    struct cursor v = place ? late->value : a->value;
    *asn = place || ctx->as4 ? cur_u32(&v) : cur_u16(&v);
    *who = addr_v4(v.at);
    return true;
}

/* ---- what the summary says of it ---- */

const char *bgp_as_bogon(uint32_t asn)
{
    static const struct {
        uint32_t first, last;
        const char *words;
    } rows[] = {
#define BOGON_AS(first, last, words) { first, last, words },
#include "decode/bgp/bogon_as.def"
#undef BOGON_AS
    };
    for (size_t i = 0; i < COUNT(rows); i++)
        if (asn >= rows[i].first && asn <= rows[i].last)
            return rows[i].words;
    return NULL;
}

void bgp_path_summary(const struct bgp_update *u, const struct bgp_ctx *ctx, struct bgp_attrs_summary *out)
{
    struct path path = bgp_path_of(u, ctx);
    struct path_segment s;
    bool first = true;
    while (bgp_path_next(&path, &s)) {
        out->path_length = (uint16_t)(out->path_length + weight(s.type, s.count));
        uint32_t asn = 0;
        while (cur_left(&s.ases)) {
            asn = path_as(&s);
            out->path_marks |= bgp_as_mark(asn);
            if (first)
                out->first_as = asn;
            first = false;
            /* AS_TRANS is what a two-byte path holds for any four-byte AS (RFC 6793 4.2.2); AS 0 is a fault */
            if (!out->bogon_as && !confederation(s.type) && (asn != AS_TRANS || s.width == 4) &&
                bgp_as_bogon(asn))
                out->bogon_as = asn;
        }
        if (!confederation(s.type))
            out->origin_as = s.type == SEGMENT_SEQUENCE ? asn : 0;
    }
}

/* ---- the attributes ---- */

enum fault_code attr_check_as_path(const struct attr_in *in, struct bgp_attrs_summary *out)
{
    (void)out;
    return bgp_path_check(in->value, in->ctx->as4 ? 4 : 2);
}

enum fault_code attr_check_as4_path(const struct attr_in *in, struct bgp_attrs_summary *out)
{
    (void)out;
    if (in->ctx->as4) /* RFC 6793 6: among speakers of four bytes it is discarded unread */
        return FAULT_COUNT;
    return cur_left(&in->value) ? bgp_path_check(in->value, 4) : FAULT_BGP_ATTR_LENGTH;
}

static void tell_path(struct writer *w, struct cursor value, uint8_t width)
{
    struct buf text = buf_init(1 << 20);
    struct path path = { .part = { value }, .width = { width, 4 }, .take = UINT32_MAX };
    bgp_path_segments_text(path, &text);
    write_strn(w, "value", buf_text(&text), text.used);
    buf_free(&text);
}

void attr_tell_as_path(struct writer *w, const struct attr_in *in)
{
    tell_path(w, in->value, in->ctx->as4 ? 4 : 2);
}

void attr_tell_as4_path(struct writer *w, const struct attr_in *in) { tell_path(w, in->value, 4); }

/* AS of 2 or 4 bytes, address (4). RFC 4271 4.3, 6793 3, 7606 7.7, 7607 2 */
static enum fault_code check_aggregator(struct cursor v, unsigned width)
{
    if (cur_left(&v) != width + 4)
        return FAULT_BGP_ATTR_LENGTH;
    return (width == 4 ? cur_u32(&v) : cur_u16(&v)) ? FAULT_COUNT : FAULT_BGP_ATTR_AS_ZERO;
}

static void tell_aggregator(struct writer *w, struct cursor v, unsigned width)
{
    write_object(w, "value");
    write_u64(w, "asn", width == 4 ? cur_u32(&v) : cur_u16(&v));
    bgp_shape_tell(w, "address", v, SHAPE_IPV4);
    write_end(w);
}

enum fault_code attr_check_aggregator(const struct attr_in *in, struct bgp_attrs_summary *out)
{
    (void)out;
    return check_aggregator(in->value, in->ctx->as4 ? 4 : 2);
}

enum fault_code attr_check_as4_aggregator(const struct attr_in *in, struct bgp_attrs_summary *out)
{
    (void)out;
    return in->ctx->as4 ? FAULT_COUNT : check_aggregator(in->value, 4);
}

void attr_tell_aggregator(struct writer *w, const struct attr_in *in)
{
    tell_aggregator(w, in->value, in->ctx->as4 ? 4 : 2);
}

/* As AS4_AGGREGATOR is not judged among speakers of four bytes, it may have any length. */
void attr_tell_as4_aggregator(struct writer *w, const struct attr_in *in)
{
    if (cur_left(&in->value) == 8)
        tell_aggregator(w, in->value, 4);
    else
        bgp_shape_tell(w, "value", in->value, SHAPE_HEX);
}
