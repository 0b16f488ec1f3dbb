/* One interface that is listened to: what source_live.c keeps of it, and how it is opened. The users of libpcap are this and
 * source_list.c. */
#ifndef CAPTURE_LIVE_PORT_H
#define CAPTURE_LIVE_PORT_H

#include "capture/source.h"

#ifdef RT_PCAP
#include <pcap.h>

enum {
    LIVE_BATCH_MS = 100, /* the kernel hands a block of packets out at the latest then */
    /* libpcap's own immediate mode gives each packet, however small, the room of the largest: a ring of 64 MiB holds
     * 256 of them. Blocks that are handed out at once hold as many as they have room for. */
    LIVE_IMMEDIATE_MS = 1,
};

struct live_port {
    const char *name;
    pcap_t *pcap;
    int fd, kind; /* kind: of hardware */
    bool promiscuous;
    bool away;          /* the interface is down, or is not there */
    bool missed;        /* that was told; that it is back was not */
    struct stamp retry; /* by the steady clock */
    uint32_t scale;     /* nanoseconds in a unit of the stamp's fraction */
    bool held;          /* `head` waits for its turn */
    struct stamp empty; /* nothing was there then, by the wall clock */
    struct packet head;
    struct source_file_facts facts;
    struct pcap_stat last; /* as the kernel counted: 32 bits that overflow */
};

/* Opens the interface that port->name says. False with a sentence in `message`; port->pcap is to be closed in any case, if it
 * is there. */
bool live_port_open(struct live_port *, const struct source_live_options *, char message[300]);

#endif
#endif
