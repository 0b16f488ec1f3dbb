/* Hello: bytes in, what a router says of itself on a link and whom it hears, out. RFC 2328 A.3.2, RFC 5340 A.3.2 */
#include "decode/ospf/ospf_internal.h"

/*   OSPFv2:  mask (4)  hello (2)  options (1)  priority (1)  dead (4)  DR (4)  BDR (4)  { neighbour (4) }
 *   OSPFv3:  interface (4)  priority (1)  options (3)  hello (2)  dead (2)  DR (4)  BDR (4)  { neighbour (4) } */
bool ospf_hello_read(const struct ospf_packet *p, struct ospf_hello *out)
{
    struct cursor in = p->body;
    *out = (struct ospf_hello){ 0 };
    if (p->version == 3) {
        out->interface_id = cur_u32(&in);
        out->priority = cur_u8(&in);
        out->options = cur_u24(&in);
        out->hello_interval = cur_u16(&in);
        out->dead_interval = cur_u16(&in);
    } else {
        out->mask = cur_u32(&in);
        out->hello_interval = cur_u16(&in);
        out->options = cur_u8(&in);
        out->priority = cur_u8(&in);
        out->dead_interval = cur_u32(&in);
    }
    out->dr = cur_u32(&in);
    out->bdr = cur_u32(&in);
    out->neighbors = in;
    return cur_ok(&in);
}

static void judge(struct ospf_told *t, const struct ospf_packet *p, const struct ospf_hello *h)
{
    bool holes;
    ospf_mask_bits(h->mask, &holes);
    if (holes)
        ospf_blame(t, FAULT_OSPF_HELLO_MASK, p->body.at, 0);
    if (cur_left(&h->neighbors) % 4 && !p->incomplete)
        ospf_blame(t, FAULT_OSPF_HELLO_NEIGHBORS, h->neighbors.at, (uint32_t)cur_left(&h->neighbors));
}

void ospf_tell_hello(struct ospf_told *t, const struct ospf_packet *p)
{
    struct writer *w = t->w;
    struct ospf_hello h;
    bool whole = ospf_hello_read(p, &h);
    if (!cur_left(&p->body))
        return;
    write_object(w, "hello");
    if (whole) {
        if (p->version == 3)
            write_u64(w, "interface_id", h.interface_id);
        else
            ospf_id_tell(w, "mask", h.mask);
        write_u64(w, "hello_interval", h.hello_interval);
        write_u64(w, "dead_interval", h.dead_interval);
        ospf_options_tell(w, p->version, h.options);
        write_u64(w, "priority", h.priority);
        ospf_id_tell(w, "dr", h.dr);
        ospf_id_tell(w, "bdr", h.bdr);
        ospf_ids_tell(w, "neighbors", h.neighbors);
        judge(t, p, &h);
    }
    write_end(w);
}

void ospf_line_hello(const struct ospf_packet *p, struct buf *out)
{
    char text[16];
    struct ospf_hello h;
    uint32_t id;
    if (!ospf_hello_read(p, &h))
        return;
    buf_printf(out, " hello %u dead %u", h.hello_interval, (unsigned)h.dead_interval);
    if (h.dr)
        buf_printf(out, " DR %s", ospf_id_text(h.dr, text));
    if (h.bdr)
        buf_printf(out, " BDR %s", ospf_id_text(h.bdr, text));
    if (cur_left(&h.neighbors) >= 4)
        buf_str(out, " neighbours");
    while (ospf_id_next(&h.neighbors, &id))
        buf_printf(out, " %s", ospf_id_text(id, text));
}
