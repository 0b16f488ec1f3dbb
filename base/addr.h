/* An IPv4 or IPv6 address: parse, print, compare. */
#ifndef BASE_ADDR_H
#define BASE_ADDR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

enum { ADDR_TEXT = 48 }; /* room for any address and a prefix length as text */

/* Unused bytes are zero, so that a struct can be compared and hashed whole. */
struct addr {
    uint8_t b[16];
    uint8_t size; /* 4, 16, or 0 for "none" */
    uint8_t pad[3];
};

/* Of four bytes in network order. */
struct addr addr_v4(const uint8_t *four);
struct addr addr_v6(const uint8_t *sixteen);
/* A number in host order: a router ID, an OSPF Link State ID. */
struct addr addr_of_id(uint32_t);
/* From text; size 0 if it is no address. */
struct addr addr_parse(const char *text);
/* RFC 5952 for IPv6; "?" for none. Returns `text`. */
char *addr_text(const struct addr *, char text[ADDR_TEXT]);
/* A number in host order, dotted: router IDs, areas. Returns text. */
char *addr_id_text(uint32_t id, char text[16]);
/* A prefix of `bits` bits whose `(bits + 7) / 8` bytes are at p, as "192.0.2.0/24"; size is 4 or 16. */
char *prefix_text(const uint8_t *p, unsigned bits, unsigned size, char text[ADDR_TEXT]);

/* Of the same family, and byte by byte; 10.0.0.1 is not ::ffff:10.0.0.1. */
static inline bool addr_equal(const struct addr *a, const struct addr *b) { return !memcmp(a, b, sizeof *a); }
static inline int addr_compare(const struct addr *a, const struct addr *b)
{
    return a->size != b->size ? (a->size < b->size ? -1 : 1) : memcmp(a->b, b->b, sizeof a->b);
}
/* The ones a mask begins with. */
unsigned addr_mask_bits(uint32_t mask);
/* The first `bits` bits of both are the same. Addresses of two families never are. */
bool addr_same_prefix(const struct addr *a, const struct addr *b, unsigned bits);
bool addr_link_local(const struct addr *);

struct prefix {
    struct addr addr; /* size 0: none */
    unsigned bits;
};
/* Zeros behind its bits. */
void prefix_clear(struct prefix *);
/* Below, at or above 0: by family, address, then length. */
static inline int prefix_compare(const struct prefix *a, const struct prefix *b)
{
    int order = addr_compare(&a->addr, &b->addr);
    return order ? order : (a->bits > b->bits) - (a->bits < b->bits);
}

#endif
