/* Packets that are anonymised: learned, then rewritten, as `export pcap --anonymize` does. Nothing is read or written
 * beyond a packet, and both times through take the same way.
 *
 *     link type (1 byte: a row of link.def), then for each packet: size (2, little-endian), bytes that the capture
 *     cut off (1), how (1: bit 0, it is not wanted the second time), and its bytes */
#include "base/cursor.h"
#include "base/macros.h"
#include "veil/veil.h"
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const uint32_t links[] = {
#define LINK(number, ident, name, layer) number,
#include "decode/link.def"
#undef LINK
};

static void rewrite(struct veil *v, const struct veil_packet *p)
{
    uint8_t *out = malloc(p->size ? p->size : 1); /* so that the sanitizer sees its end */
    if (!out)
        abort();
    if (veil_packet(v, p, out) >= VEIL_COUNT)
        abort();
    free(out);
}

static void each(struct veil *v, const uint8_t *data, size_t size, bool learn)
{
    struct cursor in = cur_over(data, size);
    uint32_t link = links[cur_u8(&in) % COUNT(links)];
    while (cur_left(&in) >= 4) {
        const uint8_t *head = cur_take(&in, 4);
        uint32_t n = (uint32_t)head[1] << 8 | head[0];
        n = n < cur_left(&in) ? n : (uint32_t)cur_left(&in);
        uint8_t *bytes = malloc(n ? n : 1);
        if (!bytes)
            abort();
        memcpy(bytes, cur_take(&in, n), n);
        const struct veil_packet p = { link, bytes, n, n + head[2] };
        if (learn)
            veil_learn(v, &p);
        else if (head[3] & 1)
            veil_skip(v);
        else
            rewrite(v, &p);
        free(bytes);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint8_t key[VEIL_KEY];
    veil_key("fuzz", 4, key);
    const struct veil_options o = {
        .key = key, .keep_order = true, .ports = { 179 }, .port_count = 1, .budget = 1 << 20
    };
    struct veil *v = veil_new(&o);
    if (!v)
        return 0;
    each(v, data, size, true);
    veil_learned(v);
    each(v, data, size, false);
    veil_free(v);
    return 0;
}
