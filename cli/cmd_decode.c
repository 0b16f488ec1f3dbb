/* `routetap decode`: one line for every BGP message and OSPF packet, in the order of the frames that complete them. */
#include "cli/command.h"
#include "cli/loop.h"

#include "decode/ospf/ospf.h"
#include <stdio.h>

command_fn cmd_decode;

struct teller {
    const struct options *options;
    const struct source *source;
    struct buf line;
    bool nanoseconds;
};

enum { LINE_MOST = 16 << 20 };

static bool wanted(const struct options *o, const struct addr *src, const struct addr *dst)
{
    return !o->peer.size || addr_equal(&o->peer, src) || addr_equal(&o->peer, dst);
}

/* What stands before the message itself: where and when it was seen, from whom to whom. */
static void begin_json(struct teller *t, struct writer *w, struct stream_ref ref, const struct addr *src,
                       const struct addr *dst)
{
    char text[64];
    write_object(w, NULL);
    write_str(w, "file", source_file(t->source, ref.file)->path);
    write_u64(w, "frame", ref.frame);
    write_str(w, "time", stamp_text(ref.when, t->nanoseconds ? 9 : 6, text));
    write_str(w, "src", addr_text(src, text));
    write_str(w, "dst", addr_text(dst, text));
}

static void begin_text(struct teller *t, struct stream_ref ref, const struct addr *src,
                       const struct addr *dst)
{
    char when[64], from[ADDR_TEXT], to[ADDR_TEXT];
    buf_printf(&t->line, "%6llu %s %s > %s: ", (unsigned long long)ref.frame,
               stamp_text(ref.when, t->nanoseconds ? 9 : 6, when), addr_text(src, from), addr_text(dst, to));
}

static bool tell_bgp(struct teller *t, const struct event_message *m)
{
    if (!wanted(t->options, m->src, m->dst))
        return false;
    if (t->options->json) {
        if (m->noise != FAULT_COUNT && !bgp_type_name(m->msg->type))
            return false; /* the contract has no type for it */
        struct writer w = writer_init(&writer_json, &t->line);
        begin_json(t, &w, m->ref, m->src, m->dst);
        write_str(&w, "protocol", "bgp");
        bgp_tell(&w, m->msg, m->ctx);
        write_end(&w);
        return true;
    }
    begin_text(t, m->ref, m->src, m->dst);
    if (m->noise == FAULT_COUNT)
        bgp_line(m->msg, m->ctx, &t->line);
    else
        buf_printf(&t->line, "no BGP message: %s", fault_words(m->noise));
    return true;
}

static bool tell_ospf(struct teller *t, const struct event_ospf_packet *p)
{
    struct ospf_packet packet;
    if (!wanted(t->options, &p->src, &p->dst) || !ospf_read(p->payload, p->wire, &p->src, &p->dst, &packet))
        return false;
    if (!t->options->json) {
        begin_text(t, p->ref, &p->src, &p->dst);
        ospf_line(&packet, &t->line);
        return true;
    }
    struct writer w = writer_init(&writer_json, &t->line);
    begin_json(t, &w, p->ref, &p->src, &p->dst);
    ospf_tell(&w, &packet);
    write_end(&w);
    return true;
}

static bool take(void *taker, const struct outbox *out)
{
    struct teller *t = taker;
    for (uint32_t i = 0; i < out->count; i++) {
        const struct event *e = &out->list[i];
        bool bgp = e->kind == EVENT_MESSAGE;
        if (!bgp && e->kind != EVENT_OSPF_PACKET)
            continue;
        struct stamp when = bgp ? e->as.message.ref.when : e->as.ospf_packet.ref.when;
        t->nanoseconds |= when.ns % 1000 != 0;
        buf_clear(&t->line);
        if (!(bgp ? tell_bgp(t, &e->as.message) : tell_ospf(t, &e->as.ospf_packet)))
            continue;
        buf_char(&t->line, '\n');
        if (fwrite(buf_text(&t->line), 1, t->line.used, stdout) != t->line.used)
            return false;
    }
    return true;
}

int cmd_decode(const struct options *o)
{
    struct engine_options eo = engine_defaults();
    eo.tell_messages = true;
    eo.no_routes = eo.no_ospf = true;
    struct loop l = { .take = take };
    int status = loop_open(&l, o, eo, true);
    if (!status) {
        struct teller t = { .options = o, .source = l.source, .line = buf_init(LINE_MOST) };
        l.taker = &t;
        status = loop_run(&l, o);
        buf_free(&t.line);
    }
    loop_close(&l);
    return status;
}
