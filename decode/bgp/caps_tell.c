/* One capability in, an object of the writer out: all that it says. The value has its shape already (caps.c). */
#include "decode/bgp/bgp_internal.h"

static void tell_family(struct writer *w, uint16_t afi, uint8_t safi)
{
    char text[32];
    write_str(w, "family", bgp_afi_safi_name(afi, safi, text));
}

static void tell_afi(struct writer *w, const char *key, unsigned afi)
{
    if (afi == 1 || afi == 2)
        write_str(w, key, afi == 1 ? "ipv4" : "ipv6");
    else
        write_u64(w, key, afi);
}

/* RFC 7911 4, RFC 5291 5: the same numbers */
static void tell_mode(struct writer *w, uint8_t mode)
{
    static const char *const names[] = { NULL, "receive", "send", "both" };
    if (mode && mode < COUNT(names))
        write_str(w, "mode", names[mode]);
    else
        write_u64(w, "mode", mode);
}

/* An array of objects, one for each that `row` reads. */
static void tell_rows(struct writer *w, struct cursor *in, void (*row)(struct writer *, struct cursor *))
{
    write_array(w, "families");
    while (cur_left(in)) {
        write_object(w, NULL);
        row(w, in);
        write_end(w);
    }
    write_end(w);
}

static void tell_afi_safi(struct writer *w, struct cursor *in)
{
    uint16_t afi = cur_u16(in);
    tell_family(w, afi, cur_u8(in));
}

/* RFC 4760 8: a reserved byte between AFI and SAFI */
static void tell_mp_family(struct writer *w, struct cursor *in)
{
    uint16_t afi = cur_u16(in);
    cur_u8(in);
    tell_family(w, afi, cur_u8(in));
}

CAP_TELLER(family) { tell_mp_family(w, in); }

static void orf_row(struct writer *w, struct cursor *in)
{
    tell_mp_family(w, in);
    write_array(w, "types");
    for (unsigned n = cur_u8(in); n && cur_left(in); n--) {
        write_object(w, NULL);
        uint8_t type = cur_u8(in);
        write_u64(w, "type", type);
        if (bgp_orf_name(type))
            write_str(w, "name", bgp_orf_name(type));
        tell_mode(w, cur_u8(in));
        write_end(w);
    }
    write_end(w);
}

CAP_TELLER(orf) { tell_rows(w, in, orf_row); }

static void next_hop_row(struct writer *w, struct cursor *in)
{
    uint16_t afi = cur_u16(in);
    tell_family(w, afi, (uint8_t)cur_u16(in)); /* two bytes for the SAFI here: RFC 8950 4 */
    tell_afi(w, "next_hop", cur_u16(in));
}

CAP_TELLER(next_hop) { tell_rows(w, in, next_hop_row); }

CAP_TELLER(bgpsec)
{
    uint8_t head = cur_u8(in); /* version (4 bits), direction, unassigned (3): RFC 8205 2.1 */
    write_u64(w, "version", head >> 4);
    write_str(w, "mode", head & 0x08 ? "send" : "receive");
    tell_afi(w, "afi", cur_u16(in));
}

static void labels_row(struct writer *w, struct cursor *in)
{
    tell_afi_safi(w, in);
    write_u64(w, "labels", cur_u8(in));
}

CAP_TELLER(labels) { tell_rows(w, in, labels_row); }

CAP_TELLER(role)
{
    static const char *const names[] = { "provider", "route-server", "route-server-client", "customer",
                                         "peer" };
    uint8_t role = cur_u8(in);
    if (role < COUNT(names))
        write_str(w, "role", names[role]);
    else
        write_u64(w, "role", role);
}

static void graceful_row(struct writer *w, struct cursor *in)
{
    tell_afi_safi(w, in);
    write_bool(w, "forwarding", cur_u8(in) & 0x80);
}

CAP_TELLER(graceful)
{
    uint16_t head = cur_u16(in);
    write_bool(w, "restarting", head & 0x8000);
    write_bool(w, "notification", head & 0x4000); /* RFC 8538 2 */
    write_u64(w, "restart_time", head & 0x0fff);
    tell_rows(w, in, graceful_row);
}

CAP_TELLER(asn) { write_u64(w, "asn", cur_u32(in)); }

CAP_TELLER(codes)
{
    write_array(w, "codes");
    while (cur_left(in))
        write_u64(w, NULL, cur_u8(in));
    write_end(w);
}

CAP_TELLER(multisession)
{
    write_u64(w, "flags", cur_u8(in));
    bgp_cap_tell_codes(w, in);
}

static void modes_row(struct writer *w, struct cursor *in)
{
    tell_afi_safi(w, in);
    tell_mode(w, cur_u8(in));
}

CAP_TELLER(modes) { tell_rows(w, in, modes_row); }

static void llgr_row(struct writer *w, struct cursor *in)
{
    tell_afi_safi(w, in);
    write_bool(w, "forwarding", cur_u8(in) & 0x80);
    write_u64(w, "stale_time", cur_u24(in));
}

CAP_TELLER(llgr) { tell_rows(w, in, llgr_row); }

CAP_TELLER(fqdn)
{
    bgp_text_tell(w, "host", cur_sub(in, cur_u8(in)));
    bgp_text_tell(w, "domain", cur_sub(in, cur_u8(in)));
}

CAP_TELLER(software) { bgp_text_tell(w, "version", cur_sub(in, cur_u8(in))); }

static void paths_limit_row(struct writer *w, struct cursor *in)
{
    tell_afi_safi(w, in);
    write_u64(w, "limit", cur_u16(in));
}

CAP_TELLER(paths_limit) { tell_rows(w, in, paths_limit_row); }

void bgp_cap_tell(struct writer *w, const struct bgp_cap *cap)
{
    const char *name = bgp_cap_name(cap->code);
    const struct bgp_cap_shape *shape = bgp_cap_shape(cap);
    struct cursor value = cap->value;
    write_object(w, NULL);
    write_u64(w, "code", cap->code);
    write_str(w, "name", name ? name : "Unknown");
    if (shape && shape->tell)
        shape->tell(w, &value);
    else if (cur_left(&value))
        write_hex(w, "data", value.at, cur_left(&value));
    write_end(w);
}
