/* Two OPENs in; a table of what each offers and what both use out. */
#include "store/offers.h"

#include "store/offer_words.h"
#include "store/pages.h"
#include "store/text.h"
#include <stdio.h>
#include <string.h>

enum fit { FIT_PLAIN, FIT_AGREED, FIT_ONE_SIDED, FIT_CONFLICT };

struct pair {
    struct telling *t;
    const struct telling_sides *sides;
    struct bgp_open open[2];
    uint8_t bytes[2][BGP_LARGEST]; /* an OPEN is never longer, whatever was agreed: RFC 8654 4 */
    bool seen[2];
    bool told[256]; /* by code of capability: it has a row of its own */
};

/* ---- one row ---- */

static void tell_text(struct writer *w, const char *text) { write_str(w, NULL, text && *text ? text : NULL); }

static void tell_row(struct pair *p, const char *key, const char *name, const char *a, const char *b,
                     const char *use, enum fit fit)
{
    static const char *const fits[] = { "plain", "agreed", "one-sided", "conflict" };
    struct writer *w = &p->t->w;
    bool both = p->seen[0] && p->seen[1];
    write_object(w, NULL);
    write_str(w, "key", key);
    write_str(w, "name", name);
    write_array(w, "offers");
    tell_text(w, a);
    tell_text(w, b);
    write_end(w);
    write_str(w, "use", both && use && *use ? use : NULL);
    write_str(w, "fit", fits[both ? fit : FIT_PLAIN]);
    write_end(w);
}

/* What is in use if, and only if, both offer it. */
static void tell_both(struct pair *p, const char *key, const char *name, const char *a, const char *b)
{
    bool both = a && b;
    if (a || b)
        tell_row(p, key, name, a, b, both ? "in use" : "not in use", both ? FIT_AGREED : FIT_ONE_SIDED);
}

static const char *offered(bool yes) { return yes ? "offered" : NULL; }

/* ---- the fixed part: RFC 4271 4.2 ---- */

static void number(struct pair *p, int side, char text[32], uint32_t n, const char *unit)
{
    text[0] = '\0';
    if (p->seen[side])
        snprintf(text, 32, "%u%s", (unsigned)n, unit);
}

static void tell_fixed(struct pair *p)
{
    const struct bgp_open *a = &p->open[0], *b = &p->open[1];
    char text[2][32], use[64];
    number(p, 0, text[0], a->version, "");
    number(p, 1, text[1], b->version, "");
    tell_row(p, "version", "BGP version", text[0], text[1], NULL,
             a->version == b->version ? FIT_PLAIN : FIT_CONFLICT);
    number(p, 0, text[0], a->asn, "");
    number(p, 1, text[1], b->asn, "");
    tell_row(p, "as", "AS", text[0], text[1], a->asn == b->asn ? "iBGP" : "eBGP", FIT_PLAIN);
    for (int i = 0; i < 2; i++) {
        text[i][0] = '\0';
        if (p->seen[i])
            addr_id_text(p->open[i].router_id, text[i]);
    }
    /* within an AS both must differ: RFC 6286 2.1 */
    tell_row(p, "router-id", "Router ID", text[0], text[1], NULL,
             a->router_id == b->router_id && a->asn == b->asn ? FIT_CONFLICT : FIT_PLAIN);
    unsigned hold = a->hold < b->hold ? a->hold : b->hold;
    number(p, 0, text[0], a->hold, " s");
    number(p, 1, text[1], b->hold, " s");
    if (hold)
        snprintf(use, sizeof use, "%u s, a KEEPALIVE every %u s", hold, hold / 3);
    else
        snprintf(use, sizeof use, "none: no KEEPALIVEs");
    tell_row(p, "hold-time", "Hold time", text[0], text[1], use, FIT_AGREED);
}

/* ---- families, and what is agreed for each ---- */

static void tell_families(struct pair *p)
{
    uint64_t a = p->open[0].families, b = p->open[1].families;
    p->told[BGP_CAP_MULTIPROTOCOL] = true;
    for (enum bgp_family f = 0; f < FAMILY_COUNT; f++) {
        char name[80];
        snprintf(name, sizeof name, "%s routes", bgp_family_name(f));
        tell_both(p, bgp_family_name(f), name, offered(p->seen[0] && a >> f & 1),
                  offered(p->seen[1] && b >> f & 1));
    }
}

static const char *add_path_word(const struct bgp_open *o, enum bgp_family f)
{
    bool send = o->add_path_send >> f & 1, receive = o->add_path_receive >> f & 1;
    return send && receive ? "send, receive" : send ? "send" : receive ? "receive" : NULL;
}

/* In each direction for itself: RFC 7911 4. */
static void tell_add_path(struct pair *p)
{
    uint64_t from_a = bgp_negotiate(&p->open[0], &p->open[1]).add_path;
    uint64_t from_b = bgp_negotiate(&p->open[1], &p->open[0]).add_path;
    p->told[BGP_CAP_ADD_PATH] = true;
    for (enum bgp_family f = 0; f < FAMILY_COUNT; f++) {
        char name[80], key[80], use[2 * ADDR_TEXT];
        const char *a = p->seen[0] ? add_path_word(&p->open[0], f) : NULL;
        const char *b = p->seen[1] ? add_path_word(&p->open[1], f) : NULL;
        bool ab = from_a >> f & 1, ba = from_b >> f & 1;
        if (!a && !b)
            continue;
        snprintf(name, sizeof name, "ADD-PATH for %s", bgp_family_name(f));
        snprintf(key, sizeof key, "add-path-%s", bgp_family_name(f));
        if (ab != ba)
            snprintf(use, sizeof use, "from %s", p->sides->address[ab ? 0 : 1]);
        else
            snprintf(use, sizeof use, "%s", ab ? "both ways" : "not in use");
        tell_row(p, key, name, a, b, use, ab || ba ? FIT_AGREED : FIT_ONE_SIDED);
    }
}

/* ---- features that work when both have them ---- */

static bool has_cap(const struct pair *p, int side, unsigned code)
{
    for (unsigned i = 0; p->seen[side] && i < p->open[side].cap_count; i++)
        if (p->open[side].caps[i].code == code)
            return true;
    return false;
}

static void tell_features(struct pair *p)
{
    static const struct {
        const char *key, *name;
        uint8_t code, old; /* old: the same under a prestandard code */
    } rows[] = {
        { "as4", "AS numbers of four bytes", BGP_CAP_AS4, 0 },
        { "route-refresh", "Route Refresh", BGP_CAP_ROUTE_REFRESH, BGP_CAP_OLD_ROUTE_REFRESH },
        { "enhanced-refresh", "Enhanced Route Refresh", BGP_CAP_ENHANCED_REFRESH, 0 },
        { "extended-message", "Extended Message", BGP_CAP_EXTENDED_MESSAGE, 0 },
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        bool has[2];
        for (int k = 0; k < 2; k++)
            has[k] = has_cap(p, k, rows[i].code) || (rows[i].old && has_cap(p, k, rows[i].old));
        p->told[rows[i].code] = true;
        if (rows[i].old)
            p->told[rows[i].old] = true;
        tell_both(p, rows[i].key, rows[i].name, offered(has[0]), offered(has[1]));
    }
}

/* RFC 4724 3: a speaker that lists no family only promises End-of-RIB, and to help the other through its restart. */
static const char *graceful_word(const struct pair *p, int side, struct buf *text)
{
    const struct bgp_open *o = &p->open[side];
    if (!p->seen[side] || !o->graceful)
        return NULL;
    bool any = false;
    for (enum bgp_family f = 0; f < FAMILY_COUNT; f++)
        if (o->restart_families >> f & 1) {
            buf_printf(text, "%s%s%s", any ? ", " : "", bgp_family_name(f),
                       o->forwarding >> f & 1 ? " (forwarding kept)" : "");
            any = true;
        }
    buf_printf(text, "%s%u s%s%s", any ? "; " : "helper only; ", (unsigned)o->restart_time,
               o->n_bit ? "; survives NOTIFICATIONs" : "", o->restarting ? "; restarting" : "");
    return buf_text(text);
}

static void tell_graceful(struct pair *p)
{
    struct buf text[2] = { buf_init(4096), buf_init(4096) };
    char use[160];
    const char *word[2];
    bool restarts[2];
    p->told[BGP_CAP_GRACEFUL_RESTART] = true;
    for (int i = 0; i < 2; i++) {
        word[i] = graceful_word(p, i, &text[i]);
        restarts[i] = word[i] && p->open[i].restart_families;
    }
    if (word[0] && word[1] && !restarts[0] && !restarts[1])
        snprintf(use, sizeof use, "End-of-RIB only: neither keeps routes through its restart");
    else if (restarts[0] && restarts[1])
        snprintf(use, sizeof use, "both may restart");
    else
        snprintf(use, sizeof use, "%s may restart", p->sides->address[restarts[0] ? 0 : 1]);
    bool both = word[0] && word[1];
    if (word[0] || word[1])
        tell_row(p, "graceful-restart", "Graceful Restart", word[0], word[1], both ? use : "not in use",
                 both ? FIT_AGREED : FIT_ONE_SIDED);
    buf_free(&text[0]);
    buf_free(&text[1]);
}

/* ---- all other capabilities ---- */

/* What stands behind the code and the name: "host r1 domain example.net". NULL if that side does not offer it. */
static const char *cap_words(const struct pair *p, int side, unsigned code, struct buf *text)
{
    char lead[200];
    const char *name = bgp_cap_name(code);
    for (unsigned i = 0; p->seen[side] && i < p->open[side].cap_count; i++) {
        struct bgp_cap cap = p->open[side].caps[i];
        if (cap.code != code)
            continue;
        if (offer_words(&cap, text))
            return text->used ? buf_text(text) : "offered";
        struct writer w = writer_init(&writer_text, text);
        write_object(&w, NULL);
        bgp_cap_tell(&w, &cap);
        write_end(&w);
        /* "(code 73 name FQDN host r1)": what a list shows in its own column is taken off */
        int n = snprintf(lead, sizeof lead, "(code %u name %s", code, name ? name : "");
        const char *words = buf_text(text);
        if (n > 0 && (size_t)n < sizeof lead && !strncmp(words, lead, (size_t)n))
            words += n;
        words += strspn(words, " ");
        if (text->used && text->text[text->used - 1] == ')')
            text->text[--text->used] = '\0';
        return *words ? words : "offered";
    }
    return NULL;
}

/* Which roles may meet: RFC 9234 4.2. Index and value are the numbers of the capability. */
static bool roles_fit(int a, int b)
{
    static const int other[] = { 3, 2, 1, 0, 4 };
    return a >= 0 && a < (int)COUNT(other) && other[a] == b;
}

static void tell_role(struct pair *p)
{
    struct buf text[2] = { buf_init(4096), buf_init(4096) };
    const char *a = cap_words(p, 0, BGP_CAP_ROLE, &text[0]), *b = cap_words(p, 1, BGP_CAP_ROLE, &text[1]);
    bool fit = a && b && roles_fit(p->open[0].role, p->open[1].role);
    p->told[BGP_CAP_ROLE] = true;
    if (a || b)
        tell_row(p, "role", "BGP Role", a ? a + 5 * !strncmp(a, "role ", 5) : NULL,
                 b ? b + 5 * !strncmp(b, "role ", 5) : NULL,
                 !a || !b ? "not checked: one side has none"
                 : fit    ? "fit each other"
                          : "do not fit each other",
                 !a || !b ? FIT_ONE_SIDED
                 : fit    ? FIT_AGREED
                          : FIT_CONFLICT);
    buf_free(&text[0]);
    buf_free(&text[1]);
}

static struct cursor cap_value(const struct pair *p, int side, unsigned code)
{
    for (unsigned i = 0; p->seen[side] && i < p->open[side].cap_count; i++)
        if (p->open[side].caps[i].code == code)
            return p->open[side].caps[i].value;
    return (struct cursor){ 0 };
}

/* That both offer the capability is not enough: it is agreed for each family by itself, RFC 8950 4. */
static void tell_next_hops(struct pair *p)
{
    struct buf text[3] = { buf_init(4096), buf_init(4096), buf_init(4096) };
    const unsigned code = BGP_CAP_EXTENDED_NEXT_HOP;
    const char *a = cap_words(p, 0, code, &text[0]), *b = cap_words(p, 1, code, &text[1]);
    p->told[code] = true;
    offer_common_next_hops(cap_value(p, 0, code), cap_value(p, 1, code), &text[2]);
    if (a || b)
        tell_row(p, "extended-next-hop", bgp_cap_name(code), a, b,
                 text[2].used ? buf_text(&text[2]) : "not in use", text[2].used ? FIT_AGREED : FIT_ONE_SIDED);
    for (int i = 0; i < 3; i++)
        buf_free(&text[i]);
}

/* Names and versions are told, not agreed. */
static bool is_news(unsigned code)
{
    return code == BGP_CAP_FQDN || code == BGP_CAP_OLD_FQDN || code == BGP_CAP_SOFTWARE_VERSION;
}

static void tell_others(struct pair *p)
{
    for (unsigned code = 0; code < 256; code++) {
        if (p->told[code])
            continue;
        struct buf text[2] = { buf_init(4096), buf_init(4096) };
        char key[32], unknown[32];
        const char *a = cap_words(p, 0, code, &text[0]), *b = cap_words(p, 1, code, &text[1]);
        const char *name = bgp_cap_name(code);
        snprintf(key, sizeof key, "capability-%u", code);
        snprintf(unknown, sizeof unknown, "Capability %u", code);
        if (a || b) {
            if (is_news(code))
                tell_row(p, key, name ? name : unknown, a, b, NULL, FIT_PLAIN);
            else
                tell_both(p, key, name ? name : unknown, a, b);
        }
        buf_free(&text[0]);
        buf_free(&text[1]);
    }
}

/* ---- both ---- */

static void tell_faults(struct writer *w, const struct faults *f)
{
    write_array(w, "faults");
    for (unsigned i = 0; i < f->count; i++)
        write_format(w, NULL, "%s (%s)", fault_words(f->list[i].code), fault_reference(f->list[i].code));
    write_end(w);
}

/* One side's OPEN: kept, for its bytes are borrowed until the other one is asked for. */
static void take_open(struct pair *p, int side)
{
    struct open_row row;
    struct writer *w = &p->t->w;
    write_object(w, NULL);
    write_str(w, "address", p->sides->address[side]);
    p->seen[side] = pages_open(p->t->store, p->sides->peering, side, &row);
    write_bool(w, "seen", p->seen[side]);
    if (p->seen[side]) {
        size_t n = row.size < BGP_LARGEST ? row.size : BGP_LARGEST;
        memcpy(p->bytes[side], row.bytes, n);
        struct bgp_msg msg = { .type = BGP_OPEN,
                               .length = (uint16_t)(row.bytes[16] << 8 | row.bytes[17]),
                               .body = cur_over(p->bytes[side] + BGP_HEADER, n - BGP_HEADER),
                               .raw = p->bytes[side],
                               .cut = row.cut,
                               .fault = FAULT_COUNT };
        bgp_open_read(&msg, &p->open[side]);
        telling_time(p->t, "time", row.when);
        telling_frame(p->t, row.file, row.frame);
        write_u64(w, "connection", row.connection);
        write_bool(w, "cut", row.cut);
        tell_faults(w, &p->open[side].faults);
        write_array(w, "capabilities");
        for (unsigned i = 0; i < p->open[side].cap_count; i++)
            bgp_cap_tell(w, &p->open[side].caps[i]);
        write_end(w);
    }
    write_end(w);
}

void offers_tell(struct telling *t, const struct telling_sides *sides)
{
    struct pair p = { .t = t, .sides = sides };
    write_array(&t->w, "opens");
    take_open(&p, 0);
    take_open(&p, 1);
    write_end(&t->w);
    write_array(&t->w, "offers");
    if (p.seen[0] || p.seen[1]) {
        tell_fixed(&p);
        tell_families(&p);
        tell_add_path(&p);
        tell_features(&p);
        tell_graceful(&p);
        tell_next_hops(&p);
        tell_role(&p);
        tell_others(&p);
    }
    write_end(&t->w);
}
