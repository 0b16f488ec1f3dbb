/* A NOTIFICATION in; out come its error, what its data mean, and how both are told. */
#include "decode/bgp/bgp_internal.h"

/*   19     20        21
 *   +------+---------+------ - -
 *   | code | subcode | data                                          RFC 4271 4.5
 *   +------+---------+------ - -
 *
 * A Hard Reset (6/9) has another code, subcode and data in its data (RFC 8538 3.1). */
enum { AT_DATA = 21, CEASE = 6, HARD_RESET = 9 };

/* Words are told as words only if there are so many of them: shorter data may be anything. */
enum { WORDS_LEAST = 4 };

/* What stands behind a subcode: NOTIFY rows name one each. */
struct shape {
    unsigned sizes; /* bit n: data of n bytes have this shape; 0: of any number */
    void (*read)(struct bgp_notification *, const struct bgp_msg *, struct cursor); /* or NULL */
    void (*tell)(struct writer *, struct cursor);                                   /* or NULL */
};

/* ---- readers ---- */

/* Where nothing is laid down some speakers put words, with or without a length in front. ExaBGP, FRR */
static bool take_words(struct bgp_notification *n, struct cursor data)
{
    struct cursor counted = data;
    size_t said = cur_u8(&counted);
    if (said >= WORDS_LEAST && said == cur_left(&counted) && bgp_text_plain(counted))
        n->text = counted;
    else if (cur_left(&data) >= WORDS_LEAST && bgp_text_plain(data))
        n->text = data;
    return cur_left(&n->text) > 0;
}

static void read_words(struct bgp_notification *n, const struct bgp_msg *msg, struct cursor data)
{
    (void)msg;
    take_words(n, data);
}

static void read_peer_as(struct bgp_notification *n, const struct bgp_msg *msg, struct cursor data)
{
    (void)msg;
    n->has_as = cur_left(&data);
    n->asn = cur_left(&data) == 4 ? cur_u32(&data) : cur_u16(&data);
}

static void read_hold(struct bgp_notification *n, const struct bgp_msg *msg, struct cursor data)
{
    (void)msg;
    n->has_hold = cur_left(&data);
    n->hold = cur_u16(&data);
}

/* AFI (2), SAFI (1), limit (4): RFC 4486 4 */
static void read_limit(struct bgp_notification *n, const struct bgp_msg *msg, struct cursor data)
{
    (void)msg;
    n->has_prefix_limit = cur_left(&data);
    uint16_t afi = cur_u16(&data);
    n->limit_family = bgp_family_of(afi, cur_u8(&data));
    n->prefix_limit = cur_u32(&data);
}

/* Length (1), that many bytes of UTF-8: RFC 9003 2 */
static void read_shutdown(struct bgp_notification *n, const struct bgp_msg *msg, struct cursor data)
{
    struct cursor in = data;
    if (!cur_left(&in))
        return;
    uint8_t said = cur_u8(&in);
    if (said <= cur_left(&in)) {
        n->text = cur_sub(&in, said);
        return;
    }
    if (bgp_cut_here(msg, &in)) {
        n->text = in;
        return;
    }
    fault_note(&n->faults, FAULT_BGP_NOTIFY_TEXT, bgp_offset(msg, data.at), said);
    /* Either the length is wrong, or it was left out and this is the first letter. */
    if (said < ' ' || !take_words(n, data))
        n->text = in;
}

static void read_hard(struct bgp_notification *n, const struct bgp_msg *msg, struct cursor data);

/* ---- tellers: data have the right size ---- */

static void tell_length(struct writer *w, struct cursor data)
{
    write_u64(w, "message_length", cur_u16(&data));
}

static void tell_type(struct writer *w, struct cursor data)
{
    uint8_t type = cur_u8(&data);
    write_u64(w, "message_type", type);
    if (bgp_type_name(type))
        write_str(w, "message_type_name", bgp_type_name(type));
}

static void tell_version(struct writer *w, struct cursor data)
{
    write_u64(w, "supported_version", cur_left(&data) == 2 ? cur_u16(&data) : cur_u8(&data));
}

static void tell_peer_as(struct writer *w, struct cursor data)
{
    write_u64(w, "asn", cur_left(&data) == 4 ? cur_u32(&data) : cur_u16(&data));
}

static void tell_identifier(struct writer *w, struct cursor data)
{
    const uint8_t *id = cur_take(&data, 4);
    if (id)
        write_format(w, "router_id", "%u.%u.%u.%u", id[0], id[1], id[2], id[3]);
}

static void tell_hold(struct writer *w, struct cursor data) { write_u64(w, "hold_time", cur_u16(&data)); }

static void tell_limit(struct writer *w, struct cursor data)
{
    char text[32];
    uint16_t afi = cur_u16(&data);
    write_str(w, "family", bgp_afi_safi_name(afi, cur_u8(&data), text));
    write_u64(w, "limit", cur_u32(&data));
}

/* As in an OPEN: RFC 5492 5. Only if the whole of it is capabilities. */
static void tell_caps(struct writer *w, struct cursor data)
{
    struct bgp_cap cap;
    struct cursor in = data;
    while (bgp_cap_next(&in, &cap))
        ;
    if (!cur_ok(&in) || bgp_text_plain(data))
        return;
    write_array(w, "capabilities");
    while (bgp_cap_next(&data, &cap))
        bgp_cap_tell(w, &cap);
    write_end(w);
}

/* The attribute at fault, as it was received, or its code alone: RFC 4271 6.3 */
struct bad_attribute {
    bool whole; /* more than its code */
    uint8_t flags, code;
    struct cursor value;
};

static bool is_attribute(struct cursor data, struct bad_attribute *out)
{
    out->whole = cur_left(&data) > 1;
    out->flags = out->whole ? cur_u8(&data) : 0;
    out->code = cur_u8(&data);
    size_t said = !out->whole ? 0 : out->flags & 0x10 ? cur_u16(&data) : cur_u8(&data);
    out->value = data;
    /* It may claim to be longer than it is, that can be its very fault; what is behind it was not sent with it. */
    return cur_ok(&data) && !(out->flags & 0x0f) && said >= cur_left(&data);
}

static void read_attribute(struct bgp_notification *n, const struct bgp_msg *msg, struct cursor data)
{
    struct bad_attribute a;
    (void)msg;
    if (!is_attribute(data, &a))
        take_words(n, data);
}

static void tell_attribute(struct writer *w, struct cursor data)
{
    struct bad_attribute a;
    if (!is_attribute(data, &a))
        return;
    write_object(w, "attribute");
    write_u64(w, "code", a.code);
    if (bgp_attr_name(a.code))
        write_str(w, "name", bgp_attr_name(a.code));
    if (a.whole) {
        write_u64(w, "flags", a.flags);
        write_hex(w, "value", a.value.at, cur_left(&a.value));
    }
    write_end(w);
}

/* ---- the shapes that NOTIFY rows name ---- */

// clang-format off
static const struct shape
    shape_opaque     = { 0,             NULL,           NULL },
    shape_words      = { 0,             read_words,     NULL },
    shape_shutdown   = { 0,             read_shutdown,  NULL },
    shape_hard       = { 0,             read_hard,      NULL },
    shape_length     = { 1 << 2,        NULL,           tell_length },
    shape_type       = { 1 << 1,        NULL,           tell_type },
    shape_version    = { 1 << 1|1 << 2, NULL,           tell_version },
    shape_peer_as    = { 1 << 2|1 << 4, read_peer_as,   tell_peer_as },
    shape_identifier = { 1 << 4,        NULL,           tell_identifier },
    shape_hold       = { 1 << 2,        read_hold,      tell_hold },
    shape_limit      = { 1 << 7,        read_limit,     tell_limit },
    shape_caps       = { 0,             read_words,     tell_caps },
    shape_attribute  = { 0,             read_attribute, tell_attribute };
// clang-format on

static const struct shape *shape_of(unsigned code, unsigned subcode)
{
    static const struct {
        uint8_t code, subcode;
        const struct shape *shape;
    } rows[] = {
#define NOTIFY(code, subcode, words, data) { code, subcode, &shape_##data },
#include "decode/bgp/notify.def"
    };
    for (size_t i = 0; i < COUNT(rows); i++)
        if (rows[i].code == code && rows[i].subcode == subcode)
            return rows[i].shape;
    return &shape_words;
}

static bool has_shape(const struct shape *shape, struct cursor data)
{
    size_t n = cur_left(&data);
    return !shape->sizes || (n < 32 && shape->sizes >> n & 1);
}

/* Data that are left out are never wrong: most speakers send none. */
static void read_data(struct bgp_notification *n, const struct bgp_msg *msg, unsigned code, unsigned subcode,
                      struct cursor data)
{
    const struct shape *shape = shape_of(code, subcode);
    if (!cur_left(&data))
        return;
    if (!has_shape(shape, data)) {
        if (!take_words(n, data) && !bgp_cut_here(msg, &data))
            fault_note(&n->faults, FAULT_BGP_NOTIFY_DATA, bgp_offset(msg, data.at),
                       (uint32_t)cur_left(&data));
    } else if (shape->read)
        shape->read(n, msg, data);
}

static void read_hard(struct bgp_notification *n, const struct bgp_msg *msg, struct cursor data)
{
    struct cursor in = data;
    if (cur_left(&in) < 2) {
        if (!bgp_cut_here(msg, &in))
            fault_note(&n->faults, FAULT_BGP_NOTIFY_DATA, bgp_offset(msg, data.at), 1);
        return;
    }
    n->has_inner = true;
    n->inner_code = cur_u8(&in);
    n->inner_subcode = cur_u8(&in);
    n->inner_data = in;
    if (n->inner_code != CEASE || n->inner_subcode != HARD_RESET) /* one within another is nothing */
        read_data(n, msg, n->inner_code, n->inner_subcode, in);
}

void bgp_notification_read(const struct bgp_msg *msg, struct bgp_notification *out)
{
    *out = (struct bgp_notification){ .limit_family = FAMILY_NONE };
    struct cursor in = msg->body;
    out->text = out->inner_data = cur_over(in.end, 0);
    out->code = cur_u8(&in);
    out->subcode = cur_u8(&in);
    out->data = in;
    if (cur_ok(&in))
        read_data(out, msg, out->code, out->subcode, in);
}

/* ---- telling ---- */

/* What the data say besides text. */
static void tell_data(struct writer *w, uint8_t code, uint8_t subcode, struct cursor data)
{
    const struct shape *shape = shape_of(code, subcode);
    if (cur_left(&data) && shape->tell && has_shape(shape, data))
        shape->tell(w, data);
}

static void tell_error(struct writer *w, uint8_t code, uint8_t subcode, struct cursor data)
{
    char name[64];
    write_u64(w, "code", code);
    write_u64(w, "subcode", subcode);
    write_str(w, "name", bgp_notify_name(code, subcode, name));
    write_hex(w, "data", data.at, cur_left(&data));
    tell_data(w, code, subcode, data);
}

void bgp_notification_tell(struct writer *w, const struct bgp_msg *msg)
{
    struct bgp_notification n;
    bgp_notification_read(msg, &n);
    write_object(w, "notification");
    if (!cur_ok(&n.data)) { /* cut before the subcode */
        if (cur_left(&msg->body))
            write_u64(w, "code", n.code);
        write_end(w);
        return;
    }
    tell_error(w, n.code, n.subcode, n.data);
    if (n.has_inner) {
        write_object(w, "inner");
        tell_error(w, n.inner_code, n.inner_subcode, n.inner_data);
    }
    if (cur_left(&n.text)) /* stands with the error that it explains */
        bgp_text_tell(w, "text", n.text);
    if (n.has_inner)
        write_end(w);
    write_end(w);
    bgp_faults_tell(w, &n.faults);
}

static void line_error(struct buf *out, uint8_t code, uint8_t subcode, struct cursor data)
{
    char name[64];
    struct buf said = buf_init(4096);
    struct writer w = writer_init(&writer_text, &said);
    write_object(&w, NULL);
    tell_data(&w, code, subcode, data);
    write_end(&w);
    buf_printf(out, "%u/%u %s", code, subcode, bgp_notify_name(code, subcode, name));
    if (said.used) {
        buf_str(out, ", ");
        buf_add(out, buf_text(&said), said.used);
    }
    buf_free(&said);
}

void bgp_notification_line(const struct bgp_msg *msg, struct buf *out)
{
    struct bgp_notification n;
    bgp_notification_read(msg, &n);
    if (!cur_ok(&n.data))
        return;
    buf_char(out, ' ');
    line_error(out, n.code, n.subcode, n.data);
    if (n.has_inner) {
        buf_str(out, " (");
        line_error(out, n.inner_code, n.inner_subcode, n.inner_data);
        buf_char(out, ')');
    }
    if (cur_left(&n.text)) {
        buf_str(out, ": \"");
        bgp_text_add(out, n.text);
        buf_char(out, '"');
    }
    bgp_faults_line(&n.faults, out);
}
