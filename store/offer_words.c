/* One capability of an OPEN in; a line of words out. The value has its shape already (decode/bgp/caps.c). */
#include "store/offer_words.h"

#include "store/text.h"

static void put_family(struct buf *text, unsigned afi, unsigned safi)
{
    enum bgp_family f = bgp_family_of((uint16_t)afi, (uint8_t)safi);
    if (text->used)
        buf_str(text, ", ");
    if (safi < 256 && f != FAMILY_NONE)
        buf_str(text, bgp_family_name(f));
    else
        buf_printf(text, "AFI %u SAFI %u", afi, safi);
}

/* AFI, SAFI, flags, stale time in 24 bits, for each family: RFC 9494 3.1 */
static void tell_llgr(struct cursor in, struct buf *text)
{
    while (cur_left(&in) >= 7) {
        uint16_t afi = cur_u16(&in);
        put_family(text, afi, cur_u8(&in));
        bool kept = cur_u8(&in) & 0x80;
        buf_printf(text, " %u s%s", (unsigned)cur_u24(&in), kept ? " (forwarding kept)" : "");
    }
    if (!text->used)
        buf_str(text, "helper only");
}

/* A length and a name, twice: draft-walton-bgp-hostname-capability */
static void tell_fqdn(struct cursor in, struct buf *text)
{
    for (int i = 0; i < 2; i++) {
        struct cursor name = cur_sub(&in, cur_u8(&in));
        if (i && cur_left(&name))
            buf_char(text, '.');
        text_clean((const char *)name.at, cur_left(&name), TEXT_PLAIN, text);
    }
}

/* ---- next hops of another family ---- */

enum { NEXT_HOP_ROW = 6 }; /* AFI, SAFI, AFI of the next hop, two bytes each: RFC 8950 4 */

struct next_hop_row {
    uint16_t afi, safi, of;
};

static bool next_hop_row(struct cursor *in, struct next_hop_row *row)
{
    if (cur_left(in) < NEXT_HOP_ROW)
        return false;
    row->afi = cur_u16(in);
    row->safi = cur_u16(in);
    row->of = cur_u16(in);
    return true;
}

static void put_next_hop(struct buf *text, const struct next_hop_row *row)
{
    put_family(text, row->afi, row->safi);
    if (row->of == 1 || row->of == 2)
        buf_printf(text, " with IPv%d next hops", row->of == 1 ? 4 : 6);
    else
        buf_printf(text, " with next hops of AFI %u", row->of);
}

static void tell_next_hops(struct cursor in, struct buf *text)
{
    for (struct next_hop_row row; next_hop_row(&in, &row);)
        put_next_hop(text, &row);
}

void offer_common_next_hops(struct cursor a, struct cursor b, struct buf *text)
{
    for (struct next_hop_row row, other; next_hop_row(&a, &row);)
        for (struct cursor in = b; next_hop_row(&in, &other);)
            if (row.afi == other.afi && row.safi == other.safi && row.of == other.of) {
                put_next_hop(text, &row);
                break;
            }
}

/* ---- numbers of a family ---- */

/* AFI, SAFI, how many labels at most: RFC 8277 2.1 */
static void tell_labels(struct cursor in, struct buf *text)
{
    while (cur_left(&in) >= 4) {
        uint16_t afi = cur_u16(&in);
        put_family(text, afi, cur_u8(&in));
        buf_printf(text, " up to %u labels", cur_u8(&in));
    }
}

/* AFI, SAFI, how many paths at most: draft-abraitis-idr-addpath-paths-limit */
static void tell_paths_limit(struct cursor in, struct buf *text)
{
    while (cur_left(&in) >= 5) {
        uint16_t afi = cur_u16(&in);
        put_family(text, afi, cur_u8(&in));
        buf_printf(text, " at most %u paths", cur_u16(&in));
    }
}

bool offer_words(const struct bgp_cap *cap, struct buf *text)
{
    static const struct {
        uint8_t code;
        void (*tell)(struct cursor, struct buf *);
    } rows[] = {
        { BGP_CAP_LLGR, tell_llgr },
        { BGP_CAP_FQDN, tell_fqdn },
        { BGP_CAP_EXTENDED_NEXT_HOP, tell_next_hops },
        { BGP_CAP_MULTIPLE_LABELS, tell_labels },
        { BGP_CAP_PATHS_LIMIT, tell_paths_limit },
    };
    for (size_t i = 0; i < COUNT(rows); i++)
        if (rows[i].code == cap->code) {
            rows[i].tell(cap->value, text);
            return true;
        }
    return false;
}
