/* Packets of one peering in; a pcapng file of them out. */
#include "cli/again_internal.h"

#include "capture/pcapng_write.h"

enum { INTERFACES_MOST = 64, PACKET_ROOM = 1 << 19 };

struct copy {
    struct again_scan *scan;
    struct {
        uint32_t file, link;
    } seen[INTERFACES_MOST]; /* the interfaces of what is written */
    uint32_t count;
};

/* One for each file and link type. */
static uint32_t interface_of(struct copy *c, const struct packet *p)
{
    for (uint32_t i = 0; i < c->count; i++)
        if (c->seen[i].file == p->file && c->seen[i].link == p->link)
            return i;
    if (c->count == INTERFACES_MOST)
        return INTERFACES_MOST;
    c->seen[c->count].file = p->file;
    c->seen[c->count].link = p->link;
    const struct pcapng_interface i = { .name = source_file(c->scan->source, p->file)->path,
                                        .link = p->link };
    pcapng_put_interface(c->scan->out, &i);
    return c->count++;
}

bool again_packets(struct again_scan *s)
{
    struct copy c = { .scan = s };
    struct packet p;
    struct stamp since = s->asked->since;
    pcapng_put_section(s->out, "the packets of one peering, chosen by routetap");
    while (again_next(s, &p)) {
        if (stamp_known(since) && stamp_before(p.when, since))
            continue;
        uint32_t interface = interface_of(&c, &p);
        if (interface == INTERFACES_MOST)
            continue;
        bool full = s->out->used + PACKET_ROOM > s->out->ceiling;
        pcapng_put_packet(s->out, interface, &p, p.number,
                          full ? "there are more: ask for a shorter span of time" : NULL);
        if (full)
            break;
    }
    return true;
}
