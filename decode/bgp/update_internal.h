/* What the files that read UPDATEs share: update*.c, attrs*.c, nlri*.c, guess.c. */
#ifndef DECODE_BGP_UPDATE_INTERNAL_H
#define DECODE_BGP_UPDATE_INTERNAL_H

#include "base/macros.h"
#include "decode/bgp/bgp_internal.h"

/* ---- attributes ---- */

enum { ATTR_OPTIONAL = 0x80, ATTR_TRANSITIVE = 0x40, ATTR_PARTIAL = 0x20, ATTR_EXTENDED = 0x10 };

/* What a reader of a value may look at. */
struct attr_in {
    struct cursor value;
    const struct bgp_update *update;
    const struct bgp_ctx *ctx;
};

/* Judges a value and notes in the summary what it says; FAULT_COUNT when nothing is wrong with it. */
typedef enum fault_code attr_check(const struct attr_in *, struct bgp_attrs_summary *);
/* Tells a value that passed its check, as "value". */
typedef void attr_tell(struct writer *, const struct attr_in *);

struct attr_row {
    uint8_t flags;     /* as they must be */
    uint8_t judged;    /* which of them are judged: none for codes of no RFC */
    uint8_t bad;       /* enum bgp_verdict: what a malformed value means */
    uint8_t bad_flags; /* … and what wrong flags mean */
    attr_check *check;
    attr_tell *tell;
};

/* By code; check is NULL for codes that are not assigned. */
extern const struct attr_row attr_rows[256];

#define ATTR(code, ident, name, flags, bad, reader)                                                          \
    attr_check attr_check_##reader;                                                                          \
    attr_tell attr_tell_##reader;
/* Several rows share a reader: declaring it twice is no harm. */
#include "decode/bgp/attrs.def"
#undef ATTR

enum attr_got { ATTR_END, ATTR_WHOLE, ATTR_SHORT, ATTR_OVERRUN };

/* The next attribute. RFC 7606 4: too few bytes for a header (SHORT), or for the value (OVERRUN, out->value is
 * what is there); either ends the list. */
static inline enum attr_got attr_next(struct cursor *in, struct bgp_attr *out)
{
    const uint8_t *p = in->at;
    size_t left = cur_left(in);
    if (!left)
        return ATTR_END;
    size_t header = p[0] & ATTR_EXTENDED ? 4 : 3;
    if (left < header) {
        in->at = in->end;
        return ATTR_SHORT;
    }
    size_t length = header == 4 ? (size_t)(p[2] << 8 | p[3]) : p[2];
    bool whole = length <= left - header;
    if (!whole)
        length = left - header;
    out->flags = p[0];
    out->code = p[1];
    out->raw = cur_over(p, header + length);
    out->value = cur_over(p + header, length);
    in->at += header + length;
    return whole ? ATTR_WHOLE : ATTR_OVERRUN;
}

/* Tells one attribute as an object of the array that is open; `plain`: its value as hex, whatever it is. */
void attr_tell_object(struct writer *, const struct bgp_attr *, const struct bgp_update *,
                      const struct bgp_ctx *, bool plain);

/* ---- values of attributes, of their TLVs, of route descriptors ---- */

/* How the bytes of a value are told. */
enum shape {
    SHAPE_HEX,
    SHAPE_EMPTY,
    SHAPE_U8,
    SHAPE_U16,
    SHAPE_U32,
    SHAPE_UINT, /* one to eight bytes */
    SHAPE_IPV4,
    SHAPE_IPV6,
    SHAPE_IP, /* by its length */
    SHAPE_TEXT,
    SHAPE_F32, /* IEEE 754; bandwidths are bytes a second */
    SHAPE_F32_LIST,
    SHAPE_U8_LIST,
    SHAPE_U16_LIST,
    SHAPE_U32_LIST,
    SHAPE_LABEL, /* an MPLS label in the upper 20 bits of 3 or 4 bytes */
};
/* Whether so many bytes can be a value of that shape. */
bool bgp_shape_fits(enum shape, size_t bytes);
/* Tells the value; as hex if its length does not fit the shape. */
void bgp_shape_tell(struct writer *, const char *key, struct cursor value, enum shape);
float bgp_f32_of(uint32_t bits);
bool bgp_bytes_zero(struct cursor);

void bgp_esi_text(struct cursor esi, struct buf *out); /* RFC 7432 5: ten bytes, "00:11:…" */
void bgp_mac_text(const uint8_t *mac, size_t n, struct buf *out);
/* An extended community of eight bytes: "rt:65000:1". */
void bgp_ext_community_text(const uint8_t *eight, struct buf *out);
void bgp_community_text(unsigned high, unsigned low, struct buf *out);
/* Whether such communities are told by this word, alone or with more behind it. */
bool bgp_community_known(const char *name);
bool bgp_ext_community_known(const char *name, size_t size, bool alone);
/* "vxlan"; NULL when not assigned. RFC 9012 14 */
const char *bgp_tunnel_type_name(unsigned type);
void bgp_ip_text(struct cursor address, struct buf *out); /* 4 or 16 bytes; hex otherwise */
void bgp_hex_text(struct cursor, struct buf *out);

/* ---- AS_PATH ---- */

enum { AS_TRANS = 23456 }; /* RFC 6793 9 */
enum segment_type { SEGMENT_SET = 1, SEGMENT_SEQUENCE, SEGMENT_CONFED_SEQUENCE, SEGMENT_CONFED_SET };

struct path_segment {
    uint8_t type;
    unsigned count;
    struct cursor ases; /* path_as takes them one by one */
    uint8_t width;
};

/* AS_PATH, or its beginning and AS4_PATH behind it. */
struct path {
    struct cursor part[2];
    uint8_t width[2];
    unsigned at;   /* which part */
    unsigned take; /* of part 0, counted as RFC 4271 9.1.2.2 counts: what AS4_PATH does not have */
};

struct path bgp_path_of(const struct bgp_update *, const struct bgp_ctx *);
/* False at the end, or at what is no segment. */
bool bgp_path_next(struct path *, struct path_segment *out);
static inline uint32_t path_as(struct path_segment *s)
{
    return s->width == 4 ? cur_u32(&s->ases) : cur_u16(&s->ases);
}
/* FAULT_COUNT if the bytes are segments that fill them exactly. RFC 4271 5.1.2, 7606 7.2, 7607 */
enum fault_code bgp_path_check(struct cursor value, unsigned width);
void bgp_path_segments_text(struct path, struct buf *out);
/* Fills what the summary says of the path. */
void bgp_path_summary(const struct bgp_update *, const struct bgp_ctx *, struct bgp_attrs_summary *);

/* ---- MP_REACH_NLRI and MP_UNREACH_NLRI ---- */

/* FAULT_COUNT when all is well. RFC 4760 3 and 4, 7606 7.11 */
enum fault_code mp_reach_read(struct cursor value, struct bgp_mp *out);
enum fault_code mp_unreach_read(struct cursor value, struct bgp_mp *out);

/* ---- BGP-LS ---- */

struct bgpls_row {
    uint16_t type;
    enum shape shape;
    const char *name;
};
struct bgpls_tlv {
    uint16_t type;
    struct cursor value;
};
const struct bgpls_row *bgpls_row(unsigned type); /* NULL when not known */
/* False at the end, or when the cursor is spent by a TLV longer than what is left. */
bool bgpls_next(struct cursor *in, struct bgpls_tlv *out);

/* ---- NLRI ---- */

typedef enum fault_code nlri_read(const struct bgp_nlri_iter *, struct cursor *in, struct bgp_nlri *out);
typedef void nlri_text(const struct bgp_nlri *, struct buf *out);
typedef void nlri_more(struct writer *, const struct bgp_nlri *);

/* How a shape of NLRI is read and told. `read` begins behind the path identifier; it is NULL for plain prefixes, which
 * bgp_nlri_next reads itself. `more` tells further fields of the route's object, or is NULL. */
struct nlri_reader {
    nlri_read *read;
    nlri_text *text;
    nlri_more *more;
};

struct bgp_nlri_row {
    uint16_t afi;
    uint8_t safi;
    uint8_t address_bits; /* of families of prefixes: 32 or 128 */
    const struct nlri_reader *reader;
};

extern const struct bgp_nlri_row nlri_rows[FAMILY_COUNT];
extern const struct nlri_reader nlri_prefix, nlri_labeled, nlri_vpn, nlri_vpn_plain, nlri_evpn, nlri_vpls,
    nlri_flowspec, nlri_mvpn, nlri_rtc, nlri_sr_policy, nlri_bgpls, nlri_bgpls_vpn, nlri_mdt, nlri_encap;

/* ---- telling an UPDATE ---- */

/* "ESI 00:11:…", "gateway 10.0.0.1", as they apply; a blank in front where the route has labels. */
void nlri_evpn_more_text(const struct bgp_nlri *, struct buf *out);

#endif
