/* BGP messages: the face of decode/bgp. Nobody outside includes anything else of this folder.
 *
 * Pure functions over borrowed bytes: no memory is taken, nothing is kept, every cursor handed out points
 * into the message. Two ways to use it:
 *   - state/ pulls what it needs: bgp_next, bgp_open_read, bgp_update_read, bgp_nlri_next, …
 *   - whoever shows a message calls bgp_tell, which tells all of it to a writer.
 * What is wrong with a message is in its faults; reading goes on as far as it makes sense. */
#ifndef DECODE_BGP_BGP_H
#define DECODE_BGP_BGP_H

#include "base/addr.h"
#include "base/cursor.h"
#include "base/writer.h"
#include "decode/fault.h"

/* ---- names and numbers ---- */

enum { BGP_HEADER = 19, BGP_LARGEST = 4096, BGP_LARGEST_EXTENDED = 65535 }; /* RFC 4271 4.1, RFC 8654 */

enum bgp_type {
#define MSG(type, ident, name, smallest) BGP_##ident = (type),
#include "decode/bgp/messages.def"
#undef MSG
};

/* An address family that we know, as a small number: index of arrays, bit of masks. At most 64. */
enum bgp_family {
#define NLRI(afi, safi, ident, name, reader) FAMILY_##ident,
#include "decode/bgp/nlri.def"
#undef NLRI
    FAMILY_COUNT,
    FAMILY_NONE = FAMILY_COUNT /* AFI and SAFI that have no row */
};

enum bgp_attr_code {
#define ATTR(code, ident, name, flags, bad, reader) BGP_ATTR_##ident = (code),
#include "decode/bgp/attrs.def"
#undef ATTR
};

enum bgp_cap_code {
#define CAP(code, ident, name, reader) BGP_CAP_##ident = (code),
#include "decode/bgp/caps.def"
#undef CAP
};

const char *bgp_type_name(unsigned type);     /* "OPEN", or NULL */
const char *bgp_family_name(enum bgp_family); /* "ipv4-unicast"; "unknown" for FAMILY_NONE */
enum bgp_family bgp_family_of(uint16_t afi, uint8_t safi);
enum bgp_family bgp_family_parse(const char *name); /* FAMILY_NONE if it is none */
uint16_t bgp_family_afi(enum bgp_family);
uint8_t bgp_family_safi(enum bgp_family);
const char *bgp_attr_name(unsigned code); /* "AS_PATH" as IANA spells it; NULL when not assigned */
const char *bgp_cap_name(unsigned code);  /* "Multiprotocol Extensions"; NULL when not assigned */
/* "Cease/Administrative Shutdown", "Hold Timer Expired", "6/99" when unknown. Returns `text`. */
const char *bgp_notify_name(uint8_t code, uint8_t subcode, char text[64]);

/* ---- how one side's messages must be read ---- */

/* A value: what the two OPENs agreed for one direction, or what is supposed. */
struct bgp_ctx {
    uint64_t add_path; /* bit per bgp_family: its NLRI carry path identifiers (RFC 7911) */
    bool as4;          /* AS numbers in AS_PATH and AGGREGATOR have four bytes (RFC 6793) */
    bool extended;     /* messages up to 65535 bytes (RFC 8654) */
    bool inferred_as4, inferred_add_path; /* the OPENs were not seen: told by bgp_tell as "inferred" */
};

/* ---- framing (RFC 4271 4.1) ---- */

enum bgp_got {
    BGP_MESSAGE, /* *out is whole */
    BGP_MORE, /* a good beginning, more bytes are needed: out->length of them (0 while not known). Once the type is
                    known too (19 bytes), *out with `cut` set is a message that can be told as far as it goes */
    BGP_NOT /* no BGP header: out->fault says why (marker, length or type) */
};

struct bgp_msg {
    uint8_t type;
    uint16_t length;       /* the header's length field, header included */
    struct cursor body;    /* behind the header; borrowed */
    const uint8_t *raw;    /* the header; borrowed */
    bool cut;              /* body has less than the length says: set by whoever knows of a cut packet */
    enum fault_code fault; /* for BGP_NOT; FAULT_COUNT for all others */
};

/* Looks at the bytes in front. `largest` is BGP_LARGEST or BGP_LARGEST_EXTENDED. A KEEPALIVE of 23 bytes or an
 * OPEN of 20 is no message (BGP_NOT): no implementation may send it. An unknown type is BGP_NOT as well, with
 * length set, so that the reader can go on behind it. The prestandard ROUTE-REFRESH (128 on the wire) is given as the
 * standard one. */
enum bgp_got bgp_next(const uint8_t *bytes, size_t size, unsigned largest, struct bgp_msg *out);

/* The offset of the first place where a message may begin: a marker, a length and type that make sense and, when
 * so many bytes are there, the same once more behind it. `size` if there is none; a possible beginning of a marker
 * at the very end counts as a place. For captures that start in mid-stream or have a hole. */
size_t bgp_resync(const uint8_t *bytes, size_t size, unsigned largest);

/* ---- OPEN (RFC 4271 4.2, 5492, 9072) ---- */

enum { BGP_CAPS_MAX = 96 };

struct bgp_cap {
    uint8_t code;
    struct cursor value;
};

struct bgp_open {
    uint8_t version;
    uint16_t my_as;       /* the two-byte field */
    uint32_t asn;         /* what is meant: capability 65 if there, else my_as */
    uint16_t hold;        /* seconds */
    uint32_t router_id;   /* host order */
    bool extended_params; /* RFC 9072 encoding */
    uint8_t odd_param;    /* type of the first optional parameter that is not Capabilities, or 0 */
    bool caps_cut;        /* the message is cut before its last parameter: more may have been offered */
    unsigned cap_count, caps_lost;
    struct bgp_cap caps[BGP_CAPS_MAX];
    /* what the capabilities say, for those that change how a session works */
    uint64_t
        families; /* bit per bgp_family offered by capability 1; IPv4 unicast if there is none (RFC 4760 8);
                                    nothing if there is none and caps_cut */
    bool has_multiprotocol;                   /* capability 1 is there at all */
    bool as4;                                 /* 65 */
    bool route_refresh, enhanced_refresh;     /* 2, 70 */
    bool extended_message;                    /* 6 */
    uint64_t add_path_send, add_path_receive; /* 69, bit per bgp_family */
    bool graceful, restarting, n_bit;         /* 64: there, R bit, N bit (RFC 8538) */
    uint16_t restart_time;                    /* seconds */
    uint64_t restart_families, forwarding;    /* 64: listed; with F bit */
    bool llgr;                                /* 71, with a stale time for a family at least */
    int role;                                 /* 9 (RFC 9234): 0 provider … 4 peer; -1 when not there */
    struct faults faults;
};

/* Of a message of that type; what is wrong with it is in out->faults, and what was read before that stays. Cursors in `out` borrow
 * from the message; so do those of the readers below. RFC 4271 4.2, RFC 5492, RFC 9072. */
void bgp_open_read(const struct bgp_msg *, struct bgp_open *out);

/* What both OPENs agree for messages that `sender` sends to `receiver`. */
struct bgp_ctx bgp_negotiate(const struct bgp_open *sender, const struct bgp_open *receiver);

/* ---- UPDATE (RFC 4271 4.3, 4760, 7606) ---- */

/* What RFC 7606 tells a receiver to do; the worst of all faults. Ordered. */
enum bgp_verdict {
    BGP_FINE,
    BGP_DISCARD_ATTRIBUTE,
    BGP_TREAT_AS_WITHDRAW,
    BGP_DISABLE_FAMILY,
    BGP_RESET_SESSION
};
const char *bgp_verdict_name(enum bgp_verdict); /* "treat-as-withdraw" */

struct bgp_attr {
    uint8_t flags, code;
    struct cursor raw; /* from the flags on */
    struct cursor value;
};

enum { BGP_ATTRS_MAX = 48 };

struct bgp_mp {
    bool present;
    uint16_t afi;
    uint8_t safi;
    enum bgp_family family;
    struct cursor next_hop; /* of MP_REACH_NLRI */
    struct cursor nlri;
};

struct bgp_update {
    struct cursor withdrawn, attrs, nlri; /* the three parts; IPv4 unicast */
    struct bgp_mp reach, unreach;
    unsigned attr_count, attrs_lost;
    struct bgp_attr
        attr[BGP_ATTRS_MAX]; /* in the order of the message; a repeated one is left out (RFC 7606 3(g)) */
    uint64_t seen[4];        /* bit per attribute code */
    bool routes_known;       /* all of the attributes are there: false for a message cut before their end */
    bool end_of_rib;         /* RFC 4724 2: for end_of_rib_family */
    enum bgp_family end_of_rib_family;
    enum bgp_verdict verdict; /* from what bgp_update_read checks: lengths, flags, repeats, what is missing */
    struct faults faults;
};

/* The UPDATE has the path attribute of that code. */
static inline bool bgp_update_has(const struct bgp_update *u, unsigned code)
{
    return u->seen[code / 64] >> code % 64 & 1;
}
/* The attribute with that code, or NULL. */
const struct bgp_attr *bgp_update_attr(const struct bgp_update *, unsigned code);

/* Splits the message and walks the attribute headers: cheap, for every UPDATE. */
void bgp_update_read(const struct bgp_msg *, const struct bgp_ctx *, struct bgp_update *out);

/* One of 32 bits for an AS number. */
static inline uint32_t bgp_as_mark(uint32_t asn) { return UINT32_C(1) << (asn * UINT32_C(2654435761) >> 27); }

/* What the values of the attributes say, for whoever keeps routes. The same bytes give the same summary, but for the
 * offsets of faults, which count from the header of the message that was read. */
struct bgp_attrs_summary {
    enum bgp_verdict verdict; /* from the values alone */
    struct faults faults;
    uint32_t origin_as;   /* last AS of AS_PATH (AS4_PATH merged); 0 when empty or an AS_SET is last */
    uint32_t first_as;    /* leftmost AS; 0 when empty */
    uint16_t path_length; /* RFC 4271 9.1.2.2: an AS_SET counts one, confederation segments none */
    uint32_t path_marks;  /* bgp_as_mark of every AS in it: one whose mark is missing is not there */
    bool has_otc, has_med, has_local_pref;
    uint32_t otc, med, local_pref;
    struct addr next_hop;   /* NEXT_HOP attribute; size 0 when not there */
    uint32_t originator_id; /* 0 when not there */
    uint32_t cluster_count;
    uint32_t
        bogon_as; /* an AS that must not be seen between networks (RFC 7607, 6996, 5398, …); 0 for none */
};

/* Reads all attribute values but MP_REACH_NLRI's and MP_UNREACH_NLRI's NLRI: for each new set of attributes. */
void bgp_attrs_read(const struct bgp_update *, const struct bgp_ctx *, struct bgp_attrs_summary *out);
/* The worst of both; and where neither says which routes to treat as withdrawn, the session (RFC 7606 5.2). */
enum bgp_verdict bgp_update_verdict(const struct bgp_update *, const struct bgp_attrs_summary *);
/* Whether AS_PATH (AS4_PATH merged) holds this AS, in any segment. */
bool bgp_path_has(const struct bgp_update *, const struct bgp_ctx *, uint32_t asn);
/* Why this AS must not be seen between networks: "private use (RFC 6996)"; NULL if it may. */
const char *bgp_as_bogon(uint32_t asn);
/* AS_PATH as people write it: "65001 65002 {65003 65004}". */
void bgp_path_text(const struct bgp_update *, const struct bgp_ctx *, struct buf *out);
/* … as the value of an AS_PATH among speakers of four-byte ASes. */
void bgp_path_wide(const struct bgp_update *, const struct bgp_ctx *, struct buf *out);
/* Who aggregated (RFC 4271 5.1.7), by AS4_AGGREGATOR where AGGREGATOR is none but a place for it (RFC 6793 4.2.3). False:
 * nobody, or it cannot be read. */
bool bgp_aggregator(const struct bgp_update *, const struct bgp_ctx *, uint32_t *asn, struct addr *who);

/* ---- NLRI ---- */

struct bgp_nlri {
    enum bgp_family family;
    bool has_path_id;
    uint32_t path_id;
    uint8_t type;         /* route type, for families that have one (EVPN, MVPN, BGP-LS: low byte) */
    uint8_t bits;         /* prefix length, for families of prefixes: without labels and RD */
    uint8_t label_count;  /* labels told by bgp_nlri_text's caller from `labels` */
    struct cursor labels; /* 3 bytes each */
    struct cursor rd;     /* 8 bytes, or empty */
    struct cursor prefix; /* its (bits + 7) / 8 bytes, for families of prefixes */
    struct cursor key; /* with family, type and bits: what makes a route the same route. RD included; no path
                          id, no labels */
    uint8_t aside; /* bytes in it, behind the RD, that do not count: the ESI of EVPN's MAC and prefix routes
                          (RFC 7432 7.2, 9136 3.1) */
    struct cursor raw; /* all of it, path id included */
    bool unreadable;   /* its length is good and its content is not, or is of an unknown type: told as hex */
};

struct bgp_nlri_iter {
    struct cursor in;
    enum bgp_family family;
    bool add_path, withdraw;
    const struct bgp_nlri_row *row; /* private */
    enum fault_code fault;          /* FAULT_COUNT while all is well; set when bgp_nlri_next gave up */
};

/* Over a block of NLRI: u->nlri, u->withdrawn, u->reach.nlri, u->unreach.nlri. Bits behind a prefix's length are
 * read as zero in `key` only where the sender set them so: compare by bits. */
struct bgp_nlri_iter bgp_nlri_over(struct cursor nlri, enum bgp_family, const struct bgp_ctx *,
                                   bool withdraw);
/* False at the end, or at what cannot be read (then it->fault is set). */
bool bgp_nlri_next(struct bgp_nlri_iter *it, struct bgp_nlri *out);
/* What RFC 7606 5.3 tells a receiver to do when bgp_nlri_next gave up: no route behind that place can be found. */
static inline enum bgp_verdict bgp_nlri_verdict(const struct bgp_nlri_iter *it)
{
    if (it->fault == FAULT_COUNT)
        return BGP_FINE;
    return it->family == FAMILY_IPV4_UNICAST ? BGP_RESET_SESSION : BGP_DISABLE_FAMILY;
}
/* The route in the notation usual for its family, without path identifier and labels. */
void bgp_nlri_text(const struct bgp_nlri *, struct buf *out);
/* What the notation leaves out: "label 100", "label 100 200", "VNI 100", "ESI 00:11:…"; nothing for most. `vni`: as
 * bgp_update_vni says of the message. */
void bgp_nlri_more_text(const struct bgp_nlri *, bool vni, struct buf *out);
/* The same into the object that is open: "labels", "esi", "gateway" as they apply. */
void bgp_nlri_more_tell(struct writer *, const struct bgp_nlri *, bool vni);
/* Labels of its routes are VNIs, all 24 bits wide (RFC 8365 5.1.3). */
bool bgp_update_vni(const struct bgp_update *);
/* A route distinguisher: "65000:1", "10.0.0.1:1". RFC 4364 4.2 */
void bgp_rd_text(struct cursor rd, struct buf *out);
/* A prefix that must not be seen between networks (RFC 6890, 5735, …), or NULL: why, in words. Unicast only. */
const char *bgp_nlri_bogon(const struct bgp_nlri *);

/* ---- NOTIFICATION (RFC 4271 4.5, 4486, 8203, 9003, 8538, 9384, 9687) ---- */

struct bgp_notification {
    uint8_t code, subcode;
    struct cursor data;
    bool has_inner; /* 6/9: what stands inside (RFC 8538) */
    uint8_t inner_code, inner_subcode;
    struct cursor inner_data;
    struct cursor
        text; /* of 6/2 and 6/4, the inner one's too (RFC 9003), UTF-8 not checked; or the words that
                                     some speakers put where an error has no data of its own, printable UTF-8 */
    bool has_prefix_limit; /* 6/1 (RFC 4486): for which family and how many */
    enum bgp_family limit_family;
    uint32_t prefix_limit;
    bool has_as; /* 2/2: the AS in the data, of 2 or 4 bytes (FRR, BIRD) */
    uint32_t asn;
    bool has_hold; /* 2/6 */
    uint16_t hold;
    struct faults faults;
};

/* RFC 4271 4.5; words of a shutdown: RFC 9003; what a hard reset wraps: RFC 8538. */
void bgp_notification_read(const struct bgp_msg *, struct bgp_notification *out);

/* ---- ROUTE-REFRESH (RFC 2918, 5291, 7313) ---- */

struct bgp_refresh {
    uint16_t afi;
    uint8_t subtype, safi;
    enum bgp_family family;
    struct cursor orf; /* what follows, or empty */
    struct faults faults;
};

/* RFC 2918, RFC 7313. */
void bgp_refresh_read(const struct bgp_msg *, struct bgp_refresh *out);

/* ---- what the OPENs would have told (captures that start in mid-session) ---- */

/* Evidence gathered over the messages of one direction. Zero it to start. */
struct bgp_guess {
    uint32_t as2_fits, as4_fits; /* UPDATEs that can be read only so */
    uint32_t plain_fits[FAMILY_COUNT], add_path_fits[FAMILY_COUNT];
    uint32_t updates;
};

/* Weighs one UPDATE. */
void bgp_guess_feed(struct bgp_guess *, const struct bgp_msg *);
/* The only reading that fits so far; where both do, four-byte ASes and no path identifiers. */
struct bgp_ctx bgp_guess_ctx(const struct bgp_guess *);

/* ---- telling ---- */

/* Tells the message into the object that is open in the writer: "type", "length", then "open",
 * "withdrawn", "announced", "attributes", "notification", "route_refresh", "inferred", "faults" as they apply
 * (contract: decode --json). With the text writer the same, shorter. */
void bgp_tell(struct writer *, const struct bgp_msg *, const struct bgp_ctx *);
/* One capability as an object: code, name, and what it says. */
void bgp_cap_tell(struct writer *, const struct bgp_cap *);
/* … its "attributes" alone. */
void bgp_attributes_tell(struct writer *, const struct bgp_update *, const struct bgp_ctx *);
/* The communities in the attribute with that code (8, 16, 25 or 32), blanks between; nothing if it is not there. */
void bgp_communities_text(const struct bgp_update *, unsigned code, struct buf *out);
/* A community as people write it, such as "65535:65281", "NO_EXPORT" or "target:65001:1", as that writes it: "no-export",
 * "rt:65001:1". False: it is none; out then holds nothing of worth. */
bool bgp_community_words(const char *text, struct buf *out);
/* One line for people: "UPDATE 3 announced, 1 withdrawn, AS path 65001 65002, next hop 10.0.0.1". */
void bgp_line(const struct bgp_msg *, const struct bgp_ctx *, struct buf *out);

#endif
