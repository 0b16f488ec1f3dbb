/* The header that all packets share: IP payload in, struct ospf_packet out, with checksum and authentication; then
 * each packet to its reader, as the rows of packets.def say. */
#include "decode/ospf/ospf_internal.h"

#include <string.h>

/*   0         1      2                4
 *   +---------+------+----------------+
 *   | version | type |     length     |
 *   |            router ID            |
 *   |             area ID             |
 *   +----------------+----------------+
 *   |    checksum    | instance AuType|     OSPFv3: instance (1), 0 (1), and the body follows
 *   +----------------+----------------+
 *   |    authentication (8)           |     AuType 2 and 3: 0 (2)  key ID (1)  length of the digest (1)  sequence (4)
 *   +---------------------------------+     RFC 2328 A.3.1 and D.3, RFC 6549 2.1, RFC 5340 A.3.1 */
enum { AT_TYPE = 1, AT_LENGTH = 2, AT_CHECKSUM = 12, AT_AUTH = 14, AUTH_FIELD = 16 };
enum { PROTOCOL = 89 };

static const struct {
    uint8_t least[2]; /* behind the header: OSPFv2, OSPFv3 */
} packets[] = {
#define PACKET(type, ident, name, least2, least3, reader) [type] = { { least2, least3 } },
#include "decode/ospf/packets.def"
#undef PACKET
};

static void v2_auth_read(struct ospf_packet *p, struct cursor *in)
{
    p->instance = cur_u8(in); /* RFC 6549 2.1: once the upper half of AuType */
    p->auth = cur_u8(in);
    struct cursor field = cur_sub(in, 8);
    switch (p->auth) {
    case OSPF_AUTH_NULL: break;
    case OSPF_AUTH_SIMPLE: p->password = field; break;
    case OSPF_AUTH_CRYPTO:
    case OSPF_AUTH_EXTENDED:
        cur_u16(&field);
        p->key_id = cur_u8(&field);
        p->auth_length = cur_u8(&field);
        p->auth_sequence = cur_u32(&field);
        break;
    default: fault_note(&p->faults, FAULT_OSPF_AUTH_TYPE, AT_AUTH, p->auth);
    }
}

static void header_read(struct ospf_packet *p, struct cursor *in)
{
    p->version = cur_u8(in);
    p->type = cur_u8(in);
    p->length = cur_u16(in);
    p->router_id = cur_u32(in);
    p->area = cur_u32(in);
    p->checksum = cur_u16(in);
    if (p->version == 2)
        v2_auth_read(p, in);
    else {
        p->instance = cur_u8(in);
        cur_u8(in);
    }
}

static size_t header_size(const struct ospf_packet *p)
{
    return p->version == 3 ? OSPF_HEADER_V3 : OSPF_HEADER_V2;
}

/* Whether the length can be that of such a packet, and so much was sent. */
static bool length_good(struct ospf_packet *p, uint32_t wire)
{
    size_t least = header_size(p);
    if (p->type < COUNT(packets) && ospf_type_name(p->type))
        least += packets[p->type].least[p->version - 2];
    else
        fault_note(&p->faults, FAULT_OSPF_HEADER_TYPE, AT_TYPE, p->type);
    if (p->length < least)
        fault_note(&p->faults, FAULT_OSPF_HEADER_SHORT, AT_LENGTH, p->length);
    else if (p->length > wire)
        fault_note(&p->faults, FAULT_OSPF_HEADER_LENGTH, AT_LENGTH, p->length);
    return p->length >= least && p->length <= wire;
}

/* Of a Hello or Database Description, if they are there: its trailers depend on them. */
static void options_read(struct ospf_packet *p)
{
    struct cursor in = p->body;
    if (p->type == OSPF_HELLO)
        cur_take(&in, p->version == 3 ? 5 : 6);
    else if (p->type == OSPF_DBDESC)
        cur_take(&in, p->version == 3 ? 1 : 2);
    else
        return;
    p->options = p->version == 3 ? cur_u24(&in) : cur_u8(&in);
    p->has_options = cur_ok(&in);
}

/* RFC 2328 D.4.1 and D.4.2: without the authentication field. */
static uint32_t v2_sum(const struct ospf_packet *p)
{
    uint32_t sum = ospf_sum16(0, cur_over(p->raw, AUTH_FIELD));
    return ospf_sum16(sum, cur_over(p->raw + OSPF_HEADER_V2, p->length - (size_t)OSPF_HEADER_V2));
}

/* RFC 5340 A.3.1: with the pseudo-header of RFC 8200 8.1, whose length is the packet's own; over IPv4 with its
 * addresses (RFC 7949 3.3). */
static uint32_t v3_sum(const struct ospf_packet *p, const struct addr *src, const struct addr *dst)
{
    uint32_t sum = (uint32_t)p->length + PROTOCOL;
    sum = ospf_sum16(sum, cur_over(src->b, src->size));
    sum = ospf_sum16(sum, cur_over(dst->b, dst->size));
    return ospf_sum16(sum, cur_over(p->raw, p->length));
}

static void verify_sum(struct ospf_packet *p, const struct addr *src, const struct addr *dst)
{
    if (p->sum == OSPF_SUM_NONE || (p->version == 2 && p->auth > OSPF_AUTH_SIMPLE)) {
        p->sum = OSPF_SUM_NONE;
        return;
    }
    if (p->version == 3 && (!src->size || !dst->size))
        return;
    if (p->version == 3 && p->cut && !p->has_options) /* perhaps it was a trailer that was cut away */
        return;
    if (ospf_sum16_right(p->version == 3 ? v3_sum(p, src, dst) : v2_sum(p))) {
        p->sum = OSPF_SUM_RIGHT;
        return;
    }
    p->sum = OSPF_SUM_WRONG;
    fault_note(&p->faults, FAULT_OSPF_HEADER_CHECKSUM, AT_CHECKSUM, 0);
}

bool ospf_read(struct cursor payload, uint32_t wire, const struct addr *src, const struct addr *dst,
               struct ospf_packet *out)
{
    struct cursor in = payload;
    size_t have = cur_left(&payload);
    if (wire < have)
        wire = (uint32_t)have;
    *out = (struct ospf_packet){ .raw = payload.at, .cut = have < wire, .incomplete = true };
    header_read(out, &in);
    if (out->version != 2 && out->version != 3) {
        if (have || !out->cut)
            fault_note(&out->faults, FAULT_OSPF_HEADER_VERSION, 0, out->version);
        return false;
    }
    bool length_known = have >= AT_LENGTH + 2;
    bool good = (length_known || !out->cut) && length_good(out, wire);
    struct cursor rest = payload;
    if (length_known && out->length < have)
        have = out->length;
    out->have = (uint32_t)have;
    out->body = cur_sub(&rest, have);
    cur_take(&out->body, header_size(out) < have ? header_size(out) : have);
    out->incomplete = !good || have < out->length;
    options_read(out);
    if (!out->incomplete) {
        ospf_trailers_read(out, rest, wire - out->length);
        verify_sum(out, src, dst);
    }
    return true;
}

/* ---- each packet to its reader ---- */

struct told_by {
    ospf_body_tell *tell;
    ospf_body_line *line;
};

static const struct told_by *reader_of(const struct ospf_packet *p)
{
    static const struct told_by readers[] = {
#define PACKET(type, ident, name, least2, least3, reader) [type] = { ospf_tell_##reader, ospf_line_##reader },
#include "decode/ospf/packets.def"
#undef PACKET
    };
    return p->type < COUNT(readers) && readers[p->type].tell ? &readers[p->type] : NULL;
}

static void tell_body(struct ospf_told *t, const struct ospf_packet *p)
{
    const struct told_by *reader = reader_of(p);
    if (reader)
        reader->tell(t, p);
    else if (cur_left(&p->body))
        write_hex(t->w, "data", p->body.at, cur_left(&p->body));
    ospf_lls_tell(t, p);
}

void ospf_judge(const struct ospf_packet *p, struct faults *faults)
{
    struct writer silent = ospf_silent();
    struct ospf_told t = { &silent, faults, p->raw, 0 };
    tell_body(&t, p);
}

/* The words, and what the detail means: a name where it is the type of an LSA. */
static void tell_fault_text(struct writer *w, unsigned version, const struct fault *f)
{
    static const char lsa[] = "ospf.lsa.";
    const char *name =
        strncmp(fault_key(f->code), lsa, sizeof lsa - 1) ? NULL : ospf_lsa_type_name(version, f->detail);
    if (name)
        write_format(w, "text", "%s (%s)", fault_words(f->code), name);
    else if (f->detail)
        write_format(w, "text", "%s (%u)", fault_words(f->code), (unsigned)f->detail);
    else
        write_str(w, "text", fault_words(f->code));
}

static void tell_faults(struct writer *w, unsigned version, const struct faults *faults)
{
    if (!faults->count)
        return;
    write_array(w, "faults");
    for (unsigned i = 0; i < faults->count; i++) {
        const struct fault *f = &faults->list[i];
        write_object(w, NULL);
        write_str(w, "code", fault_key(f->code));
        write_u64(w, "offset", f->offset);
        tell_fault_text(w, version, f);
        write_end(w);
    }
    write_end(w);
    if (faults->lost)
        write_u64(w, "faults_left_out", faults->lost);
}

void ospf_tell(struct writer *w, const struct ospf_packet *p)
{
    struct faults faults = p->faults;
    struct ospf_told t = { w, &faults, p->raw, 0 };
    const char *name = ospf_type_name(p->type);
    write_str(w, "protocol", "ospf");
    write_u64(w, "version", p->version);
    if (name)
        write_str(w, "type", name);
    else if (p->have > AT_TYPE)
        write_format(w, "type", "%u", p->type);
    if (p->have >= 4)
        write_u64(w, "length", p->length);
    if (p->cut)
        write_bool(w, "truncated", true);
    if (p->have >= 8)
        ospf_id_tell(w, "router_id", p->router_id);
    if (p->have >= 12)
        ospf_id_tell(w, "area", p->area);
    if (p->have >= AT_CHECKSUM + 2)
        write_format(w, "checksum", "0x%04x", p->checksum);
    if (p->have >= header_size(p)) {
        write_u64(w, "instance", p->instance);
        ospf_auth_tell(w, p);
    }
    tell_body(&t, p);
    tell_faults(w, p->version, &faults);
}

void ospf_line(const struct ospf_packet *p, struct buf *out)
{
    char text[16];
    const struct told_by *reader = reader_of(p);
    struct faults faults = p->faults;
    if (reader)
        buf_str(out, ospf_type_name(p->type));
    else
        buf_printf(out, "OSPF type %u", p->type);
    if (p->have >= 8)
        buf_printf(out, " %s", ospf_id_text(p->router_id, text));
    if (p->have >= 12)
        buf_printf(out, " area %s", ospf_id_text(p->area, text));
    if (p->instance)
        buf_printf(out, " instance %u", p->instance);
    if (p->auth == OSPF_AUTH_SIMPLE)
        buf_str(out, " password");
    else if (cur_left(&p->digest))
        buf_printf(out, " %s key %u", ospf_digest_name(p->digest_kind), p->key_id);
    if (reader)
        reader->line(p, out);
    ospf_judge(p, &faults);
    if (faults.count) {
        buf_printf(out, " [%s", fault_words(faults.list[0].code));
        if (faults.count > 1)
            buf_printf(out, "; %u more", faults.count - 1 + faults.lost);
        buf_char(out, ']');
    }
    if (p->cut)
        buf_str(out, " (cut)");
}

/* ---- silence ---- */

static void no_open(struct writer *w, const char *key, bool array) { (void)w, (void)key, (void)array; }
static void no_close(struct writer *w) { (void)w; }
static void no_text(struct writer *w, const char *key, const char *text, size_t n)
{
    (void)w, (void)key, (void)text, (void)n;
}

struct writer ospf_silent(void)
{
    static const struct writer_ops ops = { no_open, no_close, no_text, no_text };
    return writer_init(&ops, NULL);
}
