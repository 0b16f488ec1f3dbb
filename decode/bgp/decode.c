/* A message in, told to a writer or in one line: the frame that all types share. */
#include "decode/bgp/bgp_internal.h"

#include <string.h>

/* ---- text that routers send ---- */

/* The character at the front of UTF-8 text and its length; 0 where there is none. Overlong forms and surrogates are
 * none (RFC 3629 3). */
static uint32_t character(const struct cursor *in, size_t *length)
{
    const uint8_t *p = in->at;
    size_t n = p[0] < 0x80 ? 1 : p[0] < 0xc2 ? 0 : p[0] < 0xe0 ? 2 : p[0] < 0xf0 ? 3 : p[0] < 0xf5 ? 4 : 0;
    static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
    uint32_t c = n == 1 ? p[0] : p[0] & (0x7fu >> n);
    *length = 1;
    if (!n || n > cur_left(in))
        return 0;
    for (size_t i = 1; i < n; i++) {
        if ((p[i] & 0xc0) != 0x80)
            return 0;
        c = c << 6 | (p[i] & 0x3f);
    }
    if (c < least[n] || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff))
        return 0;
    *length = n;
    return c;
}

/* Not a control character, nor one that turns the direction of what stands around it. */
static bool harmless(uint32_t c)
{
    return c >= 0x20 && !(c >= 0x7f && c < 0xa0) && c != 0x061c && !(c >= 0x200e && c <= 0x200f) &&
           !(c >= 0x2028 && c <= 0x202e) && !(c >= 0x2066 && c <= 0x2069) && c != 0xfeff;
}

bool bgp_text_plain(struct cursor text)
{
    size_t length;
    for (; cur_left(&text); cur_take(&text, length)) {
        uint32_t c = character(&text, &length);
        if (!harmless(c) && c != '\n' && c != '\r' && c != '\t')
            return false;
    }
    return true;
}

void bgp_text_add(struct buf *out, struct cursor text)
{
    while (cur_left(&text)) {
        size_t length;
        uint32_t c = character(&text, &length);
        const uint8_t *bytes = cur_take(&text, length);
        if (harmless(c))
            buf_add(out, (const char *)bytes, length);
        else if (c == '\n' || c == '\r' || c == '\t')
            buf_char(out, ' ');
        else
            buf_str(out, "\xef\xbf\xbd"); /* U+FFFD */
    }
}

void bgp_text_tell(struct writer *w, const char *key, struct cursor text)
{
    struct buf clean = buf_init(1 << 18); /* a message's worth, each byte a U+FFFD */
    bgp_text_add(&clean, text);
    write_strn(w, key, buf_text(&clean), clean.used);
    buf_free(&clean);
}

/* ---- faults ---- */

static const char *family_name(unsigned family) { return bgp_family_name((enum bgp_family)family); }

/* The words, and what the detail means: a name where it is that of a capability, an attribute or a family. */
static void fault_add(const struct fault *f, struct buf *out)
{
    static const struct {
        const char *key; /* its beginning */
        const char *(*name)(unsigned);
    } rows[] = {
        { "bgp.capability.", bgp_cap_name },
        { "bgp.attr.", bgp_attr_name },
        { "bgp.nlri.", family_name },
    };
    buf_str(out, fault_words(f->code));
    for (size_t i = 0; i < COUNT(rows); i++)
        if (!strncmp(fault_key(f->code), rows[i].key, strlen(rows[i].key))) {
            const char *name = rows[i].name(f->detail);
            if (name) {
                buf_printf(out, " (%s)", name);
                return;
            }
        }
    if (f->detail)
        buf_printf(out, " (%u)", f->detail);
}

void bgp_faults_tell(struct writer *w, const struct faults *faults)
{
    if (!faults->count)
        return;
    struct buf words = buf_init(1024);
    write_array(w, "faults");
    for (unsigned i = 0; i < faults->count; i++) {
        const struct fault *f = &faults->list[i];
        buf_clear(&words);
        fault_add(f, &words);
        write_object(w, NULL);
        write_str(w, "code", fault_key(f->code));
        write_u64(w, "offset", f->offset);
        write_strn(w, "text", buf_text(&words), words.used);
        write_end(w);
    }
    write_end(w);
    if (faults->lost)
        write_u64(w, "faults_left_out", faults->lost);
    buf_free(&words);
}

void bgp_faults_line(const struct faults *faults, struct buf *out)
{
    if (!faults->count)
        return;
    buf_str(out, " [");
    fault_add(&faults->list[0], out);
    if (faults->count > 1)
        buf_printf(out, "; %u more", faults->count - 1 + faults->lost);
    buf_char(out, ']');
}

/* What bgp_next said of something that is no message. */
static struct faults header_faults(const struct bgp_msg *msg)
{
    struct faults faults = { 0 };
    if (msg->fault == FAULT_BGP_HEADER_MARKER)
        fault_note(&faults, msg->fault, 0, 0);
    else if (msg->fault == FAULT_BGP_HEADER_LENGTH)
        fault_note(&faults, msg->fault, 16, msg->length);
    else if (msg->fault == FAULT_BGP_HEADER_TYPE)
        fault_note(&faults, msg->fault, 18, msg->type);
    return faults;
}

/* ---- messages ---- */

static void tell_body(struct writer *w, const struct bgp_msg *msg, const struct bgp_ctx *ctx)
{
    switch (msg->type) {
    case BGP_OPEN: bgp_open_tell(w, msg); break;
    case BGP_UPDATE: bgp_update_tell(w, msg, ctx); break;
    case BGP_NOTIFICATION: bgp_notification_tell(w, msg); break;
    case BGP_ROUTE_REFRESH: bgp_refresh_tell(w, msg); break;
    default: break;
    }
}

static void tell_inferred(struct writer *w, const struct bgp_ctx *ctx)
{
    if (!ctx->inferred_as4 && !ctx->inferred_add_path)
        return;
    write_array(w, "inferred");
    if (ctx->inferred_as4)
        write_str(w, NULL, "as4");
    if (ctx->inferred_add_path)
        write_str(w, NULL, "add-path");
    write_end(w);
}

void bgp_tell(struct writer *w, const struct bgp_msg *msg, const struct bgp_ctx *ctx)
{
    struct faults bad = header_faults(msg);
    const char *name = bgp_type_name(msg->type);
    if (name)
        write_str(w, "type", name);
    else
        write_format(w, "type", "%u", msg->type);
    write_u64(w, "length", msg->length);
    if (msg->cut)
        write_bool(w, "truncated", true);
    if (bad.count) {
        bgp_faults_tell(w, &bad);
        return;
    }
    tell_body(w, msg, ctx);
    if (msg->type == BGP_UPDATE) /* nothing else is read by it */
        tell_inferred(w, ctx);
}

void bgp_line(const struct bgp_msg *msg, const struct bgp_ctx *ctx, struct buf *out)
{
    struct faults bad = header_faults(msg);
    const char *name = bgp_type_name(msg->type);
    if (name)
        buf_str(out, name);
    else
        buf_printf(out, "type %u", msg->type);
    if (bad.count)
        bgp_faults_line(&bad, out);
    else
        switch (msg->type) {
        case BGP_OPEN: bgp_open_line(msg, out); break;
        case BGP_UPDATE: bgp_update_line(msg, ctx, out); break;
        case BGP_NOTIFICATION: bgp_notification_line(msg, out); break;
        case BGP_ROUTE_REFRESH: bgp_refresh_line(msg, out); break;
        default: break;
        }
    if (msg->cut)
        buf_str(out, " (cut)");
}
