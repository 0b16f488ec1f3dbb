/* Sinks in, the same as a value out; and back. */
#include "alert/order.h"

#include "base/hash.h"
#include <string.h>

static bool put(char *to, size_t size, const char *text)
{
    size_t n = text ? strlen(text) + 1 : 0;
    if (n > size)
        return false;
    if (n)
        memcpy(to, text, n);
    return true;
}

const char *alert_order_make(struct alert_order *o, const struct alert_sink *sinks, unsigned count)
{
    memset(o, 0, sizeof *o);
    if (count > ALERT_SINKS)
        return "there are too many to be rung";
    for (unsigned i = 0; i < count; i++) {
        struct alert_said *said = &o->said[i];
        said->kind = sinks[i].kind;
        said->least = sinks[i].least;
        said->group = sinks[i].group;
        said->wait = sinks[i].wait;
        said->resend = sinks[i].resend;
        if (!put(said->target, sizeof said->target, sinks[i].target) ||
            !put(said->ca, sizeof said->ca, sinks[i].ca) ||
            !put(said->token, sizeof said->token, sinks[i].token))
            return "whom to ring is told at too great length";
    }
    o->count = count;
    return NULL;
}

bool alert_said_same(const struct alert_said *a, const struct alert_said *b)
{
    return a->kind == b->kind && a->least == b->least && a->group == b->group && a->wait.ns == b->wait.ns &&
           a->resend.ns == b->resend.ns && !strcmp(a->target, b->target) && !strcmp(a->ca, b->ca) &&
           !strcmp(a->token, b->token);
}

uint64_t alert_sink_id(const struct alert_sink *s)
{
    return hash_bytes(s->target, strlen(s->target), (uint64_t)s->kind) >> 1; /* fits a database's number */
}

struct alert_sink alert_order_sink(struct alert_said *said)
{
    return (struct alert_sink){ .kind = said->kind,
                                .target = said->target,
                                .ca = *said->ca ? said->ca : NULL,
                                .token = *said->token ? said->token : NULL,
                                .least = said->least,
                                .group = said->group,
                                .wait = said->wait,
                                .resend = said->resend };
}
