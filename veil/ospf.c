/* An OSPF packet in place: header, authentication, bodies, headers of LSAs and their checksums. */
#include "decode/ospf/ospf.h"
#include "veil/veil_internal.h"

#include <stdlib.h>

enum { V2 = 2, V3 = 3, LSA_SUM = 16, LSA_LENGTH = 18 };

/* One instance of an LSA, by what its header says. */
struct lsa_key {
    uint32_t version, type, id, router, sequence, sum;
};

/* What its checksum becomes. */
struct lsa_sum {
    uint8_t *copy; /* the LSA as it was, until that is known; owned */
    uint16_t size, sum;
    uint8_t version;
    bool ipv4;
};

static struct lsa_key key_of(const uint8_t *head, unsigned version)
{
    return (struct lsa_key){ version,          version == V2 ? head[3] : get16(head + 2),
                             get32(head + 4),  get32(head + 8),
                             get32(head + 12), get16(head + LSA_SUM) };
}

/* ---- the checksum of an LSA: RFC 2328 12.1.7, RFC 905 B ---- */

/* As it must be, of n bytes from the header on. */
static uint16_t fletcher(const uint8_t *lsa, size_t n)
{
    enum { AGE = 2, MODULUS = 255 };
    uint32_t c0 = 0, c1 = 0;
    for (size_t i = AGE; i < n; i++) {
        c0 = (c0 + (i == LSA_SUM || i == LSA_SUM + 1 ? 0u : lsa[i])) % MODULUS;
        c1 = (c1 + c0) % MODULUS;
    }
    uint32_t behind = (uint32_t)((n - LSA_SUM - 1) % MODULUS);
    uint32_t x = (behind * c0 + MODULUS - c1) % MODULUS;
    x = x ? x : MODULUS;
    uint32_t y = 2 * MODULUS - c0 - x;
    y = y > MODULUS ? y - MODULUS : y;
    return (uint16_t)(x << 8 | y);
}

/* All of it but the checksum. */
static void paint_lsa(struct veil *v, uint8_t *lsa, size_t there, unsigned version, bool ipv4)
{
    const struct lsa_key was = key_of(lsa, version);
    struct brush b = brush_over(lsa, there);
    bool opaque = version == V2 && was.type >= 9 && was.type <= 11;
    brush_keep(&b, 4);
    if (opaque)
        brush_keep(&b, 4); /* a type, a number */
    else
        paint_id(&v->key, &b);
    paint_id(&v->key, &b);
    brush_keep(&b, 8);
    if (version == V2)
        veil_lsa_v2(v, &b, was.type, was.id);
    else
        veil_lsa_v3(v, &b, was.type, ipv4);
    brush_rest(&b);
}

/* A wrong one stays wrong. */
static uint16_t sum_of(const uint8_t *was, const uint8_t *is, size_t n)
{
    bool right = fletcher(was, n) == get16(was + LSA_SUM);
    uint16_t sum = fletcher(is, n);
    return right ? sum : (uint16_t)(sum ^ 0x5555);
}

static void learn_lsa(struct veil *v, const uint8_t *lsa, size_t n, unsigned version, bool ipv4)
{
    const struct lsa_key k = key_of(lsa, version);
    if (table_get(&v->lsas, &k) || v->used + n > v->options.budget)
        return;
    struct lsa_sum *s = malloc(sizeof *s);
    uint8_t *copy = malloc(n);
    if (s && copy && table_put(&v->lsas, &k, s)) {
        memcpy(copy, lsa, n);
        *s = (struct lsa_sum){ copy, (uint16_t)n, 0, (uint8_t)version, ipv4 };
        v->used += n;
        return;
    }
    free(s);
    free(copy);
}

void veil_lsas_init(struct veil *v) { table_init(&v->lsas, sizeof(struct lsa_key), 0); }

void veil_lsas_learned(struct veil *v)
{
    struct lsa_sum *s;
    for (uint32_t at = 0; (s = table_next(&v->lsas, &at));) {
        uint8_t *was = malloc(s->size);
        if (!was)
            return;
        memcpy(was, s->copy, s->size);
        paint_lsa(v, s->copy, s->size, s->version, s->ipv4);
        s->sum = sum_of(was, s->copy, s->size);
        free(was);
        free(s->copy);
        s->copy = NULL;
    }
}

void veil_lsas_free(struct veil *v)
{
    struct lsa_sum *s;
    for (uint32_t at = 0; (s = table_next(&v->lsas, &at));) {
        free(s->copy);
        free(s);
    }
    table_free(&v->lsas);
}

/* ---- LSAs in packets ---- */

/* That of an instance which is not here in full: as it becomes where it is. */
static void known_sum(const struct veil *v, const struct lsa_key *was, uint8_t *head)
{
    const struct lsa_sum *s = table_get(&v->lsas, was);
    if (s)
        put16(head + LSA_SUM, s->sum);
}

static void header_only(struct veil *v, struct brush *b, unsigned version)
{
    uint8_t *head = brush_take(b, OSPF_LSA_HEADER);
    if (!head)
        return;
    const struct lsa_key was = key_of(head, version);
    paint_lsa(v, head, OSPF_LSA_HEADER, version, false);
    known_sum(v, &was, head);
}

static void one_lsa(struct veil *v, struct brush *b, unsigned version, bool ipv4)
{
    if (brush_left(b) < OSPF_LSA_HEADER || get16(b->at + LSA_LENGTH) < OSPF_LSA_HEADER) {
        brush_rest(b);
        return;
    }
    size_t length = get16(b->at + LSA_LENGTH);
    struct brush lsa = brush_sub(b, length);
    const struct lsa_key was = key_of(lsa.at, version);
    paint_lsa(v, lsa.at, brush_left(&lsa), version, ipv4);
    if (brush_left(&lsa) == length)
        put16(lsa.at + LSA_SUM, sum_of(veil_was(v, lsa.at), lsa.at, length));
    else
        known_sum(v, &was, lsa.at);
}

/* ---- bodies ---- */

static void ids(struct veil *v, struct brush *b)
{
    while (brush_left(b))
        paint_id(&v->key, b);
}

/* RFC 2328 A.3.2, RFC 5340 A.3.2 */
static void hello(struct veil *v, struct brush *b, unsigned version)
{
    enum { FRONT_V2 = 12, FRONT_V3 = 12 };
    brush_keep(b, version == V2 ? FRONT_V2 : FRONT_V3);
    ids(v, b); /* DR, BDR, neighbours */
}

static void headers(struct veil *v, struct brush *b, unsigned version)
{
    while (brush_left(b))
        header_only(v, b, version);
}

/* RFC 2328 A.3.4, RFC 5340 A.3.4 */
static void requests(struct veil *v, struct brush *b, unsigned version)
{
    while (brush_left(b)) {
        const uint8_t *type = brush_take(b, 4);
        bool opaque = version == V2 && type && type[3] >= 9 && type[3] <= 11;
        if (opaque)
            brush_keep(b, 4);
        else
            paint_id(&v->key, b);
        paint_id(&v->key, b);
    }
}

static void body(struct veil *v, struct brush *b, const struct ospf_packet *p)
{
    bool ipv4 = p->version == V3 && p->instance >= 64 && p->instance < 128; /* RFC 5838 2.1 */
    switch (p->type) {
    case OSPF_HELLO: hello(v, b, p->version); break;
    case OSPF_DBDESC:
        brush_keep(b, p->version == V2 ? 8 : 12);
        headers(v, b, p->version);
        break;
    case OSPF_LSREQ: requests(v, b, p->version); break;
    case OSPF_LSUPDATE:
        brush_keep(b, 4);
        while (brush_left(b))
            one_lsa(v, b, p->version, ipv4);
        break;
    case OSPF_LSACK: headers(v, b, p->version); break;
    default: break;
    }
    brush_rest(b);
}

/* ---- header and what stands behind the packet ---- */

static void header(struct veil *v, struct brush *b, const struct ospf_packet *p)
{
    brush_keep(b, 4);
    paint_id(&v->key, b);
    paint_id(&v->key, b);
    brush_keep(b, 4); /* checksum; AuType, or instance */
    if (p->version == V3)
        return;
    if (p->auth == OSPF_AUTH_SIMPLE) {
        uint8_t *password = brush_take(b, 8);
        if (password) /* two that differ still do */
            key_secret(&v->key, password, 8);
    } else if (p->auth == OSPF_AUTH_CRYPTO || p->auth == OSPF_AUTH_EXTENDED)
        brush_keep(b, brush_left(b)); /* key, length, sequence number; the digest stands behind the packet */
}

/* RFC 5613: checksum, length, TLVs. */
static void lls(struct veil *v, struct brush *b)
{
    enum { EXTENDED_OPTIONS = 1 };
    uint8_t *head = b->at;
    size_t n = brush_left(b);
    brush_keep(b, 4);
    while (brush_left(b)) {
        unsigned type = brush_u16(b), size = brush_u16(b);
        struct brush value = brush_sub(b, (size + 3u) & ~3u);
        if (type == EXTENDED_OPTIONS)
            brush_keep(&value, brush_left(&value));
        brush_rest(&value);
    }
    if (n >= 4 && get16(head))
        sum_mend(head, sum_change(veil_was(v, head), head, n));
}

/* LLS block, digest: where the decoder found them. Of a digest all is zeroed, of the trailer of version 3 its head
 * stays (RFC 7166 4.1). */
static void behind(struct veil *v, struct brush *b, const struct ospf_packet *p)
{
    enum { TRAILER_HEAD = 16 };
    const uint8_t *was = veil_was(v, b->at);
    if (cur_left(&p->lls) && p->lls.at >= was) {
        brush_zero(b, (size_t)(p->lls.at - was));
        struct brush block = brush_sub(b, cur_left(&p->lls));
        lls(v, &block);
        was = veil_was(v, b->at);
    }
    if (p->auth == OSPF_AUTH_TRAILER && cur_left(&p->digest) && p->digest.at - was >= TRAILER_HEAD) {
        brush_zero(b, (size_t)(p->digest.at - was - TRAILER_HEAD));
        brush_keep(b, TRAILER_HEAD);
    }
    brush_rest(b);
}

static void learn(struct veil *v, const struct ospf_packet *p)
{
    struct ospf_lsa_iter it = ospf_lsas(p);
    struct ospf_lsa lsa;
    if (v->options.keep_order && p->router_id)
        key_meet(&v->key, p->router_id);
    while (p->type == OSPF_LSUPDATE && ospf_lsa_next(&it, &lsa))
        if (!lsa.cut && !lsa.header_only && lsa.length >= OSPF_LSA_HEADER)
            learn_lsa(v, lsa.raw, lsa.length, p->version,
                      p->version == V3 && p->instance >= 64 && p->instance < 128);
}

static void mend(struct veil *v, uint8_t *head, size_t n, const struct ospf_packet *p, uint32_t change)
{
    enum { SUM_AT = 12, AUTH_AT = 16, AUTH_END = 24 };
    const uint8_t *was = veil_was(v, head);
    if (n <= SUM_AT + 1 || p->sum == OSPF_SUM_NONE || !get16(head + SUM_AT))
        return;
    if (p->version == V3)
        change = sum_add(change, sum_change(was, head, n));
    else if (n < AUTH_END)
        change = sum_change(was, head, n < AUTH_AT ? n : AUTH_AT);
    else
        change = sum_add(sum_change(was, head, AUTH_AT),
                         sum_change(was + AUTH_END, head + AUTH_END, n - AUTH_END));
    sum_mend(head + SUM_AT, change);
}

void veil_ospf(struct veil *v, struct brush *b, const struct veil_layer *l)
{
    static const struct addr none;
    struct ospf_packet p;
    uint8_t *head = b->at;
    const uint8_t *was = veil_was(v, head);
    if (!ospf_read(cur_over(was, brush_left(b)), l->wire, &none, &none, &p)) {
        brush_rest(b);
        return;
    }
    if (!v->writing) {
        learn(v, &p);
        return;
    }
    size_t front = p.body.at ? (size_t)(p.body.at - p.raw) : p.have;
    struct brush first = brush_sub(b, front);
    header(v, &first, &p);
    brush_rest(&first);
    struct brush middle = brush_sub(b, cur_left(&p.body));
    body(v, &middle, &p);
    size_t n = (size_t)(b->at - head);
    behind(v, b, &p);
    mend(v, head, n, &p, p.version == V3 ? l->change : 0);
}
