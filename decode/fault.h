/* What a decoder may say against its input. A fault is data, not a failure: decoding goes on, and
 * rules judge it later. */
#ifndef DECODE_FAULT_H
#define DECODE_FAULT_H

#include <stddef.h>
#include <stdint.h>

enum fault_code {
#define FAULT(ident, key, words, reference) FAULT_##ident,
#include "decode/fault.def"
#undef FAULT
    FAULT_COUNT /* also: no fault */
};

struct fault {
    enum fault_code code;
    uint32_t offset; /* from the start of the message's header */
    uint32_t detail; /* an attribute's code, a type, a length: what the words need */
};

enum { FAULTS_MAX = 16 };

struct faults {
    unsigned count, lost; /* lost: more than we keep */
    struct fault list[FAULTS_MAX];
};

/* offset: bytes from the start of the message; beyond what the list holds, faults are counted only. */
static inline void fault_note(struct faults *f, enum fault_code code, size_t offset, uint32_t detail)
{
    if (f->count < FAULTS_MAX)
        f->list[f->count++] = (struct fault){ code, (uint32_t)offset, detail };
    else
        f->lost++;
}

const char *fault_key(enum fault_code);       /* "bgp.attr.twice": stable */
const char *fault_words(enum fault_code);     /* "attribute given twice" */
const char *fault_reference(enum fault_code); /* "RFC 7606 3(g)" */

#endif
