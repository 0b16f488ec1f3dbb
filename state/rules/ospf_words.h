/* Words, drafts and questions that the rules on OSPF share. */
#ifndef STATE_RULES_OSPF_WORDS_H
#define STATE_RULES_OSPF_WORDS_H

#include "state/rules/rule.h"

/* A draft about the adjacency of the happening, with that side as the one to look at first (-1: none named). */
struct draft *ospf_draft(struct findings *, const struct happening *, enum finding_code, enum confidence,
                         int at);
/* The router ID of a side. Returns text. */
const char *ospf_end(const struct ospf_adjacency *, int side, char text[16]);
/* "10.0.12.0/24" */
const char *ospf_where(const struct ospf_adjacency *);
/* Another router that speaks from the address of this one, at the same time; NULL: none. */
const struct ospf_speaker *ospf_same_address(const struct ospf_speaker *);
/* Both spoke for a while, and this side has not taken the other, or has let it go. */
bool ospf_ignores(const struct ospf_adjacency *, int side);
/* Its packets carry a password or a digest. */
bool ospf_signs(const struct ospf_speaker *);
/* Tells of keys that differ, or must (ospf_keys.c). differs: what else does, of OSPF_DIFF_ bits. */
void ospf_keys(const struct happening *, struct findings *, uint32_t differs);
/* The side said that it still does not hear the other: what proves it. */
void ospf_show_ignored(struct draft *, const struct ospf_adjacency *, int side);

#endif
