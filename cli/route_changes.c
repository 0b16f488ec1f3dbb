/* Two sets of attributes in; the parts that differ out. */
#include "cli/route_changes.h"

#include "base/macros.h"
#include <string.h>

const struct change_words changes_in_time = { "after", "before", ", was ", false };
const struct change_words changes_of_two = { "against", "from", " against ", true };

bool route_same_attrs(const struct route_attrs *a, const struct route_attrs *b)
{
    unsigned i = 0, j = 0;
    for (;; i++, j++) {
        while (i < a->update.attr_count && (a->update.attr[i].code == BGP_ATTR_MP_REACH_NLRI ||
                                            a->update.attr[i].code == BGP_ATTR_MP_UNREACH_NLRI))
            i++;
        while (j < b->update.attr_count && (b->update.attr[j].code == BGP_ATTR_MP_REACH_NLRI ||
                                            b->update.attr[j].code == BGP_ATTR_MP_UNREACH_NLRI))
            j++;
        if (i == a->update.attr_count || j == b->update.attr_count)
            return i == a->update.attr_count && j == b->update.attr_count &&
                   addr_equal(&a->next_hop, &b->next_hop);
        struct cursor x = a->update.attr[i].raw, y = b->update.attr[j].raw;
        if (cur_left(&x) != cur_left(&y) || memcmp(x.at, y.at, cur_left(&x)))
            return false;
    }
}

static void part(struct route_version v, unsigned which, struct buf *out)
{
    const struct route_attrs *r = v.attrs;
    char text[ADDR_TEXT];
    buf_clear(out);
    switch (which) {
    case 0: bgp_path_text(&r->update, &r->ctx, out); break;
    case 1: buf_str(out, r->next_hop.size ? addr_text(&r->next_hop, text) : ""); break;
    case 2: buf_str(out, route_origin_name(r->origin)); break;
    case 3:
        if (r->values.has_med)
            buf_u64(out, r->values.med);
        break;
    case 4:
        if (r->values.has_local_pref)
            buf_u64(out, r->values.local_pref);
        break;
    case 5: route_communities(r, out); break;
    default:
        if (v.nlri)
            bgp_nlri_more_text(v.nlri, bgp_update_vni(&r->update), out);
        break;
    }
}

static const char *or_none(const struct buf *b) { return b->used ? buf_text(b) : "none"; }

void route_changes_tell(struct route_version before, struct route_version now,
                        const struct change_words *words, struct writer *w, struct buf *line)
{
    static const char *const names[] = { "as_path",    "next_hop",    "origin", "med",
                                         "local_pref", "communities", "labels" };
    /* the last one says itself what it is: "label 100" */
    static const char *const told[] = { "AS path ",          "next hop ",    "origin ", "MED ",
                                        "local preference ", "communities ", "" };
    struct buf was = buf_init(1 << 18), is = buf_init(1 << 18);
    bool any = false;
    for (unsigned i = 0; i < COUNT(names); i++) {
        part(before, i, &was);
        part(now, i, &is);
        if (!strcmp(buf_text(&was), buf_text(&is)))
            continue;
        if (w) {
            write_object(w, names[i]);
            write_str(w, words->before, was.used ? buf_text(&was) : NULL);
            write_str(w, words->now, is.used ? buf_text(&is) : NULL);
            write_end(w);
        } else
            buf_printf(line, "%s %s%s%s%s", any ? ";" : "", told[i],
                       or_none(words->before_first ? &was : &is), words->between,
                       or_none(words->before_first ? &is : &was));
        any = true;
    }
    if (!any && !w)
        buf_str(line, " attributes that are not told here");
    buf_free(&was);
    buf_free(&is);
}
