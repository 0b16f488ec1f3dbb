/* OSPF routers that ignore each other's Hellos because their keys differ: as can be seen, or as must be, where nothing else
 * that is seen keeps both from hearing the other. RFC 2328 D, RFC 5709, RFC 7166. */
#include "state/rules/ospf_words.h"

/* With the secret at hand: whose digests are not made with it. -1: not known. */
static int wrong_key(const struct ospf_adjacency *a)
{
    enum ospf_key_found v[2] = { a->end[0]->auth.verdict, a->end[1]->auth.verdict };
    for (int side = 0; side < 2; side++)
        if (v[side] == OSPF_KEY_WRONG && v[!side] >= OSPF_KEY_RIGHT)
            return side;
    for (int side = 0; side < 2; side++) /* right, and yet nobody else can read it */
        if (v[side] == OSPF_KEY_RIGHT_SWAPPED && v[!side] == OSPF_KEY_RIGHT)
            return side;
    return -1;
}

static bool neither_key(const struct ospf_adjacency *a)
{
    return a->end[0]->auth.verdict == OSPF_KEY_WRONG && a->end[1]->auth.verdict == OSPF_KEY_WRONG;
}

/* Each signs with one of the secrets at hand: 1 with the same, 0 with two; -1: not known. */
static int same_secret(const struct ospf_adjacency *a)
{
    unsigned x = a->end[0]->auth.secret, y = a->end[1]->auth.secret;
    return x && y ? x == y : -1;
}

static void say_what_differs(struct draft *d, const struct ospf_adjacency *a, bool seen)
{
    const struct ospf_auth_facts *x = &a->end[0]->auth, *y = &a->end[1]->auth;
    char low[16], high[16];
    ospf_end(a, 0, low);
    ospf_end(a, 1, high);
    if (x->type == OSPF_AUTH_SIMPLE)
        draft_say(d,
                  seen ? "The passwords of %s and %s, which stand in the clear, are not the same."
                       : "The passwords of %s and %s are the same, and neither lists the other.",
                  low, high);
    else if (x->key_id != y->key_id)
        draft_say(d, "%s signs with key ID %u, %s with key ID %u.", low, x->key_id, high, y->key_id);
    else if (x->digest != y->digest)
        draft_say(d, "%s signs by %s, %s by %s, both with key ID %u.", low, ospf_digest_name(x->digest), high,
                  ospf_digest_name(y->digest), x->key_id);
    else if (x->secret && y->secret)
        draft_say(d, "Of the secrets given, the digests of %s are made with one, those of %s with another.",
                  low, high);
    else {
        draft_say(
            d,
            "Both sign by %s with key ID %u, all else agrees, and each ignores the other's Hellos: their "
            "secrets differ. A filter that drops both directions would look the same%s",
            ospf_digest_name(x->digest), x->key_id,
            neither_key(a)     ? "."
            : x->cut || y->cut ? "; with whole packets and the secret at hand (--ospf-key) the digests tell."
                               : "; with the secret at hand (--ospf-key) the digests tell.");
        if (neither_key(a))
            draft_say(d, "The digests of neither are made with the secret given.");
    }
}

/* Keys that can be seen to differ; or secrets that must, for nothing else can be seen that would keep both from hearing the
 * other. */
void ospf_keys(const struct happening *h, struct findings *f, uint32_t differs)
{
    const struct ospf_adjacency *a = h->adjacency;
    bool seen = differs & OSPF_DIFF_AUTH_KEY, both = ospf_ignores(a, 0) && ospf_ignores(a, 1);
    bool crypto = a->end[0]->auth.type != OSPF_AUTH_SIMPLE;
    int wrong = wrong_key(a), same = same_secret(a);
    char low[16], high[16];
    if (!ospf_signs(a->end[0]) || !ospf_signs(a->end[1]) || differs & OSPF_DIFF_AUTH_TYPE ||
        !(seen || wrong >= 0 || (both && crypto && !differs && same != 1)))
        return;
    ospf_end(a, 0, low);
    ospf_end(a, 1, high);
    struct draft *d =
        ospf_draft(f, h, CODE_OSPF_AUTHENTICATION_KEY_MISMATCH,
                   seen || wrong >= 0 || same == 0 ? CONFIDENCE_CERTAIN : CONFIDENCE_LIKELY, wrong);
    d->once = true;
    d->when = a->side[ospf_ignores(a, 0) ? 0 : 1].ignored_first.when;
    if (wrong >= 0 && a->end[wrong]->auth.verdict == OSPF_KEY_RIGHT_SWAPPED) {
        draft_title(d, "%s signs in a way that %s cannot verify", wrong ? high : low, wrong ? low : high);
        draft_say(
            d,
            "Its secret is the one given, but for the protocol ID at the key's end, which stands in the wrong byte "
            "order (RFC 7166 4.5): only routers with the same software read it.");
    } else if (wrong >= 0) {
        draft_title(d, "%s signs with another key than the one given", wrong ? high : low);
        draft_say(d, "The digests of %s are made with the secret given, those of %s are not.",
                  wrong ? low : high, wrong ? high : low);
    } else {
        draft_title(d, "%s and %s use different OSPF keys", low, high);
        say_what_differs(d, a, seen);
    }
    for (int side = 0; side < 2; side++)
        if (ospf_ignores(a, side))
            ospf_show_ignored(d, a, side);
    draft_end(f, d);
}
