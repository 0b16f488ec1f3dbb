/* Authentication: what header and trailers say of it, and which bytes whoever has the key must digest.
 *
 *   OSPFv2:  packet (length) | [ sequence (8): AuType 3 ] | digest | [ LLS block ]
 *   OSPFv3:  packet (length) | [ LLS block ] | [ trailer: type (2) length (2) 0 (2) SA (2) sequence (8) digest ] */
#include "decode/ospf/ospf_internal.h"

#include <string.h>

enum { TRAILER = 16, TRAILER_HMAC = 1, SEQUENCE = 8 }; /* RFC 7166 4.1, RFC 7474 3 */

static enum ospf_digest digest_of(size_t size)
{
    switch (size) {
#define DIGEST(ident, name, size)                                                                            \
    case size:                                                                                               \
        return OSPF_DIGEST_##ident;
#include "decode/ospf/digests.def"
#undef DIGEST
    default: return OSPF_DIGEST_UNKNOWN;
    }
}

static void blame(struct ospf_packet *p, enum fault_code code, size_t offset, uint32_t detail)
{
    fault_note(&p->faults, code, offset, detail);
}

/* The digest of `size` bytes at the front of what is left. */
static void digest_read(struct ospf_packet *p, struct cursor *rest, size_t size, size_t length_at)
{
    p->digest_kind = digest_of(size);
    if (p->digest_kind == OSPF_DIGEST_UNKNOWN)
        blame(p, FAULT_OSPF_AUTH_LENGTH, length_at, p->auth_length);
    p->digest = cur_sub(rest, size);
}

/* ---- OSPFv2 ---- */

static void v2_digest_read(struct ospf_packet *p, struct cursor *rest, uint32_t *wire)
{
    enum { LENGTH_AT = 19 };
    size_t size = p->auth_length;
    if (size > *wire) {
        blame(p, FAULT_OSPF_AUTH_MISSING, p->length, p->auth_length);
        *wire = 0;
        return;
    }
    *wire -= p->auth_length;
    if (p->auth == OSPF_AUTH_EXTENDED) {
        /* 8 bytes that the packet's length does not count and that of the authentication data does: RFC 7474 3 */
        if (size < SEQUENCE) {
            blame(p, FAULT_OSPF_AUTH_LENGTH, LENGTH_AT, p->auth_length);
            cur_take(rest, size);
            return;
        }
        p->auth_sequence = cur_u64(rest);
        size -= SEQUENCE;
    }
    digest_read(p, rest, size, LENGTH_AT);
}

/* ---- OSPFv3 ---- */

/* Only Hellos and Database Descriptions have the AT bit to tell; of the others what looks like a trailer is one:
 * RFC 7166 2.1 has it from the neighbour's Hellos. */
static bool trailer_expected(const struct ospf_packet *p, struct cursor rest, uint32_t wire)
{
    if (p->has_options)
        return p->options & OSPF_V3_AT;
    uint16_t type = cur_u16(&rest), length = cur_u16(&rest);
    return cur_ok(&rest) && type == TRAILER_HMAC && length == wire;
}

static void trailer_read(struct ospf_packet *p, struct cursor *rest, uint32_t wire)
{
    const uint8_t *at = rest->at;
    if (!trailer_expected(p, *rest, wire))
        return;
    p->sum = OSPF_SUM_NONE; /* RFC 7166 4.2, also for the LLS block: erratum 3568 of RFC 6506 */
    size_t offset = (size_t)(at - p->raw);
    if (wire < TRAILER) {
        blame(p, FAULT_OSPF_AUTH_MISSING, offset, 0);
        return;
    }
    uint16_t type = cur_u16(rest);
    p->auth = OSPF_AUTH_TRAILER;
    p->auth_length = cur_u16(rest);
    cur_u16(rest);
    p->key_id = cur_u16(rest);
    p->auth_sequence = cur_u64(rest);
    if (!cur_ok(rest))
        return;
    if (type != TRAILER_HMAC)
        blame(p, FAULT_OSPF_AUTH_TYPE, offset, type);
    else if (p->auth_length > wire)
        blame(p, FAULT_OSPF_AUTH_MISSING, offset + 2, p->auth_length);
    else
        digest_read(p, rest, p->auth_length < TRAILER ? 0 : p->auth_length - TRAILER, offset + 2);
}

void ospf_trailers_read(struct ospf_packet *p, struct cursor rest, uint32_t wire)
{
    bool digest = p->auth == OSPF_AUTH_CRYPTO || p->auth == OSPF_AUTH_EXTENDED;
    if (p->version == 2 && digest)
        v2_digest_read(p, &rest, &wire);
    ospf_lls_read(p, &rest, &wire);
    if (p->version == 3)
        trailer_read(p, &rest, wire);
}

/* ---- for whoever has the key ---- */

bool ospf_auth_input(const struct ospf_packet *p, const struct addr *src, struct ospf_auth_input *out)
{
    static const uint8_t pad[4] = { 0x87, 0x8f, 0xe1, 0xf3 }; /* RFC 5709 3.3 (2) */
    enum { PROTOCOL_V3 = 1, PROTOCOL_V2 = 3 };                /* RFC 7166 4.5, RFC 7474 6 */
    *out = (struct ospf_auth_input){ .kind = p->digest_kind, .digest = p->digest };
    size_t size = ospf_digest_size(p->digest_kind);
    if (!size || !cur_ok(&p->digest) || cur_left(&p->digest) != size)
        return false;
    /* with AuType 2 the packet; with AuType 3 and the sequence number behind it; with a trailer all that stands before
     * the digest, an LLS block too (RFC 7166 4.5) */
    size_t before = p->auth == OSPF_AUTH_CRYPTO ? p->length : (size_t)(p->digest.at - p->raw);
    out->bytes = cur_over(p->raw, before);
    if (p->digest_kind == OSPF_DIGEST_MD5)
        return p->version == 2;
    out->apad_size = (unsigned)size;
    for (size_t i = 0; i < size; i++)
        out->apad[i] = pad[i % 4];
    if (p->auth == OSPF_AUTH_CRYPTO)
        return true;
    /* Apad begins with the source address: RFC 7166 4.5, RFC 7474 5 */
    memcpy(out->apad, src->b, src->size < size ? src->size : size);
    out->protocol_id = p->version == 3 ? PROTOCOL_V3 : PROTOCOL_V2;
    return src->size;
}

/* ---- telling ---- */

void ospf_auth_tell(struct writer *w, const struct ospf_packet *p)
{
    static const char *const names[] = { "none", "simple", "cryptographic", "cryptographic-extended" };
    if (p->auth == OSPF_AUTH_TRAILER)
        write_str(w, "authentication", "trailer");
    else if (p->auth < COUNT(names))
        write_str(w, "authentication", names[p->auth]);
    else
        write_format(w, "authentication", "%u", p->auth);
    if (p->auth < OSPF_AUTH_CRYPTO || (p->auth > OSPF_AUTH_EXTENDED && p->auth != OSPF_AUTH_TRAILER))
        return;
    write_u64(w, "key_id", p->key_id);
    write_u64(w, "auth_sequence", p->auth_sequence);
    if (!cur_left(&p->digest))
        return;
    if (p->digest_kind != OSPF_DIGEST_UNKNOWN)
        write_str(w, "auth_algorithm", ospf_digest_name(p->digest_kind));
    write_hex(w, "digest", p->digest.at, cur_left(&p->digest));
}
