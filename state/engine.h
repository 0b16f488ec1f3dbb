/* Packet in, outbox out. Time is what the source says it is, and never goes back. */
#ifndef STATE_ENGINE_H
#define STATE_ENGINE_H

#include "capture/packet.h"
#include "state/limits.h"
#include "state/outbox.h"

struct engine;

/* A secret for TCP-MD5 (RFC 2385): used for segments from or to this address. */
struct tcp_key {
    struct addr addr;
    const char *secret; /* borrowed for the engine's life */
};

/* A secret for OSPF's authentication: of an area, or of packets from or to an address. */
struct ospf_secret {
    bool by_area;
    uint32_t area; /* host order */
    struct addr addr;
    const char *secret; /* borrowed for the engine's life */
};

struct engine_options {
    uint16_t bgp_ports[8]; /* none: 179 */
    unsigned bgp_port_count;
    const struct tcp_key *keys; /* borrowed */
    unsigned key_count;
    const struct ospf_secret *ospf_keys; /* borrowed */
    unsigned ospf_key_count;
    const struct vrps *vrps; /* origins of routes are held against these; borrowed; NULL: against none */
    bool on_wire;            /* packets come from interfaces as we speak: where none come, none were sent */
    bool tell_messages;      /* put every BGP message into the outbox */
    bool no_routes;          /* keep no tables (decode) */
    bool no_ospf;            /* keep nothing of OSPF; its packets are told all the same */
    bool tell_routes;        /* put what becomes of routes into the outbox */
    struct span quiet;       /* a loss of routes has settled when nothing changed for so long; 0: as usual */
    struct limits limits;
};

/* Options with every ceiling at its usual height. */
struct engine_options engine_defaults(void);
/* NULL without memory. */
struct engine *engine_new(const struct engine_options *);
void engine_free(struct engine *);

/* One packet. What it caused is in the outbox until the next call. */
const struct outbox *engine_feed(struct engine *, const struct packet *);
/* Time has come this far, though no packet came (live). Never back. */
const struct outbox *engine_advance(struct engine *, struct stamp to);
/* While live, about once a second of packet time: the rules that look at the whole are asked what they would say if the
 * capture ended now. What they no longer say is taken back (finding.over). engine_finish says the same with reviews and
 * without. Memory of what is long past is given up. */
const struct outbox *engine_review(struct engine *);
#define EVERY_FILE UINT32_MAX
/* Nobody listened for a while until then, or the clock was set forward (live): what was not heard before it is no silence
 * of anybody. Everywhere, before the packet, or the time, that comes next; or on one interface (packet.file): of those that
 * were last heard there. To be called again while it lasts, more often than the shortest hold time. */
void engine_deaf(struct engine *, uint32_t file, struct stamp until);
/* Interfaces on which nothing can be heard now: their names, borrowed until the next call; NULL: there is none (live). */
void engine_away(struct engine *, const char *names);
/* Something of our own has changed that engine_review would tell, though no time passes. */
bool engine_impatient(const struct engine *);
/* What the tap itself lost since the start, as its own counts say (live). */
void engine_lost(struct engine *, uint64_t dropped);
/* What happens cannot be kept: why, as a sentence that is borrowed until the next call; NULL: it can again. anew: it is
 * kept, but what was kept before is not there any more (live). */
void engine_unkept(struct engine *, const char *why, bool anew);
/* Other secrets from now on; borrowed like those of the options. */
void engine_set_keys(struct engine *, const struct tcp_key *, unsigned count);
/* Other payloads from now on, and what differs from the ones before (NULL: anything may); borrowed likewise. Routes that
 * come are held against them at once, those that stand by engine_judge, for which the ones before must still be there. */
void engine_set_vrps(struct engine *, const struct vrps *, const struct vrps *changes);
bool engine_judging(const struct engine *); /* some are left */
/* So many of them, at most: what that causes. Packets may come in between. */
const struct outbox *engine_judge(struct engine *, unsigned most);
/* No more packets: rules that look at the whole speak now. No timer fires past the last packet. */
const struct outbox *engine_finish(struct engine *);

/* Peerings, oldest first: start with *at = 0; NULL at the end. Facts are as of now. */
const struct bgp_peering *engine_next_peering(const struct engine *, uint32_t *at);
/* What a side of the peering announced and has not withdrawn, for rib_next and rib_find; NULL: nothing yet. */
const struct rib_side *engine_routes(const struct engine *, const struct bgp_peering *, int side);
/* … there may be more: the capture has not all of what that side said in this session. */
bool engine_routes_partial(const struct engine *, const struct bgp_peering *, int side, enum bgp_family);
/* Findings, oldest first, likewise; without those that are over. */
const struct finding *engine_next_finding(const struct engine *, uint32_t *at);
const struct capture_facts *engine_capture(const struct engine *);
/* What is known of OSPF: state/ospf.h asks it, state/ospf_lsdb.h its databases. */
struct ospf;
struct ospf *engine_ospf(const struct engine *);
/* The last packet that was fed belongs to something that is followed, or may (a fragment). */
bool engine_cared(const struct engine *);

#endif
