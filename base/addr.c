/* Addresses and prefixes: text in, bytes out, and back. */
#include "base/addr.h"

#include <stdio.h>
#include <stdlib.h>

struct addr addr_v4(const uint8_t *four)
{
    struct addr a = { .size = 4 };
    memcpy(a.b, four, 4);
    return a;
}

struct addr addr_v6(const uint8_t *sixteen)
{
    struct addr a = { .size = 16 };
    memcpy(a.b, sixteen, 16);
    return a;
}

/* Dotted quad that fills all of text..end; strict decimal, no leading zeros beyond "0". */
static bool parse_v4(const char *text, uint8_t out[4])
{
    for (int i = 0; i < 4; i++) {
        if (*text < '0' || *text > '9')
            return false;
        unsigned n = 0;
        int digits = 0;
        while (*text >= '0' && *text <= '9' && digits++ < 3)
            n = n * 10 + (unsigned)(*text++ - '0');
        if (n > 255 || *text++ != (i < 3 ? '.' : '\0'))
            return false;
        out[i] = (uint8_t)n;
    }
    return true;
}

static int hex_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

static bool parse_v6(const char *text, uint8_t out[16])
{
    uint8_t head[16] = { 0 };
    int used = 0, gap = -1;
    if (text[0] == ':' && text[1] == ':') {
        gap = 0;
        text += 2;
    }
    while (*text) {
        unsigned n = 0;
        int digits = 0;
        const char *group = text;
        while (hex_value(*text) >= 0 && digits < 5) {
            n = n * 16 + (unsigned)hex_value(*text++);
            digits++;
        }
        if (*text == '.' && used <= 12) { /* an IPv4 address at the end */
            if (!parse_v4(group, head + used))
                return false;
            used += 4;
            break;
        }
        if (!digits || digits > 4 || used > 14)
            return false;
        head[used++] = (uint8_t)(n >> 8);
        head[used++] = (uint8_t)n;
        if (!*text)
            break;
        if (*text++ != ':' || !*text)
            return false;
        if (*text == ':') {
            if (gap >= 0)
                return false;
            gap = used;
            text++;
        }
    }
    if (gap < 0 ? used != 16 : used > 14)
        return false;
    memset(out, 0, 16);
    int tail = gap < 0 ? 0 : used - gap;
    memcpy(out, head, (size_t)(used - tail));
    memcpy(out + 16 - tail, head + used - tail, (size_t)tail);
    return true;
}

struct addr addr_parse(const char *text)
{
    struct addr a = { 0 };
    if (parse_v4(text, a.b))
        a.size = 4;
    else if (strlen(text) < ADDR_TEXT && parse_v6(text, a.b))
        a.size = 16;
    else
        memset(&a, 0, sizeof a);
    return a;
}

/* n below 1000 in decimal; where it ends. */
static char *put_number(char *at, unsigned n)
{
    if (n >= 100)
        *at++ = (char)('0' + n / 100);
    if (n >= 10)
        *at++ = (char)('0' + n / 10 % 10);
    *at++ = (char)('0' + n % 10);
    return at;
}

static char *put_v4(char *at, const uint8_t *b)
{
    for (int i = 0; i < 4; i++) {
        at = put_number(at, b[i]);
        *at++ = '.';
    }
    *--at = '\0';
    return at;
}

static char *put_group(char *at, unsigned group)
{
    static const char digit[] = "0123456789abcdef";
    for (int shift = group > 0xfff ? 12 : group > 0xff ? 8 : group > 0xf ? 4 : 0; shift >= 0; shift -= 4)
        *at++ = digit[group >> shift & 15];
    return at;
}

/* RFC 5952: lower case, the longest run of two or more zero groups (the first of equals) as "::". */
static void v6_text(const uint8_t *b, char *at)
{
    int best = -1, best_len = 1;
    for (int i = 0; i < 8; i++) {
        int len = 0;
        while (i + len < 8 && !b[2 * (i + len)] && !b[2 * (i + len) + 1])
            len++;
        if (len > best_len) {
            best = i;
            best_len = len;
        }
        if (len)
            i += len - 1;
    }
    bool mapped = best == 0 && best_len == 5 && b[10] == 0xff && b[11] == 0xff;
    for (int i = 0; i < 8;) {
        if (i == best) {
            *at++ = ':';
            *at++ = ':';
            i += best_len;
            continue;
        }
        if (mapped && i == 6) {
            put_v4(at, b + 12);
            return;
        }
        at = put_group(at, (unsigned)b[2 * i] << 8 | b[2 * i + 1]);
        if (++i < 8 && i != best)
            *at++ = ':';
    }
    *at = '\0';
}

char *addr_text(const struct addr *a, char text[ADDR_TEXT])
{
    if (a->size == 4)
        put_v4(text, a->b);
    else if (a->size == 16)
        v6_text(a->b, text);
    else
        memcpy(text, "?", 2);
    return text;
}

struct addr addr_of_id(uint32_t id)
{
    const uint8_t four[4] = { (uint8_t)(id >> 24), (uint8_t)(id >> 16), (uint8_t)(id >> 8), (uint8_t)id };
    return addr_v4(four);
}

char *addr_id_text(uint32_t id, char text[16])
{
    const struct addr a = addr_of_id(id);
    put_v4(text, a.b);
    return text;
}

unsigned addr_mask_bits(uint32_t mask)
{
    unsigned bits = 0;
    while (bits < 32 && mask & UINT32_C(0x80000000) >> bits)
        bits++;
    return bits;
}

char *prefix_text(const uint8_t *p, unsigned bits, unsigned size, char text[ADDR_TEXT])
{
    struct addr a = { .size = (uint8_t)size };
    size_t bytes = (bits + 7) / 8;
    memcpy(a.b, p, bytes < size ? bytes : size);
    if (bits % 8 && bytes <= size)
        a.b[bytes - 1] &= (uint8_t)(0xff00 >> bits % 8);
    addr_text(&a, text);
    size_t at = strlen(text);
    snprintf(text + at, ADDR_TEXT - at, "/%u", bits);
    return text;
}

bool addr_same_prefix(const struct addr *a, const struct addr *b, unsigned bits)
{
    if (a->size != b->size || bits > a->size * 8u)
        return false;
    if (memcmp(a->b, b->b, bits / 8))
        return false;
    return !(bits % 8) || !((a->b[bits / 8] ^ b->b[bits / 8]) & (0xff00 >> bits % 8) & 0xff);
}

bool addr_link_local(const struct addr *a)
{
    if (a->size == 4)
        return a->b[0] == 169 && a->b[1] == 254;
    return a->size == 16 && a->b[0] == 0xfe && (a->b[1] & 0xc0) == 0x80;
}

void prefix_clear(struct prefix *p)
{
    unsigned at = p->bits / 8;
    if (at < p->addr.size)
        p->addr.b[at] &= (uint8_t)(0xff00u >> p->bits % 8);
    while (++at < p->addr.size)
        p->addr.b[at] = 0;
}
