/* Packets in, addresses out. */
#include "cli/ends.h"

#include "decode/icmp.h"
#include <string.h>

enum { FRAGMENTS = 1 << 20 };

bool ends_init(struct ends_reader *e, const uint16_t *ports, unsigned count)
{
    *e = (struct ends_reader){ .want = { .ospf = true, .icmp = true }, .frags = frag_new(FRAGMENTS) };
    for (unsigned i = 0; i < count; i++)
        e->want.ports[e->want.port_count++] = ports[i];
    if (!count)
        e->want.ports[e->want.port_count++] = 179;
    return e->frags != NULL;
}

void ends_free(struct ends_reader *e) { frag_free(e->frags); }

unsigned ends_of(struct ends_reader *e, const struct packet *p, struct ends out[2])
{
    struct frame f;
    struct icmp_error quoted;
    enum frame_got got =
        frame_read(p->link, p->bytes, p->size, p->wire_size, p->when, &e->want, e->frags, &f);
    if (got != FRAME_IP && got != FRAME_FRAGMENT)
        return 0;
    out[0] = (struct ends){ f.src, f.dst };
    if (got != FRAME_IP || !icmp_read(&f, &quoted))
        return 1;
    out[1] = (struct ends){ quoted.src, quoted.dst };
    return 2;
}
