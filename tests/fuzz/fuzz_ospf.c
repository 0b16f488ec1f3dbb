/* Any bytes, read as an OSPF packet: header, trailers, every reader, every teller, with both writers. The first byte
 * chooses whether something was cut and how much, and between which addresses it went. */
#include "decode/ospf/ospf.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool held)
{
    if (!held)
        abort();
}

/* Whether a cursor lies within the packet's bytes. */
static bool within(const struct cursor *c, const uint8_t *bytes, size_t size)
{
    return !cur_left(c) || (c->at >= bytes && c->end <= bytes + size);
}

/* ---- what state/ does ---- */

static void read_lsas(const struct ospf_packet *p, const uint8_t *bytes, size_t size)
{
    struct ospf_lsa_iter it = ospf_lsas(p);
    struct ospf_lsa lsa, before = { 0 };
    size_t most = size / OSPF_LSA_HEADER;
    while (ospf_lsa_next(&it, &lsa)) {
        must(most-- > 0 && within(&lsa.body, bytes, size));
        must(lsa.cut || lsa.header_only || lsa.length < OSPF_LSA_HEADER ||
             cur_left(&lsa.body) == lsa.length - (size_t)OSPF_LSA_HEADER);
        must(ospf_lsa_newer(&lsa, &before) == -ospf_lsa_newer(&before, &lsa));
        ospf_lsa_sum(&lsa);
        before = lsa;
    }
    must(!ospf_lsa_next(&it, &lsa));
}

static void read_bodies(const struct ospf_packet *p, const uint8_t *bytes, size_t size)
{
    struct ospf_hello h;
    struct ospf_dbdesc d;
    struct ospf_request r;
    struct cursor body = p->body;
    uint32_t id;
    ospf_hello_read(p, &h);
    while (ospf_id_next(&h.neighbors, &id))
        ;
    ospf_dbdesc_read(p, &d);
    while (ospf_request_next(p, &body, &r))
        ;
    read_lsas(p, bytes, size);
}

/* ---- what whoever shows a packet does ---- */

static void tell(const struct ospf_packet *p, const struct writer_ops *ops, struct buf *out)
{
    struct writer w = writer_init(ops, out);
    buf_clear(out);
    write_object(&w, NULL);
    ospf_tell(&w, p);
    write_end(&w);
    must(!w.depth && out->used);
}

static void judge(const struct ospf_packet *p, struct buf *json)
{
    struct faults f = p->faults;
    ospf_judge(p, &f);
    must(f.count >= p->faults.count);
    must(json->lost || !!f.count == !!strstr(buf_text(json), ",\"faults\":["));
    must(p->cut || p->have == p->length || f.count);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (!size)
        return 0;
    struct addr src = addr_parse(data[0] & 1 ? "10.0.0.1" : "fe80::1"), dst = { 0 };
    uint32_t wire = (uint32_t)size - 1 + (data[0] >> 2);
    struct ospf_packet p;
    struct ospf_auth_input in;
    struct buf out = buf_init(8 << 20);
    if (data[0] & 2)
        dst = src;
    if (ospf_read(cur_over(data + 1, size - 1), wire, &src, &dst, &p)) {
        must(within(&p.body, data + 1, size - 1) && within(&p.lls, data + 1, size - 1));
        must(within(&p.digest, data + 1, size - 1) && within(&p.password, data + 1, size - 1));
        if (ospf_auth_input(&p, &src, &in))
            must(within(&in.bytes, data + 1, size - 1) && cur_left(&in.digest) == ospf_digest_size(in.kind));
        read_bodies(&p, data + 1, size - 1);
        tell(&p, &writer_text, &out);
        tell(&p, &writer_json, &out);
        judge(&p, &out);
        buf_clear(&out);
        ospf_line(&p, &out);
        must(out.used);
    }
    buf_free(&out);
    return 0;
}
