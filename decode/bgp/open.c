/* An OPEN in; out come what one side offers, what two sides agree on, and how an OPEN is told. */
#include "decode/bgp/bgp_internal.h"

/*   19       20           22          24               28
 *   +---------+------------+-----------+----------------+---------+------------ - -
 *   | version | my AS (2)  | hold (2)  | identifier (4) | length  | parameters
 *   +---------+------------+-----------+----------------+---------+------------ - -      RFC 4271 4.2
 *
 * With a length other than 0 and a first parameter of type 255 there follow two bytes of true length, and each
 * parameter's own length has two bytes (RFC 9072 2). */
enum { AT_VERSION = 19, AT_AS = 20, AT_HOLD = 22, AT_IDENTIFIER = 24, AT_LENGTH = 28, FIXED = 10 };
enum { AS_TRANS_16 = 23456 }; /* RFC 6793 9 */
enum { PARAM_CAPABILITIES = 2, PARAM_EXTENDED = 255 };

/* ---- optional parameters ---- */

/* `whole`: the parameter is all there, and whoever runs past its end is to blame for it. */
static void read_caps(const struct bgp_msg *msg, struct cursor in, bool whole, struct bgp_open *out)
{
    struct bgp_cap cap;
    const uint8_t *at = in.at;
    for (; bgp_cap_next(&in, &cap); at = in.at) {
        if (out->cap_count < BGP_CAPS_MAX)
            out->caps[out->cap_count++] = cap;
        else
            out->caps_lost++;
        bgp_cap_absorb(out, &cap, bgp_offset(msg, at));
    }
    if (!cur_ok(&in) && whole)
        fault_note(&out->faults, FAULT_BGP_CAP_SHORT, bgp_offset(msg, at), at[0]);
}

static void read_params(const struct bgp_msg *msg, struct cursor in, struct bgp_open *out)
{
    while (cur_left(&in)) {
        size_t offset = bgp_offset(msg, in.at);
        uint8_t type = cur_u8(&in);
        size_t said = out->extended_params ? cur_u16(&in) : cur_u8(&in);
        bool whole = cur_ok(&in) && said <= cur_left(&in);
        struct cursor value = cur_sub(&in, whole ? said : cur_left(&in));

        if (!whole && !out->caps_cut)
            fault_note(&out->faults, FAULT_BGP_OPEN_PARAM_LENGTH, offset, type);
        if (type == PARAM_CAPABILITIES)
            read_caps(msg, value, whole, out);
        else {
            fault_note(&out->faults, FAULT_BGP_OPEN_PARAM, offset, type);
            if (!out->odd_param)
                out->odd_param = type;
        }
    }
}

/* Finds the list of parameters and how it is encoded. */
static void read_list(const struct bgp_msg *msg, struct cursor in, struct bgp_open *out)
{
    size_t said = cur_u8(&in);
    if (said && cur_left(&in) && in.at[0] == PARAM_EXTENDED) {
        out->extended_params = true;
        cur_u8(&in);
        said = cur_u16(&in);
    }
    size_t left = cur_left(&in);
    bool right = cur_ok(&in) && said == left;
    out->caps_cut = msg->cut && (!cur_ok(&in) || said > left);
    if (!right && !out->caps_cut)
        fault_note(&out->faults, FAULT_BGP_OPEN_LENGTH, AT_LENGTH, (uint32_t)said);
    read_params(msg, cur_sub(&in, said < left ? said : left), out);
}

/* ---- the whole of it ---- */

static void judge_as(struct bgp_open *out)
{
    struct faults *f = &out->faults;
    if (!out->asn)
        fault_note(f, FAULT_BGP_OPEN_AS_ZERO, AT_AS, 0);
    else if (out->asn == AS_TRANS_16 && !(out->caps_cut && !out->as4))
        fault_note(f, FAULT_BGP_OPEN_AS_TRANS, AT_AS, 0);
    /* The old field has the number itself, or AS_TRANS when that does not fit or is not to be used. */
    else if (out->my_as != AS_TRANS_16 && out->my_as != out->asn)
        fault_note(f, FAULT_BGP_OPEN_AS_DIFFERS, AT_AS, out->asn);
}

static void judge_fixed(size_t there, struct bgp_open *out)
{
    struct faults *f = &out->faults;
    if (there >= AT_AS - BGP_HEADER && out->version != 4)
        fault_note(f, FAULT_BGP_OPEN_VERSION, AT_VERSION, out->version);
    if (there >= AT_HOLD - BGP_HEADER)
        judge_as(out);
    if (there >= AT_IDENTIFIER - BGP_HEADER && (out->hold == 1 || out->hold == 2))
        fault_note(f, FAULT_BGP_OPEN_HOLD_TIME, AT_HOLD, out->hold);
    if (there >= AT_LENGTH - BGP_HEADER && !out->router_id)
        fault_note(f, FAULT_BGP_OPEN_IDENTIFIER, AT_IDENTIFIER, 0);
}

void bgp_open_read(const struct bgp_msg *msg, struct bgp_open *out)
{
    *out = (struct bgp_open){ .role = -1 };
    struct cursor in = msg->body;
    out->version = cur_u8(&in);
    out->my_as = cur_u16(&in);
    out->hold = cur_u16(&in);
    out->router_id = cur_u32(&in);
    out->asn = out->my_as;
    if (cur_left(&in))
        read_list(msg, in, out);
    else if (msg->cut)
        out->caps_cut = true;
    else
        fault_note(&out->faults, FAULT_BGP_OPEN_LENGTH, AT_LENGTH, 0);

    if (!out->has_multiprotocol && !out->caps_cut) /* RFC 4760 8 */
        out->families = UINT64_C(1) << FAMILY_IPV4_UNICAST;
    judge_fixed(cur_left(&msg->body), out);
}

struct bgp_ctx bgp_negotiate(const struct bgp_open *sender, const struct bgp_open *receiver)
{
    return (struct bgp_ctx){
        .as4 = sender->as4 && receiver->as4,                                /* RFC 6793 4.1 */
        .add_path = sender->add_path_send & receiver->add_path_receive,     /* RFC 7911 4 */
        .extended = sender->extended_message && receiver->extended_message, /* RFC 8654 4 */
    };
}

/* ---- telling ---- */

static void tell_router_id(struct writer *w, uint32_t id)
{
    char text[16];
    write_str(w, "router_id", addr_id_text(id, text));
}

void bgp_open_tell(struct writer *w, const struct bgp_msg *msg)
{
    struct bgp_open o;
    bgp_open_read(msg, &o);
    size_t there = cur_left(&msg->body); /* of a cut message only what is there can be told */
    write_object(w, "open");
    if (there >= AT_AS - BGP_HEADER)
        write_u64(w, "version", o.version);
    if (there >= AT_HOLD - BGP_HEADER) {
        write_u64(w, "asn", o.asn);
        if (o.my_as != o.asn)
            write_u64(w, "my_as", o.my_as);
    }
    if (there >= AT_IDENTIFIER - BGP_HEADER)
        write_u64(w, "hold_time", o.hold);
    if (there >= AT_LENGTH - BGP_HEADER)
        tell_router_id(w, o.router_id);
    if (o.extended_params)
        write_bool(w, "extended_parameters", true);
    if (there >= FIXED && !(o.caps_cut && !o.cap_count)) {
        write_array(w, "capabilities");
        for (unsigned i = 0; i < o.cap_count; i++)
            bgp_cap_tell(w, &o.caps[i]);
        write_end(w);
    }
    if (o.caps_lost)
        write_u64(w, "capabilities_left_out", o.caps_lost);
    write_end(w);
    bgp_faults_tell(w, &o.faults);
}

static void line_families(const struct bgp_open *o, struct buf *out)
{
    for (unsigned f = 0; f < FAMILY_COUNT; f++)
        if (o->families >> f & 1) {
            buf_char(out, ' ');
            buf_str(out, bgp_family_name((enum bgp_family)f));
        }
}

void bgp_open_line(const struct bgp_msg *msg, struct buf *out)
{
    struct bgp_open o;
    char id[16];
    bgp_open_read(msg, &o);
    size_t there = cur_left(&msg->body);
    if (there >= AT_HOLD - BGP_HEADER)
        buf_printf(out, " AS %u", o.asn);
    if (there >= AT_IDENTIFIER - BGP_HEADER)
        buf_printf(out, ", hold time %u s", o.hold);
    if (there >= AT_LENGTH - BGP_HEADER)
        buf_printf(out, ", router ID %s", addr_id_text(o.router_id, id));
    if (o.families) {
        buf_char(out, ',');
        line_families(&o, out);
    }
    bgp_faults_line(&o.faults, out);
}
