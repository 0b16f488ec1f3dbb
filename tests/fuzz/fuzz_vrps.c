/* Any bytes as a file of validated payloads: whatever was read can be asked for, and the answer never depends on the rest.
 */
#include "state/vrps.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct vrps *v = vrps_new();
    struct vrps_told told;
    if (!v)
        return 0;
    bool known = vrps_read(v, (const char *)data, size, &told);
    if (told.read != vrps_count(v) || (known && !told.read) || (told.bad && told.bad_at > size))
        abort();
    for (unsigned bits = 0; bits <= 32; bits++) {
        struct prefix p = { addr_v4((const uint8_t[]){ 10, 0, 0, 0 }), bits };
        struct vrps_against against;
        prefix_clear(&p);
        enum rpki_state s = vrps_check(v, &p, 64496, &against);
        if ((s == RPKI_INVALID && (against.prefix.bits > bits || against.most < against.prefix.bits)) ||
            s == RPKI_UNKNOWN)
            abort();
    }
    vrps_free(v);
    return 0;
}
