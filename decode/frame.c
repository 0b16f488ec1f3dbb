/* Link bytes in, the innermost wanted IP packet out. Readers of layers stand in link_*.c, ip_layer.c and tunnel.c. */
#include "decode/frame.h"

#include "base/macros.h"
#include "decode/frame_internal.h"

/* Far more than any packet needs that somebody sends on purpose. */
enum { MAX_LAYERS = 64 };

static layer_reader *const readers[LAYER_COUNT] = {
#define LAYER(ident, reader) [LAYER_##ident] = reader,
#include "decode/layer.def"
#undef LAYER
};

const char *link_name(uint32_t link)
{
    switch (link) {
#define LINK(number, ident, name, layer)                                                                     \
    case number:                                                                                             \
        return name;
#include "decode/link.def"
#undef LINK
    default: return NULL;
    }
}

static const char *const carriers[CARRIERS] = {
#define CARRIER(bit, ident, key) [bit] = key,
#include "decode/carrier.def"
#undef CARRIER
};

const char *carrier_key(unsigned number) { return carriers[number]; }

static enum layer link_layer(uint32_t link)
{
    switch (link) {
#define LINK(number, ident, name, layer)                                                                     \
    case number:                                                                                             \
        return LAYER_##layer;
#include "decode/link.def"
#undef LINK
    default: return LAYER_FOREIGN;
    }
}

/* Most packets of a large capture are somebody else's: a few compares turn down what has nothing unusual about it,
 * before anything is written. What is not turned down here is judged again, with care. */
static inline bool frame_passes_by(const uint8_t *bytes, uint32_t size, const struct frame_want *want)
{
    enum { MAC = 14, TAG = 4 };
    if (size < MAC + TAG)
        return false;
    uint16_t type = be16(bytes + 12);
    const uint8_t *ip = bytes + MAC;
    if (type == 0x8100) {
        type = be16(bytes + 16);
        ip += TAG;
    }
    if (type == 0x0800 || type == 0x86dd)
        return ip_passes_by(ip, (size_t)(bytes + size - ip), want);
    return type == 0x0806; /* ARP */
}

static void fill(const struct walk *w, struct frame *out)
{
    const struct ip_head *h = &w->ip;
    *out = (struct frame){
        .src = ip_src(h),
        .dst = ip_dst(h),
        .proto = h->proto,
        .ttl = h->ttl,
        .tos = h->tos,
        .df = h->df,
        .reassembled = w->reassembled,
        .ip_id = (uint16_t)(h->version == 4 ? h->id : 0),
        .vlan = w->vlan,
        .circuit = w->circuit,
        .label = w->label,
        .carriers = w->carriers,
        .has_mac = w->has_mac,
        .payload = w->in,
        .payload_size = w->wire,
        .cut = cur_left(&w->in) < w->wire,
        .whole = w->whole,
    };
    memcpy(out->mac_src, w->mac_src, sizeof out->mac_src);
    memcpy(out->mac_dst, w->mac_dst, sizeof out->mac_dst);
}

enum frame_got frame_read(uint32_t link, const uint8_t *bytes, uint32_t size, uint32_t wire_size,
                          struct stamp when, const struct frame_want *want, struct frag_table *frags,
                          struct frame *out)
{
    if (link == LINK_ETHERNET && frame_passes_by(bytes, size, want))
        return FRAME_NOTHING;
    struct walk w = {
        .in = cur_over(bytes, size),
        .wire = wire_size > size ? wire_size : size,
        .want = want,
        .frags = frags,
        .when = when,
    };
    enum layer next = link_layer(link);
    for (unsigned i = 0; next > LAYER_STOPS && i < MAX_LAYERS; i++)
        next = readers[next](&w);
    switch (next) {
    case LAYER_OURS: fill(&w, out); return FRAME_IP;
    case LAYER_KEPT: fill(&w, out); return FRAME_FRAGMENT;
    case LAYER_SEALED: fill(&w, out); return FRAME_ENCRYPTED;
    case LAYER_BROKEN: return FRAME_MALFORMED;
    default: return FRAME_NOTHING;
    }
}
