/* Where packets come from. A file and an interface are the same to the caller.
 *
 * Interfaces: by libpcap, several at once, in order of time. When nothing comes, time comes: a TICK that trails the
 * wall clock by more than the capture's own buffering.
 *
 * Files: pcap (both byte orders, micro- and nanoseconds) and pcapng (several sections and interfaces, each
 * with its own link type, time unit and snap length), plain, gzip, zstd, bzip2 or xz, "-" for standard input. We read
 * them ourselves: libpcap refuses a pcapng whose interfaces differ in link type or snap length. */
#ifndef CAPTURE_SOURCE_H
#define CAPTURE_SOURCE_H

#include "base/err.h"
#include "base/macros.h"
#include "capture/filter.h"
#include "capture/packet.h"

enum source_got {
    SOURCE_PACKET,
    SOURCE_TICK,  /* only time has passed (live): packet.when alone is set */
    SOURCE_END,   /* no more; source_damage tells whether all was well */
    SOURCE_ERROR, /* the machine failed to read; source_why tells */
};

struct source;

struct source_options {
    bool in_file_order; /* false: packets whose stamps step back a little are put in order of time */
};

/* What is known of one file, complete at its end. */
struct source_file_facts {
    const char *path;        /* as given; borrowed from the source */
    uint64_t packets, bytes; /* bytes on the wire */
    uint32_t link;           /* of its first interface */
    bool several_links;
    uint64_t dropped; /* what its writer says that it dropped (pcapng isb_ifdrop, isb_osdrop) */
    bool damaged;
    uint64_t damage_offset; /* of the record that makes no sense, in the file as uncompressed */
    char damage[120];       /* what is wrong, as a sentence that begins with the file's name goes on */
    /* of an interface, as of the last source_refresh: */
    bool live;
    bool away; /* it is down, or is not there: nothing is heard */
    uint64_t
        received; /* packets that passed the kernel's filter; dropped ones too, which stand in `dropped` */
    uint64_t interface_dropped; /* packets of any kind that the interface itself lost */
};

/* Opens all files; packets come merged in order of time. NULL and *why if one cannot be opened, with a
 * sentence in `message` (room for 300). The paths must outlive the source. */
struct source *source_open_files(const char *const *paths, unsigned count, const struct source_options *,
                                 enum err *why, char message[300]);

struct source_live_options {
    const char *const *interfaces; /* "any" is all of them */
    unsigned count;
    uint32_t snap;   /* bytes kept of a packet; 0: all */
    uint32_t buffer; /* bytes of the kernel's ring for each interface; 0: 64 MiB */
    bool promiscuous;
    bool immediate; /* within milliseconds, for more work; else they come in batches of a tenth of a second */
    struct filter_options filter;
    const char *filter_words; /* instead of ours; NULL: ours */
};

/* Interfaces, open and filtered; privileges may be given up then. One that goes down or away is listened to again when
 * it is back; while all are away time stands still (packet.unheard). Names must outlive the source. */
struct source *source_open_live(const struct source_live_options *, enum err *why, char message[300]);
/* Files as if they came now, `speed` times as fast as they were captured (0: as fast as they can be read), with TICKs
 * in their silences. Packets keep their stamps. Takes `files` over. NULL without memory. */
struct source *source_open_replay(struct source *files, double speed);
/* The names of interfaces, one a line with what is known of it. False with a sentence in `message`. */
bool source_list_interfaces(void (*tell)(void *, const char *name, const char *words), void *to,
                            char message[300]);

/* The next packet, or what else happened; bytes are borrowed until the next call. Waits for it while live. */
enum source_got source_next(struct source *, struct packet *out);
/* Asks the kernel for its counts (interfaces; files have theirs). */
void source_refresh(struct source *);
unsigned source_file_count(const struct source *);
const struct source_file_facts *source_file(const struct source *, unsigned which);
/* How far through the input, 0 to 1; negative when that cannot be known (a pipe). */
double source_progress(const struct source *);
/* The sentence that belongs to SOURCE_ERROR. Borrowed from the source. */
const char *source_why(const struct source *);
void source_close(struct source *);

#endif
