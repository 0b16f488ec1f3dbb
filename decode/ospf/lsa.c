/* LSAs: of a packet's body, header by header (and in Link State Updates body by body), in; told and judged. The bodies
 * are read by lsa_v2.c, lsa_v3.c and lsa_opaque.c, as the rows of lsa.def say. */
#include "decode/ospf/ospf_internal.h"

/*   0        2        3      4
 *   +--------+--------+------+
 *   |  age   |options | type |     RFC 2328 A.4.1; in OSPFv3 the type has both bytes (RFC 5340 A.4.2)
 *   +--------+--------+------+
 *   |     link-state ID      |
 *   |   advertising router   |
 *   |    sequence number     |
 *   +---------------+--------+
 *   |   checksum    | length |
 *   +---------------+--------+ */
enum { DO_NOT_AGE = 0x8000, FUNCTION = 0x1fff };

const struct ospf_lsa_row ospf_lsa_rows[OSPF_LSA_UNKNOWN] = {
#define LSA(version, type, ident, name, reader, head, tlvs)                                                  \
    [OSPF_LSA_##ident] = { version, type, name, ospf_lsa_##reader, head, OSPF_TLV_##tlvs },
#include "decode/ospf/lsa.def"
#undef LSA
};

static bool is_row(unsigned i, unsigned version, uint32_t function)
{
    return i < OSPF_LSA_UNKNOWN && ospf_lsa_rows[i].version == version &&
           (ospf_lsa_rows[i].type & FUNCTION) == function;
}

/* The common types stand in the order of their numbers at the front of their version: a guess that is nearly always right. */
static enum ospf_kind kind_of(unsigned version, uint32_t type)
{
    uint32_t function = version == 3 ? type & FUNCTION : type;
    unsigned guess = (version == 3 ? OSPF_LSA_V3_ROUTER : OSPF_LSA_V2_ROUTER) + function - 1;
    if (is_row(guess, version, function))
        return (enum ospf_kind)guess;
    for (unsigned i = 0; i < OSPF_LSA_UNKNOWN; i++)
        if (is_row(i, version, function))
            return (enum ospf_kind)i;
    return OSPF_LSA_UNKNOWN;
}

const char *ospf_kind_name(enum ospf_kind kind)
{
    return (unsigned)kind < OSPF_LSA_UNKNOWN ? ospf_lsa_rows[kind].name : "Unknown";
}

const char *ospf_lsa_type_name(unsigned version, uint32_t type)
{
    enum ospf_kind kind = kind_of(version, type);
    return kind == OSPF_LSA_UNKNOWN ? NULL : ospf_lsa_rows[kind].name;
}

enum ospf_scope ospf_lsa_scope(const struct ospf_lsa *lsa)
{
    if (lsa->version == 3) /* S2 and S1: RFC 5340 A.4.2.1 */
        return (enum ospf_scope)(lsa->type >> 13 & 3);
    if (lsa->kind == OSPF_LSA_V2_EXTERNAL || lsa->kind == OSPF_LSA_V2_OPAQUE_AS)
        return OSPF_SCOPE_AS;
    return lsa->kind == OSPF_LSA_V2_OPAQUE_LINK ? OSPF_SCOPE_LINK : OSPF_SCOPE_AREA;
}

int ospf_lsa_newer(const struct ospf_lsa *a, const struct ospf_lsa *b)
{
    enum { MAX_AGE_DIFF = 900 };    /* RFC 2328 B */
    if (a->sequence != b->sequence) /* signed: the flip of the highest bit orders them */
        return (a->sequence ^ 0x80000000) > (b->sequence ^ 0x80000000) ? 1 : -1;
    if (a->checksum != b->checksum)
        return a->checksum > b->checksum ? 1 : -1;
    bool a_old = a->age >= OSPF_MAX_AGE, b_old = b->age >= OSPF_MAX_AGE;
    if (a_old != b_old)
        return a_old ? 1 : -1;
    int apart = a->age - b->age;
    if (apart > MAX_AGE_DIFF || apart < -MAX_AGE_DIFF)
        return apart < 0 ? 1 : -1;
    return 0;
}

bool ospf_route_read(const struct ospf_lsa *lsa, struct ospf_route *out)
{
    *out = (struct ospf_route){ 0 };
    switch (lsa->kind) {
    case OSPF_LSA_V2_SUMMARY:
    case OSPF_LSA_V2_SUMMARY_ASBR:
    case OSPF_LSA_V2_EXTERNAL:
    case OSPF_LSA_V2_NSSA: return ospf_v2_route_read(lsa, out);
    case OSPF_LSA_V3_INTER_PREFIX:
    case OSPF_LSA_V3_INTER_ROUTER:
    case OSPF_LSA_V3_EXTERNAL:
    case OSPF_LSA_V3_NSSA: return ospf_v3_route_read(lsa, out);
    default: return false;
    }
}

/* ---- one after another ---- */

struct ospf_lsa_iter ospf_lsas(const struct ospf_packet *p)
{
    struct ospf_lsa_iter it = { .in = p->body, .packet = p, .left = UINT32_MAX, .fault = FAULT_COUNT };
    if (p->type == OSPF_DBDESC)
        cur_take(&it.in, p->version == 3 ? 12 : 8);
    else if (p->type == OSPF_LSUPDATE)
        it.left = cur_u32(&it.in);
    else if (p->type != OSPF_LSACK)
        it.left = 0;
    if (!cur_ok(&it.in))
        it.left = 0;
    return it;
}

static bool give_up(struct ospf_lsa_iter *it, enum fault_code why)
{
    if (it->fault == FAULT_COUNT && !it->packet->incomplete)
        it->fault = why;
    it->left = 0;
    return false;
}

static uint16_t be16(const uint8_t *p) { return (uint16_t)(p[0] << 8 | p[1]); }
static uint32_t be32(const uint8_t *p) { return (uint32_t)be16(p) << 16 | be16(p + 2); }

/* The header; it->in has its 20 bytes. */
static void header_read(struct ospf_lsa_iter *it, struct ospf_lsa *out)
{
    const struct ospf_packet *p = it->packet;
    const uint8_t *h = cur_take(&it->in, OSPF_LSA_HEADER);
    uint16_t age = be16(h), type = p->version == 3 ? be16(h + 2) : h[3];
    *out = (struct ospf_lsa){ .kind = kind_of(p->version, type),
                              .age = age & (DO_NOT_AGE - 1),
                              .do_not_age = age & DO_NOT_AGE,
                              .type = type,
                              .options = (uint8_t)(p->version == 3 ? 0 : h[2]),
                              .id = be32(h + 4),
                              .router = be32(h + 8),
                              .sequence = be32(h + 12),
                              .checksum = be16(h + 16),
                              .length = be16(h + 18),
                              .version = p->version,
                              .instance = p->instance,
                              .header_only = p->type != OSPF_LSUPDATE,
                              .cut = false,
                              .body = cur_over(h + OSPF_LSA_HEADER, 0),
                              .raw = h,
                              .offset = (uint32_t)(h - p->raw) };
}

bool ospf_lsa_next(struct ospf_lsa_iter *it, struct ospf_lsa *out)
{
    bool update = it->packet->type == OSPF_LSUPDATE;
    if (!it->left) {
        if (update && cur_left(&it->in) && it->fault == FAULT_COUNT)
            give_up(it, FAULT_OSPF_LSUPDATE_COUNT);
        return false;
    }
    if (!cur_left(&it->in))
        return give_up(it, update ? FAULT_OSPF_LSUPDATE_COUNT : FAULT_COUNT);
    if (cur_left(&it->in) < OSPF_LSA_HEADER)
        return give_up(it, FAULT_OSPF_LSA_SHORT);
    it->left--;
    header_read(it, out);
    it->fault_type = out->type;
    size_t body = out->length < OSPF_LSA_HEADER ? 0 : out->length - OSPF_LSA_HEADER;
    if (!update)
        return true;
    if (out->length < OSPF_LSA_HEADER) /* where the next one begins cannot be known */
        give_up(it, FAULT_OSPF_LSA_LENGTH);
    if (body > cur_left(&it->in)) {
        out->cut = true;
        body = cur_left(&it->in);
        give_up(it, FAULT_OSPF_LSA_LENGTH);
    }
    out->body = cur_sub(&it->in, body);
    return true;
}

/* ---- what holds for all of them ---- */

static void judge_header(struct ospf_told *t, const struct ospf_lsa *lsa)
{
    if (lsa->kind == OSPF_LSA_UNKNOWN && lsa->version == 2)
        ospf_blame(t, FAULT_OSPF_LSA_TYPE, lsa->raw + 3, lsa->type);
    if (ospf_lsa_scope(lsa) == OSPF_SCOPE_RESERVED)
        ospf_blame(t, FAULT_OSPF_LSA_SCOPE, lsa->raw + 2, lsa->type);
    if (lsa->age > OSPF_MAX_AGE)
        ospf_blame(t, FAULT_OSPF_LSA_AGE, lsa->raw, lsa->type);
    if (lsa->sequence == 0x80000000)
        ospf_blame(t, FAULT_OSPF_LSA_SEQUENCE, lsa->raw + 12, lsa->type);
    if (lsa->header_only && lsa->length < OSPF_LSA_HEADER)
        ospf_blame(t, FAULT_OSPF_LSA_LENGTH, lsa->raw + 18, lsa->type);
    if (ospf_lsa_sum(lsa) == OSPF_SUM_WRONG)
        ospf_blame(t, FAULT_OSPF_LSA_CHECKSUM, lsa->raw + 16, lsa->type);
}

static void read_body(struct ospf_told *t, const struct ospf_lsa *lsa)
{
    struct ospf_lsa_in in = { .told = *t, .lsa = lsa, .in = lsa->body };
    if (lsa->header_only || lsa->length < OSPF_LSA_HEADER)
        return;
    (lsa->kind == OSPF_LSA_UNKNOWN ? ospf_lsa_hex : ospf_lsa_rows[lsa->kind].read)(&in);
    if (!lsa->cut && (!cur_ok(&in.in) || cur_left(&in.in)))
        ospf_blame(t, FAULT_OSPF_LSA_BODY, lsa->raw + OSPF_LSA_HEADER, lsa->type);
}

static void tell_lsa(struct ospf_told *t, const struct ospf_lsa *lsa)
{
    struct writer *w = t->w;
    judge_header(t, lsa);
    write_object(w, NULL);
    write_u64(w, "type", lsa->type);
    if (lsa->kind != OSPF_LSA_UNKNOWN)
        write_str(w, "name", ospf_lsa_rows[lsa->kind].name);
    ospf_id_tell(w, "link_state_id", lsa->id);
    ospf_id_tell(w, "advertising_router", lsa->router);
    write_format(w, "sequence", "0x%08x", (unsigned)lsa->sequence);
    write_u64(w, "age", lsa->age);
    if (lsa->do_not_age)
        write_bool(w, "do_not_age", true);
    write_u64(w, "length", lsa->length);
    write_format(w, "checksum", "0x%04x", lsa->checksum);
    if (lsa->version == 2)
        ospf_options_tell(w, 2, lsa->options);
    if (lsa->cut)
        write_bool(w, "truncated", true);
    read_body(t, lsa);
    write_end(w);
}

void ospf_lsa_tell(struct writer *w, const struct ospf_lsa *lsa)
{
    struct faults unheard = { 0 };
    struct ospf_told t = { w, &unheard, lsa->raw, lsa->offset };
    tell_lsa(&t, lsa);
}

void ospf_lsa_tell_body(struct writer *w, const struct ospf_lsa *lsa)
{
    struct faults unheard = { 0 };
    struct ospf_told t = { w, &unheard, lsa->raw, lsa->offset };
    read_body(&t, lsa);
}

void ospf_lsas_tell(struct ospf_told *t, const struct ospf_packet *p)
{
    struct ospf_lsa_iter it = ospf_lsas(p);
    struct ospf_lsa lsa;
    bool any = false;
    while (ospf_lsa_next(&it, &lsa)) {
        if (!any)
            write_array(t->w, "lsas");
        any = true;
        tell_lsa(t, &lsa);
    }
    if (any)
        write_end(t->w);
    if (it.fault != FAULT_COUNT)
        ospf_blame(t, it.fault, it.in.at, it.fault_type);
}

/* What it is, and of opaque ones what for: "Opaque-LSA (area) router-information". */
static void line_name(const struct ospf_lsa *lsa, struct buf *out)
{
    if (lsa->kind == OSPF_LSA_UNKNOWN)
        buf_printf(out, "type %u", lsa->type);
    else
        buf_str(out, ospf_lsa_rows[lsa->kind].name);
    const char *opaque = ospf_lsa_opaque_name(lsa);
    if (opaque)
        buf_printf(out, " %s", opaque);
}

void ospf_lsas_line(const struct ospf_packet *p, struct buf *out)
{
    enum { TOLD = 3 };
    struct ospf_lsa_iter it = ospf_lsas(p);
    struct ospf_lsa lsa;
    char id[16], router[16];
    unsigned count = 0;
    while (ospf_lsa_next(&it, &lsa)) {
        if (count++ >= TOLD)
            continue;
        buf_str(out, count > 1 ? ", " : ": ");
        line_name(&lsa, out);
        buf_printf(out, " %s from %s 0x%08x", ospf_id_text(lsa.id, id), ospf_id_text(lsa.router, router),
                   (unsigned)lsa.sequence);
        if (lsa.age >= OSPF_MAX_AGE)
            buf_str(out, " (MaxAge)");
    }
    if (count > TOLD)
        buf_printf(out, " and %u more", count - TOLD);
}

/* The rest as it is, for LSAs whose fields we don't know. */
void ospf_lsa_hex(struct ospf_lsa_in *in)
{
    struct cursor rest = cur_sub(&in->in, cur_left(&in->in));
    if (cur_left(&rest))
        write_hex(in->told.w, "data", rest.at, cur_left(&rest));
}

/* Fields as the row says, then TLVs: extended LSAs of OSPFv3 and others that are made of TLVs alone. */
void ospf_lsa_tlvs(struct ospf_lsa_in *in)
{
    const struct ospf_lsa_row *row = &ospf_lsa_rows[in->lsa->kind];
    struct writer silent = ospf_silent();
    struct cursor trial = in->in;
    bool ipv4 = ospf_instance_ipv4(in->lsa->instance);
    if (!ospf_shape_tell(&silent, row->head, &trial, ipv4)) {
        in->in = trial;
        return;
    }
    ospf_shape_tell(in->told.w, row->head, &in->in, ipv4);
    struct cursor rest = cur_sub(&in->in, cur_left(&in->in));
    ospf_tlvs_tell(&in->told, rest, (enum ospf_tlv_block)row->tlvs, ipv4, in->lsa->cut);
}
