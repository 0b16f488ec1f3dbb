/* Attempts to connect that nobody answers, while their SYNs are signed: a key that one side lacks, or that differs. What
 * the digests tell where the key is at hand. RFC 2385, RFC 5925. */
#include "state/rules/rule.h"

/* Both sides dial, neither is answered, and the signatures on their SYNs tell why. */
static bool tell_signatures(const struct happening *h, struct findings *f)
{
    const struct peering *p = h->peering;
    const struct signing a[2] = { p->attempts[0].signing, p->attempts[1].signing };
    char who[ADDR_TEXT], other[ADDR_TEXT];
    if (peering_up(p))
        return false;
    for (int i = 0; i < 2; i++) {
        bool lacks = a[!i].total && a[!i].unsigned_seen && !a[!i].md5 && !a[!i].ao;
        if (!a[i].md5 || !lacks || !(a[i].silent || a[!i].silent))
            continue;
        struct draft *d = rule_draft(f, h, CODE_BGP_MD5_MISSING, CONFIDENCE_CERTAIN, !i);
        d->when = a[i].first.when;
        draft_title(d, "%s signs its segments with TCP-MD5, %s does not", side_name(p, i, who),
                    side_name(p, !i, other));
        draft_say(
            d,
            "The SYNs of %s carry TCP option 19 (RFC 2385), those of %s don't; each drops the other's in "
            "silence. The password is missing at %s, or should not be there at %s.",
            who, other, other, who);
        draft_evidence(d, a[i].md5_ref, "SYN with an MD5 signature");
        draft_evidence(d, a[!i].unsigned_ref, "SYN without one");
        draft_evidence(d, a[i].last, "SYN, unanswered");
        draft_evidence(d, a[!i].last, "SYN, unanswered");
        draft_end(f, d);
        return true;
    }
    return false;
}

/* With a key at hand: by which key this side's digests are right, from 1; 0: by none that was given; -1: not known. */
static int key_verdict(const struct peering *p, int side)
{
    int verdict = -1;
    for (const struct session *s = p->sessions; s; s = s->next)
        if (s->half[side].key_checked)
            verdict = (int)s->half[side].key_right;
    return verdict;
}

/* Where the keys once fit, one silent side is no sign that they no longer do: its link may be down. */
static bool any_silent(const struct peering *p)
{
    unsigned low = p->attempts[0].signing.silent, high = p->attempts[1].signing.silent;
    return p->ever_established ? low && high : low || high;
}

/* … and both may be, unless one said goodbye before. */
static enum confidence key_confidence(const struct peering *p)
{
    return p->had_session && !p->lost_by_notification ? CONFIDENCE_POSSIBLE : CONFIDENCE_LIKELY;
}

static bool tell_keys(const struct happening *h, struct findings *f)
{
    const struct peering *p = h->peering;
    const struct signing a[2] = { p->attempts[0].signing, p->attempts[1].signing };
    char low[ADDR_TEXT], high[ADDR_TEXT];
    bool both = a[0].md5 && a[1].md5;
    bool silent = any_silent(p);
    int right[2] = { key_verdict(p, 0), key_verdict(p, 1) };
    int wrong = right[0] == 0 && right[1] != 0 ? 0 : right[1] == 0 && right[0] != 0 ? 1 : -1;
    bool known = right[0] > 0 && right[1] > 0;
    if (!(both || wrong >= 0) || !silent || peering_up(p) || (known && right[0] == right[1]))
        return false; /* where both sign with one key, it is not the key */
    struct draft *d = rule_draft(f, h, CODE_BGP_MD5_MISMATCH,
                                 known || wrong >= 0 ? CONFIDENCE_CERTAIN : key_confidence(p), wrong);
    d->when = stamp_before(a[0].first.when, a[1].first.when) && a[0].first.frame ? a[0].first.when
                                                                                 : a[1].first.when;
    side_name(p, 0, low);
    side_name(p, 1, high);
    if (known) {
        draft_title(d, "%s and %s sign their segments with two keys that were given, and they differ", low,
                    high);
        draft_say(d, "The digests of each are right by one of them, and each ignores the other's.");
    } else if (right[0] == 0 && right[1] == 0) {
        draft_title(d, "neither %s nor %s signs with the key given, and each ignores the other", low, high);
        draft_say(
            d,
            "Both sides' SYNs carry TCP option 19 (RFC 2385); the digests of neither are those of that key.");
    } else if (wrong >= 0) {
        draft_title(d, "%s signs its segments with another key than the one given", wrong ? high : low);
        draft_say(d, "The digests of %s are not those of the key given; %s.", wrong ? high : low,
                  right[!wrong] > 0 ? "those of the other side are" : "no digest of the other side was seen");
        draft_say(d, "An address that is translated on the way (NAT) makes a digest wrong, too.");
    } else {
        draft_title(d,
                    "%s and %s sign their segments with TCP-MD5, and each ignores the other: the keys differ",
                    low, high);
        draft_say(
            d,
            "Both sides' SYNs carry TCP option 19 (RFC 2385) and none is answered in any way. A filter that "
            "drops both directions, or a NAT, whose new addresses make each digest wrong, would look the same; with "
            "the key at hand (--tcp-md5-key) the digests tell.");
    }
    for (int i = 0; i < 2; i++) {
        draft_evidence(d, a[i].md5_ref, "SYN with an MD5 signature");
        draft_evidence(d, a[i].last, "SYN, unanswered");
    }
    draft_end(f, d);
    return true;
}

/* What the identifiers tell, which are in clear (RFC 5925, section 2.2): a segment's KeyID is to be the one that the
 * other side asks for, its RNextKeyID. */
static void say_ao_keys(struct draft *d, const struct signing a[2], const char *const name[2])
{
    bool differ = false;
    for (int i = 0; i < 2; i++) {
        if (!a[0].ao_keys || !a[1].ao_keys || a[i].ao_key == a[!i].ao_rnext)
            continue;
        draft_say(d, "%s signs with KeyID %u, and %s asks for %u.", name[i], a[i].ao_key, name[!i],
                  a[!i].ao_rnext);
        differ = true;
    }
    if (differ)
        draft_say(d, "The key identifiers of the two do not mirror each other.");
    else if (a[0].ao_keys && a[1].ao_keys)
        draft_say(d, "Their key identifiers fit (%s %u, %s %u): the keys or their algorithms differ.",
                  name[0], a[0].ao_key, name[1], a[1].ao_key);
    else
        draft_say(d, "Their keys, key identifiers or algorithms differ.");
}

static bool tell_ao(const struct happening *h, struct findings *f)
{
    const struct peering *p = h->peering;
    const struct signing a[2] = { p->attempts[0].signing, p->attempts[1].signing };
    char low[ADDR_TEXT], high[ADDR_TEXT];
    const char *const name[2] = { side_name(p, 0, low), side_name(p, 1, high) };
    if (!any_silent(p) || peering_up(p) || !(a[0].ao || a[1].ao))
        return false;
    int signs = a[0].ao ? 0 : 1;
    if (!a[!signs].ao && !a[!signs].md5 && !a[!signs].unsigned_seen)
        return false;
    bool both = a[0].ao && a[1].ao;
    struct draft *d = rule_draft(f, h, CODE_BGP_TCP_AO_MISMATCH,
                                 both ? CONFIDENCE_LIKELY : CONFIDENCE_CERTAIN, both ? -1 : !signs);
    d->when = a[signs].first.when;
    if (both) {
        draft_title(d, "%s and %s sign with TCP-AO, and each ignores the other", name[0], name[1]);
        draft_say(d, "Both sides' SYNs carry TCP option 29 (RFC 5925) and none is answered.");
        say_ao_keys(d, a, name);
    } else if (a[!signs].md5) {
        draft_title(d, "%s signs its segments with TCP-AO, %s with TCP-MD5", name[signs], name[!signs]);
        draft_say(d,
                  "The SYNs of %s carry TCP option 29 (RFC 5925), those of %s option 19 (RFC 2385); each "
                  "drops the other's.",
                  name[signs], name[!signs]);
    } else {
        draft_title(d, "%s signs its segments with TCP-AO, %s does not", name[signs], name[!signs]);
        draft_say(d,
                  "The SYNs of %s carry TCP option 29 (RFC 5925), those of %s don't; each drops the other's.",
                  name[signs], name[!signs]);
    }
    draft_evidence(d, a[0].last, "SYN, unanswered");
    draft_evidence(d, a[1].last, "SYN, unanswered");
    draft_end(f, d);
    return true;
}

bool connect_signed(const struct happening *h, struct findings *f)
{
    return tell_signatures(h, f) || tell_keys(h, f) || tell_ao(h, f);
}
