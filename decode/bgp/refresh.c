/* A ROUTE-REFRESH in; out come its family and what it asks for, filters for outbound routes included. */
#include "decode/bgp/bgp_internal.h"

/*   19        21        22     23
 *   +---------+---------+------+------ - -
 *   | AFI (2) | subtype | SAFI | ORF                                 RFC 2918 3, RFC 7313 3.2
 *   +---------+---------+------+------ - -
 *
 *   ORF: when (1)  { type (1)  length (2)  entries } …                RFC 5291 4 */
enum { AT_SUBTYPE = 21, AT_ORF = 23 };
enum { NORMAL, BORR, EORR };
enum { ORF_PREFIX = 64, ORF_OLD_PREFIX = 128 };

const char *bgp_orf_name(unsigned type)
{
    static const struct {
        uint8_t type;
        const char *name;
    } rows[] = {
        { 2, "communities" },                               /* draft-chen-bgp-community-orf */
        { 3, "extended-communities" },                      /* draft-chen-bgp-ext-community-orf */
        { ORF_PREFIX, "address-prefix" },                   /* RFC 5292 */
        { 65, "covering-prefixes" },                        /* RFC 7543 */
        { ORF_OLD_PREFIX, "address-prefix (prestandard)" }, /* Cisco's, with capability 130 */
        { 129, "communities (prestandard)" },
        { 130, "extended-communities (prestandard)" },
        { 131, "as-path (prestandard)" },
    };
    for (size_t i = 0; i < COUNT(rows); i++)
        if (rows[i].type == type)
            return rows[i].name;
    return NULL;
}

/* ---- ORF entries ---- */

struct orf_prefix {
    uint8_t action; /* 0 add, 1 remove, 2 remove all */
    bool deny;
    uint32_t sequence;
    uint8_t least, most, bits; /* lengths of prefixes: which are meant, and of this one */
    struct cursor prefix;
};

static unsigned address_bits(uint16_t afi) { return afi == 1 ? 32 : afi == 2 ? 128 : 0; }

/*   action (2 bits) match (1) reserved (5)  [ sequence (4)  least (1)  most (1)  bits (1)  prefix ]    RFC 5292 3
 * False at the end, or at what cannot be read (then *in is spent). */
static bool orf_prefix_next(struct cursor *in, uint16_t afi, struct orf_prefix *out)
{
    if (!cur_left(in))
        return false;
    uint8_t head = cur_u8(in);
    *out = (struct orf_prefix){ .action = head >> 6, .deny = head & 0x20 };
    if (out->action >= 2) /* nothing follows "remove all": RFC 5291 4 */
        return true;
    out->sequence = cur_u32(in);
    out->least = cur_u8(in);
    out->most = cur_u8(in);
    out->bits = cur_u8(in);
    if (out->bits > address_bits(afi))
        cur_take(in, cur_left(in) + 1);
    out->prefix = cur_sub(in, (out->bits + 7u) / 8);
    return cur_ok(in);
}

/* The next type of entries; false at the end, or when they run past it (then *in is spent). */
static bool orf_type_next(struct cursor *in, uint8_t *type, struct cursor *entries)
{
    if (!cur_left(in))
        return false;
    *type = cur_u8(in);
    *entries = cur_sub(in, cur_u16(in));
    return cur_ok(in);
}

/* Whether orf_prefix_next can read them. */
static bool has_prefixes(uint8_t type, uint16_t afi)
{
    return (type == ORF_PREFIX || type == ORF_OLD_PREFIX) && address_bits(afi);
}

static void judge_orf(const struct bgp_msg *msg, struct cursor in, struct bgp_refresh *out)
{
    uint8_t type = 0;
    struct cursor entries;
    struct orf_prefix entry;
    cur_u8(&in);
    const uint8_t *at = in.at;
    for (; orf_type_next(&in, &type, &entries); at = in.at) {
        while (has_prefixes(type, out->afi) && orf_prefix_next(&entries, out->afi, &entry))
            ;
        if (!cur_ok(&entries))
            fault_note(&out->faults, FAULT_BGP_REFRESH_ORF, bgp_offset(msg, at), type);
    }
    if (!cur_ok(&in) && !bgp_cut_here(msg, &in))
        fault_note(&out->faults, FAULT_BGP_REFRESH_ORF, bgp_offset(msg, at), type);
}

/* ---- the message ---- */

void bgp_refresh_read(const struct bgp_msg *msg, struct bgp_refresh *out)
{
    *out = (struct bgp_refresh){ 0 };
    struct cursor in = msg->body;
    out->afi = cur_u16(&in);
    out->subtype = cur_u8(&in);
    out->safi = cur_u8(&in);
    out->family = bgp_family_of(out->afi, out->safi);
    out->orf = in;
    if (!cur_ok(&in)) {
        if (!msg->cut)
            fault_note(&out->faults, FAULT_BGP_REFRESH_LENGTH, AT_SUBTYPE, msg->length);
        return;
    }
    if (out->subtype > EORR)
        fault_note(&out->faults, FAULT_BGP_REFRESH_SUBTYPE, AT_SUBTYPE, out->subtype);
    else if (out->subtype != NORMAL && msg->length != AT_ORF) /* RFC 7313 5 */
        fault_note(&out->faults, FAULT_BGP_REFRESH_LENGTH, AT_ORF, msg->length);
    else if (cur_left(&in))
        judge_orf(msg, in, out);
}

static const char *subtype_name(unsigned subtype)
{
    static const char *const names[] = { "normal", "BoRR", "EoRR" };
    return subtype < COUNT(names) ? names[subtype] : NULL;
}

/* ---- telling ---- */

static void tell_orf_prefix(struct writer *w, uint16_t afi, const struct orf_prefix *e)
{
    static const char *const actions[] = { "add", "remove", "remove-all", "3" };
    char text[ADDR_TEXT];
    write_object(w, NULL);
    write_str(w, "action", actions[e->action]);
    if (e->action < 2) {
        write_str(w, "match", e->deny ? "deny" : "permit");
        write_u64(w, "sequence", e->sequence);
        write_str(w, "prefix", prefix_text(e->prefix.at, e->bits, address_bits(afi) / 8, text));
        if (e->least)
            write_u64(w, "min_length", e->least);
        if (e->most)
            write_u64(w, "max_length", e->most);
    }
    write_end(w);
}

static void tell_orf(struct writer *w, const struct bgp_refresh *r)
{
    struct cursor in = r->orf, entries;
    struct orf_prefix entry;
    uint8_t type, when = cur_u8(&in);
    write_object(w, "orf");
    if (when == 1 || when == 2)
        write_str(w, "when", when == 1 ? "immediate" : "defer");
    else
        write_u64(w, "when", when);
    write_array(w, "types");
    while (orf_type_next(&in, &type, &entries)) {
        write_object(w, NULL);
        write_u64(w, "type", type);
        if (bgp_orf_name(type))
            write_str(w, "name", bgp_orf_name(type));
        if (has_prefixes(type, r->afi)) {
            write_array(w, "entries");
            while (orf_prefix_next(&entries, r->afi, &entry))
                tell_orf_prefix(w, r->afi, &entry);
            write_end(w);
        } else
            write_hex(w, "data", entries.at, cur_left(&entries));
        write_end(w);
    }
    write_end(w);
    write_end(w);
}

void bgp_refresh_tell(struct writer *w, const struct bgp_msg *msg)
{
    struct bgp_refresh r;
    char family[32];
    bgp_refresh_read(msg, &r);
    write_object(w, "route_refresh");
    if (cur_ok(&r.orf)) {
        write_str(w, "family", bgp_afi_safi_name(r.afi, r.safi, family));
        write_u64(w, "subtype", r.subtype);
        if (subtype_name(r.subtype))
            write_str(w, "name", subtype_name(r.subtype));
        if (cur_left(&r.orf))
            tell_orf(w, &r);
    }
    write_end(w);
    bgp_faults_tell(w, &r.faults);
}

void bgp_refresh_line(const struct bgp_msg *msg, struct buf *out)
{
    struct bgp_refresh r;
    char family[32];
    bgp_refresh_read(msg, &r);
    if (!cur_ok(&r.orf))
        return;
    buf_printf(out, " %s", bgp_afi_safi_name(r.afi, r.safi, family));
    if (r.subtype == BORR || r.subtype == EORR)
        buf_printf(out, " %s", subtype_name(r.subtype));
    else if (r.subtype != NORMAL)
        buf_printf(out, " subtype %u", r.subtype);
    if (cur_left(&r.orf))
        buf_str(out, " with outbound route filters");
    bgp_faults_line(&r.faults, out);
}
