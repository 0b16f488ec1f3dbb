/* The names of interfaces out, one by one, as libpcap knows them. */
#include "capture/source_internal.h"

#ifdef RT_PCAP
#include <pcap.h>
#endif
#include <stdio.h>

#ifdef RT_PCAP

bool source_list_interfaces(void (*tell)(void *, const char *, const char *), void *to, char message[300])
{
    char words[PCAP_ERRBUF_SIZE];
    pcap_if_t *all, *i;
    if (pcap_findalldevs(&all, words)) {
        snprintf(message, 300, "%.290s", words);
        return false;
    }
    for (i = all; i; i = i->next)
        tell(to, i->name,
             i->description                ? i->description
             : i->flags & PCAP_IF_LOOPBACK ? "loopback"
             : i->flags & PCAP_IF_UP       ? "up"
                                           : "down");
    pcap_freealldevs(all);
    return true;
}

#else

bool source_list_interfaces(void (*tell)(void *, const char *, const char *), void *to, char message[300])
{
    (void)tell;
    (void)to;
    snprintf(message, 300, "%s", SOURCE_NO_PCAP);
    return false;
}

#endif
