/* Where `lsdb`, `topology` and `path` have their link-state databases from: captures, analyzed now; or a database that was
 * kept. As of a moment (--at), or the end. */
#ifndef CLI_DATABASES_H
#define CLI_DATABASES_H

#include "cli/loop.h"
#include "cli/options.h"
#include "state/ospf.h"
#include "state/ospf_lsdb.h"
#include "store/lsdb.h"

struct databases {
    struct stamp at; /* the moment that they are told for; STAMP_NEVER: there was no packet */
    /* one of both */
    struct loop loop;
    struct ospf *ospf;
    struct store *store;
    struct lsdb_set *set;
};

/* Whether the file is a database. */
bool databases_kept(const char *path);
/* EXIT_DONE, or EXIT_DAMAGED with something to tell all the same (ospf or set is there), or a status after saying why. */
int databases_open(struct databases *, const struct options *);
void databases_close(struct databases *);
/* Start with *at = 0; NULL at the end. */
const struct ospf_lsdb *databases_next(const struct databases *, uint32_t *at);
/* The name of a link, by the number that LSAs of link scope have; NULL if it has none. */
const char *databases_link(const struct databases *, uint32_t link, char text[96]);
/* Whether routers were seen to exchange their whole databases in the area. */
bool databases_area_seen(const struct databases *, unsigned version, unsigned instance, uint32_t area);

#endif
