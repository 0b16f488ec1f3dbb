/* `routetap decode`: one line for every BGP message, in the order of the frames that complete them. */
#include "cli/command.h"
#include "cli/loop.h"

#include <stdio.h>

command_fn cmd_decode;

struct teller {
    const struct options *options;
    const struct source *source;
    struct buf line;
    bool nanoseconds;
};

enum { LINE_MOST = 16 << 20 };

static bool wanted(const struct options *o, const struct event_message *m)
{
    return !o->peer.size || addr_equal(&o->peer, m->src) || addr_equal(&o->peer, m->dst);
}

static void tell_json(struct teller *t, const struct event_message *m)
{
    char text[64];
    struct writer w = writer_init(&writer_json, &t->line);
    write_object(&w, NULL);
    write_str(&w, "file", source_file(t->source, m->ref.file)->path);
    write_u64(&w, "frame", m->ref.frame);
    write_str(&w, "time", stamp_text(m->ref.when, t->nanoseconds ? 9 : 6, text));
    write_str(&w, "src", addr_text(m->src, text));
    write_str(&w, "dst", addr_text(m->dst, text));
    write_str(&w, "protocol", "bgp");
    bgp_tell(&w, m->msg, m->ctx);
    write_end(&w);
}

static void tell_text(struct teller *t, const struct event_message *m)
{
    char when[64], src[ADDR_TEXT], dst[ADDR_TEXT];
    buf_printf(&t->line, "%6llu %s %s > %s: ", (unsigned long long)m->ref.frame,
               stamp_text(m->ref.when, t->nanoseconds ? 9 : 6, when), addr_text(m->src, src), addr_text(m->dst, dst));
    if (m->noise == FAULT_COUNT)
        bgp_line(m->msg, m->ctx, &t->line);
    else
        buf_printf(&t->line, "no BGP message: %s", fault_words(m->noise));
}

static bool take(void *taker, const struct outbox *out)
{
    struct teller *t = taker;
    for (uint32_t i = 0; i < out->count; i++) {
        const struct event_message *m = &out->list[i].as.message;
        if (out->list[i].kind != EVENT_MESSAGE || !wanted(t->options, m))
            continue;
        if (m->noise != FAULT_COUNT && t->options->json && !bgp_type_name(m->msg->type))
            continue; /* the contract has no type for it */
        buf_clear(&t->line);
        t->nanoseconds |= m->ref.when.ns % 1000 != 0;
        if (t->options->json)
            tell_json(t, m);
        else
            tell_text(t, m);
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
    eo.no_routes = true;
    struct loop l = { .take = take };
    int status = loop_open(&l, o, eo, true);
    if (!status) {
        struct teller t = { .options = o, .source = l.source, .line = buf_init(LINE_MOST) };
        l.taker = &t;
        status = loop_run(&l, o);
        buf_free(&t.line);
    }
    loop_close(&l);
    return fflush(stdout) ? EXIT_DAMAGED : status;
}
