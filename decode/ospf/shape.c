/* Fields as a shape names them: bytes in, fields of the writer out.
 *
 *     "flags/1(B,V) -2 metric/3 neighbor/ip4"
 *
 * A shape is a list of fields "name/kind", in the order of the wire; "-2" are two bytes that are reserved. Kinds:
 *     1 2 3 4        a number of so many bytes; behind it in brackets the names of its bits, the highest first ("-3":
 *                    three bits without a name)
 *     ip4 ip6 ip     an address; ip: of 4 or 16 bytes, whatever is left
 *     f              a floating point number of 4 bytes (IEEE 754)
 *     v3             options of OSPFv3
 *     f8             eight of f
 *     1* 4* ip4* …   as many as there are, to the end
 *     text hex msd   the rest: as text, as digits, as pairs of a type and a value (RFC 8476 2)
 *     sid            the rest: a label of 3 bytes or a SID or index of 4 (RFC 8665 2.1)
 *     bits           a prefix length: for p and p4, which tell it
 *     af             an address family: for p (RFC 8666 5: 0 IPv4, 1 IPv6)
 *     p4 p           a prefix of IPv4 in 4 bytes; one in words of 4 bytes (RFC 5340 A.4.1.1)
 *     n              a length in bytes: for hexn, in the order of their appearance */
#include "decode/ospf/ospf_internal.h"

#include <string.h>

enum { LENGTHS = 2 };

/* What earlier fields say of later ones. */
struct reading {
    struct writer *w;
    struct cursor *in;
    unsigned bits;
    bool ipv4;
    unsigned length[LENGTHS], lengths, taken;
};

/* A field of a shape: pieces of its text. */
struct field {
    char name[32];
    char kind[8];
    const char *bits; /* behind the opening bracket, or NULL */
};

/* Takes the field at the front of a shape; where the next one begins. */
static const char *field_next(const char *shape, struct field *out)
{
    size_t name = strcspn(shape, "/ ");
    *out = (struct field){ .bits = NULL };
    if (name < sizeof out->name)
        memcpy(out->name, shape, name);
    shape += name;
    if (*shape == '/') {
        size_t kind = strcspn(++shape, " (");
        if (kind < sizeof out->kind)
            memcpy(out->kind, shape, kind);
        shape += kind;
    }
    if (*shape == '(') {
        out->bits = shape + 1;
        shape += strcspn(shape, ")") + 1;
    }
    return *shape ? shape + 1 : shape;
}

static uint32_t number(struct cursor *in, unsigned bytes)
{
    uint32_t n = 0;
    while (bytes--)
        n = n << 8 | cur_u8(in);
    return n;
}

/* "flags" → "flag_names": what of its bits is set and has a name. */
static void tell_bits(struct writer *w, const struct field *f, uint32_t n, unsigned bytes)
{
    char key[48];
    size_t length = strlen(f->name);
    memcpy(key, f->name, length + 1);
    if (length && key[length - 1] == 's')
        length--;
    memcpy(key + length, "_names", sizeof "_names");
    write_array(w, key);
    unsigned bit = bytes * 8;
    for (const char *at = f->bits; *at != ')' && bit;) {
        size_t size = strcspn(at, ",)");
        if (*at == '-') {
            unsigned skip = 0;
            for (size_t i = 1; i < size; i++)
                skip = skip * 10 + (unsigned)(at[i] - '0');
            bit -= skip < bit ? skip : bit;
        } else if (n >> --bit & 1)
            write_strn(w, NULL, at, size);
        at += size + (at[size] == ',');
    }
    write_end(w);
}

static void tell_float(struct writer *w, const char *key, uint32_t bits)
{
    float f;
    memcpy(&f, &bits, sizeof f); /* IEEE 754, as on every machine that we build for */
    write_real(w, key, (double)f, 0);
}

static void tell_address(struct writer *w, const char *key, struct cursor *in, unsigned size)
{
    char text[ADDR_TEXT];
    const uint8_t *bytes = cur_take(in, size);
    if (!bytes)
        return;
    struct addr a = size == 4 ? addr_v4(bytes) : addr_v6(bytes);
    write_str(w, key, addr_text(&a, text));
}

static void tell_list(struct reading *r, const struct field *f)
{
    unsigned most = f->kind[strlen(f->kind) - 1] == '*' ? UINT32_MAX : 8;
    unsigned size = !strcmp(f->kind, "ip6*") ? 16 : f->kind[0] == '1' ? 1 : 4;
    write_array(r->w, f->name);
    while (most-- && (most < 8 || cur_left(r->in))) {
        if (f->kind[0] == 'f')
            tell_float(r->w, NULL, cur_u32(r->in));
        else if (f->kind[0] == 'i')
            tell_address(r->w, NULL, r->in, size);
        else
            write_u64(r->w, NULL, number(r->in, size));
    }
    write_end(r->w);
}

static void tell_msds(struct reading *r, const char *key)
{
    write_array(r->w, key);
    while (cur_left(r->in)) {
        write_object(r->w, NULL);
        write_u64(r->w, "type", cur_u8(r->in));
        write_u64(r->w, "value", cur_u8(r->in));
        write_end(r->w);
    }
    write_end(r->w);
}

static void tell_sid(struct reading *r)
{
    if (cur_left(r->in) == 3)
        write_u64(r->w, "label", cur_u24(r->in) & 0xfffff);
    else
        write_u64(r->w, "sid", cur_u32(r->in));
}

static void tell_prefix(struct reading *r, const char *key, bool words)
{
    struct addr a = { .size = 4 };
    if (words) {
        if (!ospf_words_prefix(r->in, r->bits, r->ipv4, &a))
            return;
    } else
        a = addr_of_id(cur_u32(r->in));
    if (r->bits > a.size * 8u)
        cur_take(r->in, cur_left(r->in) + 1);
    else
        ospf_prefix_tell(r->w, key, &a, r->bits);
}

static void tell_bytes(struct writer *w, const char *key, struct cursor bytes)
{
    if (cur_ok(&bytes))
        write_hex(w, key, bytes.at, cur_left(&bytes));
}

/* Kinds that take what is left, or what earlier fields say. */
static void tell_other(struct reading *r, const struct field *f)
{
    const char *kind = f->kind;
    struct cursor *in = r->in;
    if (!strcmp(kind, "ip4") || !strcmp(kind, "ip6"))
        tell_address(r->w, f->name, in, kind[2] == '4' ? 4 : 16);
    else if (!strcmp(kind, "ip"))
        tell_address(r->w, f->name, in, cur_left(in) == 16 ? 16 : 4);
    else if (!strcmp(kind, "f"))
        tell_float(r->w, f->name, cur_u32(in));
    else if (!strcmp(kind, "v3"))
        ospf_options_tell(r->w, 3, cur_u24(in));
    else if (!strcmp(kind, "text") || !strcmp(kind, "hex")) {
        struct cursor rest = cur_sub(in, cur_left(in));
        if (*kind == 't')
            write_strn(r->w, f->name, (const char *)rest.at, cur_left(&rest));
        else
            tell_bytes(r->w, f->name, rest);
    } else if (!strcmp(kind, "msd"))
        tell_msds(r, f->name);
    else if (!strcmp(kind, "sid"))
        tell_sid(r);
    else if (!strcmp(kind, "bits"))
        r->bits = cur_u8(in);
    else if (!strcmp(kind, "af")) {
        uint8_t family = cur_u8(in);
        r->ipv4 = !family;
        write_u64(r->w, f->name, family);
    } else if (!strcmp(kind, "p") || !strcmp(kind, "p4"))
        tell_prefix(r, f->name, !kind[1]);
    else if (!strcmp(kind, "n")) {
        unsigned n = cur_u8(in);
        if (r->lengths < LENGTHS)
            r->length[r->lengths++] = n;
    } else if (!strcmp(kind, "hexn") && r->taken < r->lengths)
        tell_bytes(r->w, f->name, cur_sub(in, r->length[r->taken++]));
}

bool ospf_shape_tell(struct writer *w, const char *shape, struct cursor *in, bool ipv4)
{
    struct reading r = { .w = w, .in = in, .ipv4 = ipv4 };
    struct field f;
    while (*shape && cur_ok(in)) {
        shape = field_next(shape, &f);
        size_t last = strlen(f.kind);
        unsigned bytes = f.kind[0] >= '1' && f.kind[0] <= '4' ? (unsigned)(f.kind[0] - '0') : 0;
        if (f.name[0] == '-')
            cur_take(in, (size_t)(f.name[1] - '0'));
        else if (last > 1 && (f.kind[last - 1] == '*' || !strcmp(f.kind, "f8")))
            tell_list(&r, &f);
        else if (bytes) {
            uint32_t n = number(in, bytes);
            write_u64(w, f.name, n);
            if (f.bits)
                tell_bits(w, &f, n, bytes);
        } else
            tell_other(&r, &f);
    }
    return cur_ok(in);
}
