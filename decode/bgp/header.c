/* Bytes of a stream in, the message in front out; and where to go on when the stream has lost its place. */
#include "decode/bgp/bgp.h"

#include <string.h>

/*   0                          16       18     19
 *   +--------------------------+--------+------+----- - -
 *   | marker: 16 bytes of 255  | length | type | body
 *   +--------------------------+--------+------+----- - -      RFC 4271 4.1 */
enum { MARKER = 16, BEFORE_TYPE = 18, OLD_ROUTE_REFRESH = 128 };

static const uint16_t smallest[256] = {
#define MSG(type, ident, name, smallest) [type] = (smallest),
#include "decode/bgp/messages.def"
#undef MSG
};

/* As much of a marker as there is. */
static bool is_marker(const uint8_t *bytes, size_t size)
{
    if (LIKELY(size >= MARKER)) {
        uint64_t a, b;
        memcpy(&a, bytes, sizeof a);
        memcpy(&b, bytes + sizeof a, sizeof b);
        return (a & b) == UINT64_MAX;
    }
    for (size_t i = 0; i < size; i++)
        if (bytes[i] != 0xff)
            return false;
    return true;
}

static enum bgp_got no_message(struct bgp_msg *out, enum fault_code why)
{
    out->fault = why;
    return BGP_NOT;
}

/* Whether a message of this type may be that long; types that nobody knows may. */
static bool length_fits(unsigned type, unsigned length)
{
    if (length < smallest[type])
        return false;
    if (type == BGP_KEEPALIVE)
        return length == BGP_HEADER;
    /* OPEN comes before anything is agreed: RFC 8654 4 */
    return type != BGP_OPEN || length <= BGP_LARGEST;
}

enum bgp_got bgp_next(const uint8_t *bytes, size_t size, unsigned largest, struct bgp_msg *out)
{
    *out = (struct bgp_msg){ .raw = bytes, .body = cur_over(bytes, 0), .fault = FAULT_COUNT };
    if (!is_marker(bytes, size))
        return no_message(out, FAULT_BGP_HEADER_MARKER);
    if (size < BEFORE_TYPE) /* half of the length can already be too much */
        return size > MARKER && (unsigned)bytes[MARKER] << 8 > largest
                   ? no_message(out, FAULT_BGP_HEADER_LENGTH)
                   : BGP_MORE;

    out->length = (uint16_t)(bytes[MARKER] << 8 | bytes[MARKER + 1]);
    if (out->length < BGP_HEADER || out->length > largest)
        return no_message(out, FAULT_BGP_HEADER_LENGTH);
    if (size == BEFORE_TYPE)
        return BGP_MORE;

    out->type = bytes[BEFORE_TYPE];
    /* The prestandard message that goes with capability 128 (RFC 8810) is read like its successor. */
    if (out->type == OLD_ROUTE_REFRESH)
        out->type = BGP_ROUTE_REFRESH;
    if (!length_fits(out->type, out->length))
        return no_message(out, FAULT_BGP_HEADER_LENGTH);
    if (!smallest[out->type])
        return no_message(out, FAULT_BGP_HEADER_TYPE);

    size_t there = size < out->length ? size : out->length;
    out->body = cur_over(bytes + BGP_HEADER, there - BGP_HEADER);
    return there == out->length ? BGP_MESSAGE : BGP_MORE;
}

size_t bgp_resync(const uint8_t *bytes, size_t size, unsigned largest)
{
    struct bgp_msg first, next;
    for (size_t at = 0; at < size; at++) {
        const uint8_t *ones = memchr(bytes + at, 0xff, size - at);
        if (!ones)
            return size;
        at = (size_t)(ones - bytes);
        enum bgp_got got = bgp_next(ones, size - at, largest, &first);
        if (got == BGP_MORE)
            return at;
        if (got == BGP_MESSAGE &&
            bgp_next(ones + first.length, size - at - first.length, largest, &next) != BGP_NOT)
            return at;
    }
    return size;
}
