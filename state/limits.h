/* Every ceiling in one place. Reaching one is told, never a crash. */
#ifndef STATE_LIMITS_H
#define STATE_LIMITS_H

#include <stddef.h>
#include <stdint.h>

struct limits {
    unsigned peerings;   /* pairs of addresses that are followed */
    size_t stream_each;  /* bytes kept of one direction of one connection, out of order or incomplete */
    size_t stream_total; /* … of all together */
    size_t fragments;    /* bytes of IP fragments waiting for each other */
    size_t routes;       /* bytes of routes and attributes */
    uint32_t converging; /* routes followed until they have settled; of more, a part is followed */
    size_t lsas;         /* bytes of OSPF databases */
    unsigned findings;
};

#define LIMITS_USUAL                                                                                         \
    ((struct limits){ .peerings = 65536,                                                                     \
                      .stream_each = (size_t)1 << 20,                                                        \
                      .stream_total = (size_t)256 << 20,                                                     \
                      .fragments = (size_t)8 << 20,                                                          \
                      .routes = (size_t)8 << 30,                                                             \
                      .converging = 32768,                                                                   \
                      .lsas = (size_t)2 << 30,                                                               \
                      .findings = 100000 })

#endif
