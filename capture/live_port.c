/* The name of an interface in; a pcap handle out, filtered and ready to be waited for, or one sentence that says what to
 * do. */
#include "capture/live_port.h"

#ifdef RT_PCAP
#include "base/log.h"
#include "capture/rebind.h"
#include <stdio.h>
#include <string.h>

enum {
    SNAP_WHOLE = 262144, /* as tcpdump's -s 0 */
    /* What comes while a commit waits for the disk: 0.6 s of 400,000 small packets a second, 0.5 s of a full gigabit.
     * When little comes, each batch takes a block of its own, of which there are 256. */
    RING_USUAL = 64 << 20,
};

static bool set_filter(struct live_port *p, const struct source_live_options *o, char message[300])
{
    static const char *const poorer[] = { "", " (VLAN tags can't be looked behind on such a link)" };
    char text[FILTER_ROOM];
    struct bpf_program program;
    for (int reach = FILTER_TAGGED; reach <= FILTER_BARE; reach++) {
        if (!o->filter_words && !filter_text(&o->filter, (enum filter_reach)reach, text))
            break;
        if (pcap_compile(p->pcap, &program, o->filter_words ? o->filter_words : text, 1,
                         PCAP_NETMASK_UNKNOWN)) {
            snprintf(message, 300, "%.60s: the filter: %.200s", p->name, pcap_geterr(p->pcap));
            if (o->filter_words)
                return false;
            continue;
        }
        int status = pcap_setfilter(p->pcap, &program);
        pcap_freecode(&program);
        if (!status) {
            if (reach)
                log_line(LOG_DEBUG, "%s: a plain filter%s", p->name, poorer[reach]);
            return true;
        }
        snprintf(message, 300, "%.60s: the filter: %.200s", p->name, pcap_geterr(p->pcap));
    }
    return false;
}

/* What to do about it. */
static const char *cure(int status)
{
    switch (status) {
    case PCAP_ERROR_PERM_DENIED:
    case PCAP_ERROR_PROMISC_PERM_DENIED:
        return "; capturing takes root, or the capability CAP_NET_RAW (setcap cap_net_raw+ep on the program)";
    case PCAP_ERROR_NO_SUCH_DEVICE: return "; -D lists the interfaces that there are";
    case PCAP_ERROR_IFACE_NOT_UP: return "; bring it up first (ip link set it up)";
    default: return "";
    }
}

static bool activate(struct live_port *p, char message[300])
{
    int status = pcap_activate(p->pcap);
    const char *words = pcap_geterr(p->pcap);
    if (status < 0) {
        snprintf(message, 300, "%.60s: %.80s%s", p->name, *words ? words : pcap_statustostr(status),
                 cure(status));
        return false;
    }
    if (status > 0)
        log_line(LOG_WARNING, "%s: %s", p->name, *words ? words : pcap_statustostr(status));
    return true;
}

/* LINKTYPE_ values are DLT_ values but for raw IP, whose DLT_ differs from system to system. */
static uint32_t link_of(int dlt) { return dlt == DLT_RAW ? 101 : (uint32_t)dlt; }

bool live_port_open(struct live_port *p, const struct source_live_options *o, char message[300])
{
    char words[PCAP_ERRBUF_SIZE];
    p->pcap = pcap_create(p->name, words);
    if (!p->pcap) {
        snprintf(message, 300, "%.60s: %.200s", p->name, words);
        return false;
    }
    pcap_set_snaplen(p->pcap, o->snap ? (int)o->snap : SNAP_WHOLE);
    p->promiscuous = o->promiscuous && strcmp(p->name, "any") != 0;
    pcap_set_promisc(p->pcap, p->promiscuous);
    pcap_set_timeout(p->pcap, o->immediate ? LIVE_IMMEDIATE_MS : LIVE_BATCH_MS);
    pcap_set_buffer_size(p->pcap, o->buffer ? (int)o->buffer : RING_USUAL);
    pcap_set_tstamp_precision(p->pcap,
                              PCAP_TSTAMP_PRECISION_NANO); /* where it can't be had, they are micro */
    if (!activate(p, message))
        return false;
    p->scale = pcap_get_tstamp_precision(p->pcap) == PCAP_TSTAMP_PRECISION_NANO ? 1 : 1000;
    p->fd = pcap_get_selectable_fd(p->pcap);
    p->kind = rebind_kind(p->fd);
    p->facts =
        (struct source_file_facts){ .path = p->name, .live = true, .link = link_of(pcap_datalink(p->pcap)) };
    if (p->fd < 0 || pcap_setnonblock(p->pcap, 1, words)) {
        snprintf(message, 300, "%.60s: packets of this interface cannot be waited for", p->name);
        return false;
    }
    return set_filter(p, o, message);
}

#endif
