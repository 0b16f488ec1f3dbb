/* What an LSA says, for people. */
#ifndef CLI_LSA_WORDS_H
#define CLI_LSA_WORDS_H

#include "decode/ospf/ospf.h"
#include "store/layout.h"

/* "Summary (network)": the name of its kind without "-LSA"; "0x2999" for one that is not known. */
void lsa_type_name(unsigned version, unsigned type, struct buf *);
/* In a few words: "3 links, ABR", "10.0.0.0/24 E1 cost 10". Nothing for kinds that have none. */
void lsa_summary(const struct ospf_lsa *, struct buf *);
/* All of it, one thing a line. */
void lsa_lines(const struct ospf_lsa *, struct layout *, unsigned indent);

#endif
