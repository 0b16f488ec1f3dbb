/* Counts of ROUTE-REFRESH in; a side that asks for whole tables again and again out. RFC 2918, RFC 9324. */
#include "state/rules/rule.h"

rule_fn refresh_storm;

/* Several families are asked for at once, and an operator may ask twice. */
enum { STORM_LEAST = 20, STORM_SPAN_S = 5, NEWS_S = 600 };

void refresh_storm(const struct happening *h, struct findings *f)
{
    const struct peering *p = h->peering;
    for (int i = 0; i < 2; i++) {
        const struct refreshes *r = &p->refreshes[i];
        struct span took = stamp_since(r->most_last.when, r->most_since.when);
        bool old = h->live && stamp_since(h->now, r->most_last.when).ns > SPAN_S(NEWS_S).ns;
        if (r->most < STORM_LEAST || took.ns < SPAN_S(STORM_SPAN_S).ns || old)
            continue;
        char who[ADDR_TEXT], other[ADDR_TEXT], time[32];
        struct draft *d = rule_draft(f, h, CODE_BGP_ROUTE_REFRESH_STORM, CONFIDENCE_CERTAIN, i);
        d->when = r->most_since.when;
        d->once = true;
        draft_title(d, "%s asks %s for its routes again and again: %u ROUTE-REFRESHes within %s",
                    side_name(p, i, who), side_name(p, !i, other), r->most, span_words(took, time));
        draft_say(
            d,
            "Each makes %s send all routes of a family once more (RFC 2918 4). A script or a program that reloads the "
            "policy of %s over and over does that, or one that checks routes against the RPKI and keeps no copy of "
            "those it rejects (RFC 9324).",
            other, who);
        draft_evidence(d, r->most_since, "first of them");
        draft_evidence(d, r->most_last, "latest of them");
        draft_end(f, d);
    }
}
