/* Rows of the fault files as key, words and reference. */
#include "decode/fault.h"

static const struct {
    const char *key, *words, *reference;
} rows[] = {
#define FAULT(ident, key, words, reference) [FAULT_##ident] = { key, words, reference },
#include "decode/fault.def"
#undef FAULT
};

const char *fault_key(enum fault_code code) { return code < FAULT_COUNT ? rows[code].key : "?"; }
const char *fault_words(enum fault_code code) { return code < FAULT_COUNT ? rows[code].words : "?"; }
const char *fault_reference(enum fault_code code) { return code < FAULT_COUNT ? rows[code].reference : ""; }
