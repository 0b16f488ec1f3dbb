/* Link State Request: bytes in, the LSAs that are wanted out. RFC 2328 A.3.4, RFC 5340 A.3.4 */
#include "decode/ospf/ospf_internal.h"

enum { REQUEST = 12 };

/*   type (4)  link-state ID (4)  advertising router (4); in OSPFv3 the type is the lower half of its field */
bool ospf_request_next(const struct ospf_packet *p, struct cursor *body, struct ospf_request *out)
{
    if (cur_left(body) < REQUEST)
        return false;
    out->type = cur_u32(body) & (p->version == 3 ? 0xffff : UINT32_MAX);
    out->id = cur_u32(body);
    out->router = cur_u32(body);
    return true;
}

void ospf_tell_lsreq(struct ospf_told *t, const struct ospf_packet *p)
{
    struct writer *w = t->w;
    struct cursor in = p->body;
    struct ospf_request r;
    if (cur_left(&in) >= REQUEST) {
        write_array(w, "lsas");
        while (ospf_request_next(p, &in, &r)) {
            const char *name = ospf_lsa_type_name(p->version, r.type);
            write_object(w, NULL);
            write_u64(w, "type", r.type);
            if (name)
                write_str(w, "name", name);
            ospf_id_tell(w, "link_state_id", r.id);
            ospf_id_tell(w, "advertising_router", r.router);
            write_end(w);
        }
        write_end(w);
    }
    if (cur_left(&in) && !p->incomplete)
        ospf_blame(t, FAULT_OSPF_LSREQ_LENGTH, in.at, (uint32_t)cur_left(&in));
}

void ospf_line_lsreq(const struct ospf_packet *p, struct buf *out)
{
    enum { TOLD = 3 };
    struct cursor in = p->body;
    struct ospf_request r;
    char id[16], router[16];
    unsigned count = 0;
    while (ospf_request_next(p, &in, &r)) {
        if (count++ >= TOLD)
            continue;
        const char *name = ospf_lsa_type_name(p->version, r.type);
        buf_str(out, count > 1 ? ", " : ": ");
        if (name)
            buf_str(out, name);
        else
            buf_printf(out, "type %u", (unsigned)r.type);
        buf_printf(out, " %s from %s", ospf_id_text(r.id, id), ospf_id_text(r.router, router));
    }
    if (count > TOLD)
        buf_printf(out, " and %u more", count - TOLD);
}
