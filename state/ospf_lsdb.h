/* The link-state database of one domain (version and instance), as the floods in the capture tell it: of every LSA the
 * newest instance by RFC 2328 13.1, its age by packet time, and what became of it over time. */
#ifndef STATE_OSPF_LSDB_H
#define STATE_OSPF_LSDB_H

#include "base/macros.h"
#include "state/ospf_facts.h"

struct ospf_lsdb;

/* Memory of all databases of a capture. */
struct ospf_budget {
    size_t used, most;
    uint64_t refused; /* instances not kept because it was spent */
};

/* NULL without memory. The budget must outlive it. */
struct ospf_lsdb *ospf_lsdb_new(uint8_t version, uint8_t instance, struct ospf_budget *);
void ospf_lsdb_free(struct ospf_lsdb *);
uint8_t ospf_lsdb_version(const struct ospf_lsdb *);
uint8_t ospf_lsdb_instance(const struct ospf_lsdb *);

/* Where an LSA was seen. */
struct ospf_lsa_seen {
    uint32_t area, link; /* of the packet */
    uint32_t sender;     /* id of the speaker */
    struct stream_ref ref;
};

/* NULL: none of that key was ever seen. */
struct ospf_lsa_facts *ospf_lsdb_find(const struct ospf_lsdb *, const struct ospf_lsa_key *);
/* LSAs of a packet, some at a time: those to come are fetched from far memory while the ones before them are fed. */
struct ospf_batch {
    struct ospf_lsa lsa[32];
    struct ospf_lsa_key key[32]; /* … and where it is kept, for ospf_lsdb_feed */
    struct ospf_lsa_facts *near[32];
    uint32_t tag[32];
    uint32_t count;
};
/* The next ones; false at the end. */
bool ospf_lsdb_batch(const struct ospf_lsdb *, struct ospf_lsa_iter *, uint32_t area, uint32_t link,
                     struct ospf_batch *out);
/* Likewise of a Link State Request: what it asks for. lsa[] is not set. */
bool ospf_lsdb_batch_asked(const struct ospf_lsdb *, const struct ospf_packet *, struct cursor *body,
                           uint32_t link, struct ospf_batch *out);
/* One of a batch, or NULL. */
struct ospf_lsa_facts *ospf_lsdb_known(const struct ospf_lsdb *, const struct ospf_batch *, uint32_t which);
/* What was known before, when one is fed. */
struct ospf_lsa_fed {
    struct ospf_lsa_facts *entry; /* NULL without memory */
    bool echo;                    /* this very instance was the newest … */
    uint32_t sender;              /* … and the speaker of this id sent it last in an Update */
    struct stamp since;           /* … then */
};
/* One of a batch: an LSA whole or, from Database Descriptions and Acknowledgments, its header alone. */
enum ospf_change ospf_lsdb_feed(struct ospf_lsdb *, const struct ospf_batch *, uint32_t which,
                                const struct ospf_lsa_seen *, struct ospf_lsa_fed *out);
/* After OSPF_CHANGE_CHANGED: what, in words. Borrowed until the next feed. */
const char *ospf_lsdb_words(const struct ospf_lsdb *);

/* Entries, oldest first: start with *at = 0; NULL at the end. Those flushed and aged out come, too: ospf_lsa_current. */
const struct ospf_lsa_facts *ospf_lsdb_next(const struct ospf_lsdb *, uint32_t *at);
uint32_t ospf_lsdb_count(const struct ospf_lsdb *);
/* Changes whenever something is taken. */
uint64_t ospf_lsdb_revision(const struct ospf_lsdb *);

/* Seconds, at most OSPF_MAX_AGE. */
unsigned ospf_lsa_age(const struct ospf_lsa_facts *, struct stamp now);
/* A router would have it now: not flushed, not aged out. */
bool ospf_lsa_current(const struct ospf_lsa_facts *, struct stamp now);
/* The newest instance that was seen whole, to be read; false if there is none. Borrowed until the next feed. */
bool ospf_lsa_open(const struct ospf_lsa_facts *, struct ospf_lsa *out);

/* After OSPF_CHANGE_CHANGED: the instance before. Borrowed until the next feed; false if there is none. */
bool ospf_lsdb_before(const struct ospf_lsdb *, struct ospf_lsa *out);

/* ospf_described.c: the prefixes that an LSA says can be reached, cut to their bits. */
struct ospf_described {
    enum { OSPF_DESCRIBED_NONE, OSPF_DESCRIBED_LINKS, OSPF_DESCRIBED_PREFIXES, OSPF_DESCRIBED_ONE } kind;
    struct ospf_lsa lsa;
    struct ospf_router router;
    struct ospf_prefixes prefixes;
};
void ospf_described_begin(struct ospf_described *, const struct ospf_lsa *);
bool ospf_described_next(struct ospf_described *, struct addr *prefix, unsigned *bits);

/* ospf_lsa_diff.c: what the newer instance says that the older did not, in words. */
struct buf;
void ospf_lsa_diff(const struct ospf_lsa *before, const struct ospf_lsa *after, struct buf *out);
/* Router-LSAs that have links, and no interface in common; OSPFv3: no link, since interfaces have but numbers there, that
 * another router may use as well. */
bool ospf_lsa_strangers(const struct ospf_lsa *before, const struct ospf_lsa *after);

#endif
