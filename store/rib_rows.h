/* A side's table as it stands, in; its routes as rows to be sorted, and as UPDATEs that announce them, out. */
#ifndef STORE_RIB_ROWS_H
#define STORE_RIB_ROWS_H

#include "state/bgp_rib.h"

/* What it borrows stays while nothing is fed to the table. */
struct rib_row {
    const uint8_t *attrs; /* as rib_route has them; equal sets have equal pointers */
    uint32_t path_id;
    uint32_t from; /* the caller's: whose route it is */
    uint16_t attrs_size;
    bool has_path_id, as4;
    uint8_t bits;
    union {
        uint8_t prefix[16]; /* of a plain family: (bits + 7) / 8 of them count; the others are zero */
        struct cursor raw;  /* of another: the NLRI as it was announced, path identifier in front */
    };
};

struct rib_rows {
    struct rib_row *list; /* owned */
    size_t count;
    uint32_t room;
    uint64_t left_out; /* routes without attributes, or for which there was no memory */
};

/* Prefixes are all there is to its routes: unicast and multicast, IPv4 and IPv6. */
bool rib_rows_plain(enum bgp_family);
/* Of rows of one family that is not plain, by their NLRI. */
int rib_rows_raw_order(const struct rib_row *, const struct rib_row *);
/* Adds the routes of the family. */
void rib_rows_add(struct rib_rows *, const struct rib_side *, enum bgp_family, uint32_t from);
void rib_rows_free(struct rib_rows *);

/* The parts of a set of attributes. */
struct rib_attrs {
    struct cursor before, behind; /* of MP_REACH_NLRI; `before` is all where there is none */
    struct cursor next_hop;       /* of MP_REACH_NLRI */
    bool mp;
};
void rib_attrs_split(struct cursor attrs, struct rib_attrs *out);

/* Sorts the rows, and gives UPDATEs that announce all of them, as few as possible. */
typedef void rib_update_fn(void *to, struct cursor update, bool as4);
void rib_rows_tell(struct rib_rows *, enum bgp_family, rib_update_fn *, void *to);

/* What says that a family's routes were all told (RFC 4724 2), into `room`. */
struct cursor rib_end_of_rib(enum bgp_family, uint8_t room[32]);

#endif
