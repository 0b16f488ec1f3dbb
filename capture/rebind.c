/* A socket and the name of an interface in; the socket listening there, or not yet, out. packet(7). */
#include "capture/rebind.h"

#ifdef __linux__

#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

static bool place_of(int fd, struct sockaddr_ll *at)
{
    socklen_t size = sizeof *at;
    *at = (struct sockaddr_ll){ .sll_ifindex = -1 };
    return !getsockname(fd, (struct sockaddr *)at, &size) && at->sll_family == AF_PACKET;
}

int rebind_kind(int fd)
{
    struct sockaddr_ll at;
    return place_of(fd, &at) ? at.sll_hatype : -1;
}

bool rebind_up(int fd, const char *name)
{
    struct ifreq r = { .ifr_flags = 0 };
    snprintf(r.ifr_name, sizeof r.ifr_name, "%s", name);
    return !ioctl(fd, SIOCGIFFLAGS, &r) && r.ifr_flags & IFF_UP;
}

/* What the socket listens to is of that kind: the link type of its packets was told when it was opened. */
static bool is_kind(int fd, const char *name, int kind)
{
    struct ifreq r = { .ifr_flags = 0 };
    snprintf(r.ifr_name, sizeof r.ifr_name, "%s", name);
    return kind < 0 || (!ioctl(fd, SIOCGIFHWADDR, &r) && r.ifr_hwaddr.sa_family == kind);
}

bool rebind(int fd, const char *name, int kind, bool promiscuous)
{
    struct sockaddr_ll at;
    int index = (int)if_nametoindex(name);
    if (!index || !rebind_up(fd, name) || !place_of(fd, &at))
        return false;
    if (at.sll_ifindex == index) /* it was down: the kernel listens again by itself */
        return true;
    if (!is_kind(fd, name, kind))
        return false;
    at = (struct sockaddr_ll){ .sll_family = AF_PACKET,
                               .sll_protocol = htons(ETH_P_ALL),
                               .sll_ifindex = index };
    struct packet_mreq all = { .mr_ifindex = index, .mr_type = PACKET_MR_PROMISC };
    if (bind(fd, (const struct sockaddr *)&at, sizeof at))
        return false;
    if (promiscuous) /* as far as it goes: not all can */
        setsockopt(fd, SOL_PACKET, PACKET_ADD_MEMBERSHIP, &all, sizeof all);
    return true;
}

#else

int rebind_kind(int fd)
{
    (void)fd;
    return -1;
}

bool rebind_up(int fd, const char *name)
{
    (void)fd;
    (void)name;
    return true;
}

bool rebind(int fd, const char *name, int kind, bool promiscuous)
{
    (void)fd;
    (void)name;
    (void)kind;
    (void)promiscuous;
    return false;
}

#endif
