/* Rows of the store in; objects of the JSON that programs read out. */
#include "store/telling.h"

#include "store/render.h"
#include <stdlib.h>
#include <string.h>

enum { FILES_NAMED = 1 << 16 };

/* ---- beginning and end ---- */

/* Without memory a frame is told without its file. */
static void keep_path(struct telling *t, const struct file_row *f)
{
    if (f->number >= FILES_NAMED)
        return;
    if (f->number >= t->path_count) {
        char **paths = realloc(t->paths, (f->number + 1u) * sizeof *paths);
        if (!paths)
            return;
        while (t->path_count <= f->number)
            paths[t->path_count++] = NULL;
        t->paths = paths;
    }
    free(t->paths[f->number]);
    t->paths[f->number] = malloc(strlen(f->path) + 1);
    if (t->paths[f->number])
        memcpy(t->paths[f->number], f->path, strlen(f->path) + 1);
}

struct telling telling_begin(struct store *s, const struct writer_ops *ops, struct buf *out,
                             enum vendor vendor)
{
    struct telling t = { .store = s, .w = writer_init(ops, out), .vendor = vendor };
    struct capture_row c;
    struct file_row f;
    query_capture(s, &c);
    t.digits = c.digits;
    struct query q = query_files(s);
    while (query_file(&q, &f))
        keep_path(&t, &f);
    return t;
}

void telling_end(struct telling *t)
{
    for (uint32_t i = 0; i < t->path_count; i++)
        free(t->paths[i]);
    free(t->paths);
    t->paths = NULL;
    t->path_count = 0;
}

/* ---- small words ---- */

const char *telling_moment(struct telling *t, struct stamp when)
{
    int64_t into = stamp_since(when, t->said).ns; /* the second that was told last */
    if (*t->said_text && into >= 0 && into < NS_PER_S) {
        render_fraction(into, t->digits, t->said_text);
        return t->said_text;
    }
    int64_t fraction = when.ns % NS_PER_S;
    t->said = (struct stamp){ when.ns - (fraction < 0 ? fraction + NS_PER_S : fraction) };
    return render_rfc3339(when, t->digits, t->said_text);
}

void telling_time(struct telling *t, const char *key, struct stamp when)
{
    write_str(&t->w, key, stamp_known(when) ? telling_moment(t, when) : NULL);
}

void telling_or_null(struct telling *t, const char *key, int64_t n)
{
    if (n >= 0)
        write_i64(&t->w, key, n);
    else
        write_null(&t->w, key);
}

void telling_seconds(struct telling *t, const char *key, int64_t ns)
{
    if (ns >= 0)
        write_seconds(&t->w, key, ns, 3);
    else
        write_null(&t->w, key);
}

void telling_address(struct telling *t, const char *key, const struct telling_sides *sides, int side)
{
    write_str(&t->w, key, side == 0 || side == 1 ? sides->address[side] : NULL);
}

/* Where: a frame's number is enough while there is one file. */
void telling_frame(struct telling *t, int64_t file, uint64_t frame)
{
    if (frame)
        write_u64(&t->w, "frame", frame);
    else
        write_null(&t->w, "frame");
    if (frame && t->path_count > 1 && file >= 0 && file < t->path_count)
        write_str(&t->w, "file", t->paths[file]);
}

/* ---- the capture ---- */

void telling_file(struct telling *t, const struct file_row *f)
{
    struct writer *w = &t->w;
    write_object(w, NULL);
    write_str(w, "path", f->path);
    write_u64(w, "packets", f->packets);
    write_str(w, "link_type", f->link_type);
    write_u64(w, "bytes", f->bytes);
    if (f->dropped)
        write_u64(w, "dropped_packets", f->dropped);
    if (f->damage) {
        write_str(w, "damage", f->damage);
        write_u64(w, "damage_offset", f->damage_offset);
    }
    write_end(w);
}

void telling_capture(struct telling *t, const struct capture_row *c)
{
    struct writer *w = &t->w;
    telling_time(t, "first", c->first);
    telling_time(t, "last", c->last);
    write_u64(w, "packets", c->packets);
    write_u64(w, "bytes", c->bytes);
    write_u64(w, "bgp_packets", c->bgp_packets);
    write_u64(w, "ospf_packets", c->ospf_packets);
    write_u64(w, "truncated_packets", c->truncated);
    write_u64(w, "duplicate_packets", c->copies);
    write_u64(w, "icmp_errors", c->icmp_errors);
    write_u64(w, "bgp_messages", c->messages);
    write_bool(w, "complete", c->complete);
}

/* ---- findings ---- */

static void tell_advice(struct telling *t, const struct finding_row *f)
{
    const struct advice_words words = { f->at, f->peer, f->at_as, f->peer_as };
    struct buf advice = buf_init(4096), special = buf_init(4096);
    explain_advice(f->code, VENDOR_GENERIC, &words, &advice);
    if (t->vendor != VENDOR_GENERIC && explain_advice(f->code, t->vendor, &words, &special))
        buf_printf(&advice, " %s: %s", vendor_title(t->vendor), buf_text(&special));
    write_str(&t->w, "advice", buf_text(&advice));
    buf_free(&advice);
    buf_free(&special);
}

static void tell_evidence(struct telling *t, const struct finding_row *f)
{
    struct query q = query_evidence(t->store, f->id);
    struct evidence_row e;
    write_array(&t->w, "evidence");
    while (query_evidence_row(&q, &e)) {
        write_object(&t->w, NULL);
        write_str(&t->w, "file", e.path);
        write_u64(&t->w, "frame", e.frame);
        telling_time(t, "time", e.when);
        write_str(&t->w, "note", e.note);
        write_end(&t->w);
    }
    write_end(&t->w);
    if (f->evidence_lost)
        write_u64(&t->w, "evidence_left_out", f->evidence_lost);
}

void telling_finding(struct telling *t, const char *key, const struct finding_row *f, bool whole)
{
    struct writer *w = &t->w;
    write_object(w, key);
    write_u64(w, "id", f->id);
    write_str(w, "code", f->code_name);
    write_str(w, "severity", f->severity_name);
    write_str(w, "confidence", f->confidence);
    telling_time(t, "time", f->first);
    telling_time(t, "last_time", f->last);
    if (stamp_known(f->over))
        telling_time(t, "over", f->over);
    write_u64(w, "count", f->count);
    if (f->peering_name)
        write_str(w, "peering", f->peering_name);
    if (f->adjacency_name)
        write_str(w, "adjacency", f->adjacency_name);
    write_str(w, "at", f->at);
    write_str(w, "title", f->title);
    write_str(w, "explanation", f->explanation);
    if (whole) {
        tell_advice(t, f);
        tell_evidence(t, f);
    }
    write_end(w);
}
