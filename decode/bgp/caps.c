/* One capability in; out come what it changes in a session, and whether it can be read at all. To add one: a row in
 * caps.def and, if no shape fits its value, a shape here with a teller in caps_tell.c. */
#include "decode/bgp/bgp_internal.h"

static uint64_t family_bit(uint16_t afi, uint8_t safi)
{
    enum bgp_family family = bgp_family_of(afi, safi);
    return family == FAMILY_NONE ? 0 : UINT64_C(1) << family;
}

/* ---- absorb ---- */

static enum fault_code absorb_multiprotocol(struct bgp_open *o, struct cursor *in)
{
    uint16_t afi = cur_u16(in);
    cur_u8(in); /* reserved: to be ignored, RFC 4760 8 */
    o->has_multiprotocol = true;
    o->families |= family_bit(afi, cur_u8(in));
    return FAULT_COUNT;
}

static enum fault_code absorb_route_refresh(struct bgp_open *o, struct cursor *in)
{
    (void)in;
    o->route_refresh = true;
    return FAULT_COUNT;
}

static enum fault_code absorb_extended(struct bgp_open *o, struct cursor *in)
{
    (void)in;
    o->extended_message = true;
    return FAULT_COUNT;
}

static enum fault_code absorb_enhanced(struct bgp_open *o, struct cursor *in)
{
    (void)in;
    o->enhanced_refresh = true;
    return FAULT_COUNT;
}

static enum fault_code absorb_role(struct bgp_open *o, struct cursor *in)
{
    uint8_t role = cur_u8(in);
    if (role > 4)
        return FAULT_BGP_CAP_VALUE;
    /* The same role twice is one role: RFC 9234 4.2 */
    bool differs = o->role >= 0 && o->role != role;
    o->role = role;
    return differs ? FAULT_BGP_CAP_ROLES : FAULT_COUNT;
}

static enum fault_code absorb_graceful(struct bgp_open *o, struct cursor *in)
{
    /* Of several only the last one counts: RFC 4724 3 */
    o->restart_families = o->forwarding = 0;
    uint16_t head = cur_u16(in);
    o->graceful = true;
    o->restarting = head & 0x8000;
    o->n_bit = head & 0x4000; /* RFC 8538 2 */
    o->restart_time = head & 0x0fff;
    while (cur_left(in)) {
        uint16_t afi = cur_u16(in);
        uint64_t bit = family_bit(afi, cur_u8(in));
        o->restart_families |= bit;
        if (cur_u8(in) & 0x80)
            o->forwarding |= bit;
    }
    return FAULT_COUNT;
}

static enum fault_code absorb_as4(struct bgp_open *o, struct cursor *in)
{
    o->as4 = true;
    o->asn = cur_u32(in);
    return FAULT_COUNT;
}

static enum fault_code absorb_add_path(struct bgp_open *o, struct cursor *in)
{
    enum fault_code bad = FAULT_COUNT;
    while (cur_left(in)) {
        uint16_t afi = cur_u16(in);
        uint64_t bit = family_bit(afi, cur_u8(in));
        uint8_t mode = cur_u8(in);
        if (mode < 1 || mode > 3) { /* RFC 7911 4 */
            bad = FAULT_BGP_CAP_VALUE;
            continue;
        }
        if (mode & 1)
            o->add_path_receive |= bit;
        if (mode & 2)
            o->add_path_send |= bit;
    }
    return bad;
}

static enum fault_code absorb_llgr(struct bgp_open *o, struct cursor *in)
{
    while (cur_left(in) >= 7) { /* RFC 9494 4.2: AFI, SAFI, flags, stale time */
        cur_u32(in);
        o->llgr |= cur_u24(in) > 0;
    }
    return FAULT_COUNT;
}

/* ---- values that have lengths inside ---- */

/*   AFI (2)  reserved (1)  SAFI (1)  count (1)  { ORF type (1)  mode (1) } …     RFC 5291 5 */
static bool fits_orf(struct cursor in)
{
    while (cur_left(&in)) {
        cur_take(&in, 4);
        cur_take(&in, cur_u8(&in) * (size_t)2);
    }
    return cur_ok(&in);
}

/*   length (1)  host  length (1)  domain */
static bool fits_fqdn(struct cursor in)
{
    cur_take(&in, cur_u8(&in));
    cur_take(&in, cur_u8(&in));
    return cur_ok(&in) && !cur_left(&in);
}

static bool fits_software(struct cursor in)
{
    cur_take(&in, cur_u8(&in));
    return cur_ok(&in) && !cur_left(&in);
}

/* ---- the shapes that CAP rows name ---- */

// clang-format off
static const struct bgp_cap_shape
    shape_opaque        = { 0, 1, NULL,          NULL,                 NULL },
    shape_empty         = { 0, 0, NULL,          NULL,                 NULL },
    shape_multiprotocol = { 4, 0, NULL,          absorb_multiprotocol, bgp_cap_tell_family },
    shape_route_refresh = { 0, 0, NULL,          absorb_route_refresh, NULL },
    shape_orf           = { 5, 1, fits_orf,      NULL,                 bgp_cap_tell_orf },
    shape_next_hop      = { 0, 6, NULL,          NULL,                 bgp_cap_tell_next_hop },
    shape_extended      = { 0, 0, NULL,          absorb_extended,      NULL },
    shape_bgpsec        = { 3, 0, NULL,          NULL,                 bgp_cap_tell_bgpsec },
    shape_labels        = { 0, 4, NULL,          NULL,                 bgp_cap_tell_labels },
    shape_role          = { 1, 0, NULL,          absorb_role,          bgp_cap_tell_role },
    shape_graceful      = { 2, 4, NULL,          absorb_graceful,      bgp_cap_tell_graceful },
    shape_as4           = { 4, 0, NULL,          absorb_as4,           bgp_cap_tell_asn },
    shape_codes         = { 0, 1, NULL,          NULL,                 bgp_cap_tell_codes },
    shape_multisession  = { 1, 1, NULL,          NULL,                 bgp_cap_tell_multisession },
    shape_add_path      = { 0, 4, NULL,          absorb_add_path,      bgp_cap_tell_modes },
    shape_enhanced      = { 0, 0, NULL,          absorb_enhanced,      NULL },
    shape_llgr          = { 0, 7, NULL,          absorb_llgr,          bgp_cap_tell_llgr },
    shape_modes         = { 0, 4, NULL,          NULL,                 bgp_cap_tell_modes },
    shape_fqdn          = { 2, 1, fits_fqdn,     NULL,                 bgp_cap_tell_fqdn },
    shape_software      = { 1, 1, fits_software, NULL,                 bgp_cap_tell_software },
    shape_paths_limit   = { 0, 5, NULL,          NULL,                 bgp_cap_tell_paths_limit };
// clang-format on

static const struct bgp_cap_shape *const rows[256] = {
#define CAP(code, ident, name, reader) [code] = &shape_##reader,
#include "decode/bgp/caps.def"
#undef CAP
};

static bool has_shape(const struct bgp_cap_shape *shape, struct cursor value)
{
    size_t n = cur_left(&value);
    if (n < shape->fixed || (shape->unit ? (n - shape->fixed) % shape->unit : n - shape->fixed))
        return false;
    return !shape->fits || shape->fits(value);
}

const struct bgp_cap_shape *bgp_cap_shape(const struct bgp_cap *cap)
{
    const struct bgp_cap_shape *shape = rows[cap->code];
    return shape && has_shape(shape, cap->value) ? shape : NULL;
}

void bgp_cap_absorb(struct bgp_open *o, const struct bgp_cap *cap, size_t offset)
{
    const struct bgp_cap_shape *shape = bgp_cap_shape(cap);
    enum fault_code bad = FAULT_COUNT;
    struct cursor value = cap->value;
    if (!shape && rows[cap->code])
        bad = FAULT_BGP_CAP_LENGTH;
    else if (shape && shape->absorb)
        bad = shape->absorb(o, &value);
    if (bad != FAULT_COUNT)
        fault_note(&o->faults, bad, offset, cap->code);
}

bool bgp_cap_next(struct cursor *in, struct bgp_cap *out)
{
    if (!cur_left(in))
        return false;
    out->code = cur_u8(in);
    out->value = cur_sub(in, cur_u8(in));
    return cur_ok(in);
}
