/* Words, drafts and questions that the rules on OSPF share. */
#include "state/rules/ospf_words.h"

struct draft *ospf_draft(struct findings *f, const struct happening *h, enum finding_code code,
                         enum confidence confidence, int at)
{
    struct draft *d = rule_draft(f, h, code, confidence, -1);
    if (!h->adjacency)
        return d;
    d->adjacency = h->adjacency->id;
    if (at >= 0) {
        d->at = addr_of_id(h->adjacency->end[at]->router_id);
        d->peer = addr_of_id(h->adjacency->end[!at]->router_id);
    }
    return d;
}

const char *ospf_end(const struct ospf_adjacency *a, int side, char text[16])
{
    return ospf_id_text(a->end[side]->router_id, text);
}

const char *ospf_where(const struct ospf_adjacency *a) { return a->link ? a->link->name : "an unknown link"; }

void ospf_show_ignored(struct draft *d, const struct ospf_adjacency *a, int side)
{
    const struct ospf_speaker *me = a->end[side], *other = a->end[!side];
    char mine[16], yours[16];
    ospf_end(a, side, mine);
    ospf_end(a, !side, yours);
    draft_evidence(d, other->hello_first, "Hello of %s", yours);
    draft_evidence(d, me->hello_first, "Hello of %s", mine);
    draft_evidence(d, other->hello_last, "Hello of %s, again", yours);
    draft_evidence(d, me->hello_last, "Hello of %s, which does not list %s", mine, yours);
}

enum { IGNORED_LEAST = 2 };

bool ospf_ignores(const struct ospf_adjacency *a, int side)
{
    const struct ospf_neighbor *n = &a->side[side];
    return n->ignored >= IGNORED_LEAST && n->state < OSPF_STATE_INIT && !a->end[!side]->unseen;
}

bool ospf_signs(const struct ospf_speaker *s) { return s->auth.ref.frame && s->auth.type != OSPF_AUTH_NULL; }
