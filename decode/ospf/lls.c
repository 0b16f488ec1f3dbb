/* The block of link-local signalling behind a Hello or Database Description: bytes in, its TLVs told. RFC 5613
 *
 *     0          2                 4
 *     +----------+-----------------+- - -
 *     | checksum | length in words | TLVs      the length counts these four bytes
 *     +----------+-----------------+- - - */
#include "decode/ospf/ospf_internal.h"

enum { LLS_HEADER = 4 };

static bool announced(const struct ospf_packet *p)
{
    return p->has_options && p->options & (p->version == 3 ? (uint32_t)OSPF_V3_L : (uint32_t)OSPF_V2_L);
}

/* Not computed when the packet is authenticated by a digest: RFC 5613 2.2, erratum 3568 of RFC 6506. */
static bool summed(const struct ospf_packet *p)
{
    if (p->version == 3)
        return !(p->options & OSPF_V3_AT);
    return p->auth == OSPF_AUTH_NULL || p->auth == OSPF_AUTH_SIMPLE;
}

void ospf_lls_read(struct ospf_packet *p, struct cursor *rest, uint32_t *wire)
{
    if (!announced(p))
        return;
    size_t offset = (size_t)(rest->at - p->raw);
    if (*wire < LLS_HEADER) {
        fault_note(&p->faults, FAULT_OSPF_LLS_MISSING, offset, *wire);
        return;
    }
    struct cursor head = *rest;
    cur_u16(&head);
    uint32_t size = cur_u16(&head) * 4u;
    if (!cur_ok(&head)) {
        cur_take(rest, cur_left(rest) + 1); /* cut */
        return;
    }
    if (size < LLS_HEADER || size > *wire) {
        fault_note(&p->faults, FAULT_OSPF_LLS_LENGTH, offset + 2, size);
        return;
    }
    *wire -= size;
    p->lls = cur_sub(rest, size < cur_left(rest) ? size : cur_left(rest));
    if (cur_left(&p->lls) == size && summed(p) && !ospf_sum16_right(ospf_sum16(0, p->lls)))
        fault_note(&p->faults, FAULT_OSPF_LLS_CHECKSUM, offset, 0);
}

void ospf_lls_tell(struct ospf_told *t, const struct ospf_packet *p)
{
    struct cursor in = p->lls;
    if (cur_left(&in) < LLS_HEADER)
        return;
    write_object(t->w, "lls");
    ospf_shape_tell(t->w, "-2 words/2", &in, false);
    ospf_tlvs_tell(t, in, OSPF_TLV_LLS, false, p->cut);
    write_end(t->w);
}
