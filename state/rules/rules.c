/* A happening in; every rule that reads its kind is asked, in the order of rules.def. */
#include "base/macros.h"
#include "state/rules/rule.h"

#include <stdio.h>

#define RULE(name, on) rule_fn name;
#include "state/rules/rules.def"
#undef RULE

static const struct {
    enum happening_kind on;
    rule_fn *run;
} rows[] = {
#define RULE(name, on) { HAPPEN_##on, name },
#include "state/rules/rules.def"
#undef RULE
};

void rules_run(const struct happening *h, struct findings *f)
{
    for (unsigned i = 0; i < COUNT(rows); i++)
        if (rows[i].on == h->kind)
            rows[i].run(h, f);
}

struct draft *rule_draft(struct findings *f, const struct happening *h, enum finding_code code,
                         enum confidence confidence, int at)
{
    struct stamp when = h->ref.frame || h->ref.when.ns ? h->ref.when : h->now;
    struct draft *d = draft_begin(f, code, confidence, when);
    if (!h->peering)
        return d;
    d->peering = h->peering->facts.id;
    if (at >= 0) {
        d->at = h->peering->facts.side[at].addr;
        d->peer = h->peering->facts.side[!at].addr;
        d->at_as = h->peering->facts.side[at].asn;
        d->peer_as = h->peering->facts.side[!at].asn;
    }
    return d;
}

const char *side_name(const struct peering *p, int side, char text[ADDR_TEXT])
{
    return addr_text(&p->facts.side[side].addr, text);
}

const char *span_words(struct span d, char text[32])
{
    double s = span_seconds(d);
    unsigned long seconds = s < 120 ? 0 : (unsigned long)(s + 0.5), minutes = seconds / 60,
                  hours = minutes / 60;
    if (s < 0.0005)
        snprintf(text, 32, "%.0f µs", s * 1e6);
    else if (s < 1)
        snprintf(text, 32, "%.0f ms", s * 1e3);
    else if (s < 120)
        snprintf(text, 32, "%.1f s", s);
    else if (s < 7200)
        snprintf(text, 32, "%lu min %lu s", minutes, seconds % 60);
    else if (hours < 48)
        snprintf(text, 32, "%lu h %lu min", hours, minutes % 60);
    else
        snprintf(text, 32, "%lu d %lu h", hours / 24, hours % 24);
    return text;
}
