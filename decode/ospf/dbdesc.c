/* Database Description: bytes in, MTU, flags and sequence number out; the LSA headers are lsa.c's.
 * RFC 2328 A.3.3, RFC 5340 A.3.3 */
#include "decode/ospf/ospf_internal.h"

enum { MASTER = 1, MORE = 2, INIT = 4, RESYNC = 8 };
#define FLAGS "flags/1(-4,R,I,M,MS)"

/*   OSPFv2:  MTU (2)  options (1)  flags (1)  sequence (4)  { LSA header (20) }
 *   OSPFv3:  0 (1)  options (3)  MTU (2)  0 (1)  flags (1)  sequence (4)  { LSA header (20) } */
bool ospf_dbdesc_read(const struct ospf_packet *p, struct ospf_dbdesc *out)
{
    struct cursor in = p->body;
    *out = (struct ospf_dbdesc){ 0 };
    if (p->version == 3) {
        cur_u8(&in);
        out->options = cur_u24(&in);
        out->mtu = cur_u16(&in);
        cur_u8(&in);
    } else {
        out->mtu = cur_u16(&in);
        out->options = cur_u8(&in);
    }
    out->flags = cur_u8(&in);
    out->sequence = cur_u32(&in);
    out->init = out->flags & INIT;
    out->more = out->flags & MORE;
    out->master = out->flags & MASTER;
    out->resync = out->flags & RESYNC;
    return cur_ok(&in);
}

void ospf_tell_dbdesc(struct ospf_told *t, const struct ospf_packet *p)
{
    struct writer *w = t->w;
    struct ospf_dbdesc d;
    if (!ospf_dbdesc_read(p, &d))
        return;
    write_object(w, "database_description");
    write_u64(w, "mtu", d.mtu);
    ospf_options_tell(w, p->version, d.options);
    struct cursor flags = cur_over(&d.flags, 1);
    ospf_shape_tell(w, FLAGS, &flags, false);
    write_format(w, "sequence", "0x%08x", (unsigned)d.sequence);
    write_end(w);
    if (d.init && (!d.more || !d.master)) /* RFC 2328 10.8: sent in ExStart, with all three */
        ospf_blame(t, FAULT_OSPF_DBDESC_FLAGS, p->body.at + (p->version == 3 ? 7 : 3), d.flags);
    ospf_lsas_tell(t, p);
}

void ospf_line_dbdesc(const struct ospf_packet *p, struct buf *out)
{
    struct ospf_dbdesc d;
    if (!ospf_dbdesc_read(p, &d))
        return;
    buf_printf(out, " MTU %u%s%s%s sequence 0x%08x", d.mtu, d.init ? " I" : "", d.more ? " M" : "",
               d.master ? " MS" : "", (unsigned)d.sequence);
    ospf_lsas_line(p, out);
}
