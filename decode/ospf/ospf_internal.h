/* What the files of decode/ospf share and nobody outside may see. */
#ifndef DECODE_OSPF_OSPF_INTERNAL_H
#define DECODE_OSPF_OSPF_INTERNAL_H

#include "base/macros.h"
#include "decode/ospf/ospf.h"

/* ---- what is on its way while something is read: told and judged in one go ---- */

struct ospf_told {
    struct writer *w;
    struct faults *faults;
    const uint8_t *base; /* a byte of the packet … */
    uint32_t offset;     /* … and where it stands, counted from the packet's header, as faults want it */
};

/* Tells nothing: for those who only judge. */
struct writer ospf_silent(void);

static inline void ospf_blame(const struct ospf_told *t, enum fault_code code, const uint8_t *at,
                              uint32_t detail)
{
    fault_note(t->faults, code, at ? t->offset + (size_t)(at - t->base) : t->offset, detail);
}

/* ---- names.c: into the object that is open ---- */

/* The number, and beside it what is set: "options":2,"option_names":["E"]. */
void ospf_options_tell(struct writer *, unsigned version, uint32_t options);
void ospf_id_tell(struct writer *, const char *key, uint32_t id);
void ospf_ids_tell(struct writer *, const char *key, struct cursor ids);
/* Leading ones of a mask; *holes if others follow. */
uint8_t ospf_mask_bits(uint32_t mask, bool *holes);
/* The address behind the mask, cut to it: "10.0.0.0/24". */
void ospf_prefix_tell(struct writer *, const char *key, const struct addr *, unsigned bits);

/* ---- sums.c ---- */

/* The ones' complement sum of 16-bit words, on top of `sum`; every part but the last has an even size. */
uint32_t ospf_sum16(uint32_t sum, struct cursor part);
/* Whether such a sum, the checksum itself included, is that of undamaged bytes. */
bool ospf_sum16_right(uint32_t sum);

/* ---- auth.c, lls.c: what follows the packet ---- */

/* Takes digest, LLS block and trailer into the packet, with their faults. rest: what was captured behind the length;
 * wire: how much of it was on the wire. */
void ospf_trailers_read(struct ospf_packet *, struct cursor rest, uint32_t wire);
/* Takes the LLS block from the front of what is left; RFC 5613 2. */
void ospf_lls_read(struct ospf_packet *, struct cursor *rest, uint32_t *wire);
void ospf_auth_tell(struct writer *, const struct ospf_packet *);
void ospf_lls_tell(struct ospf_told *, const struct ospf_packet *);

/* ---- hello.c, dbdesc.c, lsreq.c, lsupdate.c, lsack.c ---- */

/* Into the object that is open, faults noted. */
typedef void ospf_body_tell(struct ospf_told *, const struct ospf_packet *);
/* Behind type, router and area, a blank first. */
typedef void ospf_body_line(const struct ospf_packet *, struct buf *);

#define PACKET(type, ident, name, least2, least3, reader)                                                    \
    ospf_body_tell ospf_tell_##reader;                                                                       \
    ospf_body_line ospf_line_##reader;
#include "decode/ospf/packets.def"
#undef PACKET

/* ---- lsa.c ---- */

/* "lsas": [ … ], or nothing if there is none. */
void ospf_lsas_tell(struct ospf_told *, const struct ospf_packet *);
/* ": Router-LSA 1.1.1.1 from 1.1.1.1 0x80000001, … and 10 more" */
void ospf_lsas_line(const struct ospf_packet *, struct buf *);

const char *ospf_lsa_opaque_name(const struct ospf_lsa *); /* NULL for an LSA that is not opaque, too */

/* The bytes of an LSA's body, while it is read. */
struct ospf_lsa_in {
    struct ospf_told told;
    const struct ospf_lsa *lsa;
    struct cursor in;
};

/* Tells the body into the LSA's object and notes what is wrong. in->in is spent, or has bytes left, if the body does
 * not end where it should. */
typedef void ospf_lsa_reader(struct ospf_lsa_in *);

struct ospf_lsa_row {
    uint8_t version;
    uint16_t type;
    const char *name;
    ospf_lsa_reader *read;
    const char *head; /* shape of the fields before the TLVs */
    int tlvs;         /* enum ospf_tlv_block */
};
extern const struct ospf_lsa_row ospf_lsa_rows[OSPF_LSA_UNKNOWN];

#define LSA(version, type, ident, name, reader, head, tlvs) ospf_lsa_reader ospf_lsa_##reader;
#include "decode/ospf/lsa.def"
#undef LSA

bool ospf_v2_route_read(const struct ospf_lsa *, struct ospf_route *out);
bool ospf_v3_route_read(const struct ospf_lsa *, struct ospf_route *out);

/* Whether OSPFv3 prefixes of this instance are those of IPv4. RFC 5838 2.1 */
static inline bool ospf_instance_ipv4(uint8_t instance) { return instance >= 64 && instance < 128; }
/* Prefix of OSPFv3 behind its length: in words of 32 bits (RFC 5340 A.4.1.1). False, and the cursor is spent, if it is
 * longer than an address or than what is left. */
bool ospf_words_prefix(struct cursor *in, unsigned bits, bool ipv4, struct addr *out);

/* ---- tlv.c, shape.c ---- */

/* A block of TLVs: types of one block have nothing to do with those of another. */
enum ospf_tlv_block {
    OSPF_TLV_NONE,
#define BLOCK(ident) OSPF_TLV_##ident,
#define TLV(block, type, name, shape, inner)
#include "decode/ospf/tlv.def"
#undef BLOCK
#undef TLV
    OSPF_TLV_BLOCKS
};

struct ospf_tlv {
    uint16_t type;
    struct cursor value; /* without padding */
    const uint8_t *raw;
};

/* False at the end, or at a TLV longer than what is left (then *in is spent). RFC 3630 2.3.2 */
bool ospf_tlv_next(struct cursor *in, struct ospf_tlv *out);
/* "tlvs": [ { type, name, … } ]. ipv4: the family of OSPFv3 prefixes; cut: the last TLV may end early. */
void ospf_tlvs_tell(struct ospf_told *, struct cursor in, enum ospf_tlv_block, bool ipv4, bool cut);

/* Reads fields as a shape names them (see shape.c); false if they are longer than what is left. */
bool ospf_shape_tell(struct writer *, const char *shape, struct cursor *in, bool ipv4);

#endif
