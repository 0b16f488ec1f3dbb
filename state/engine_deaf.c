/* Times at which nobody listened, everywhere or on one interface, in: what was not heard then is no silence of anybody. */
#include "state/engine_internal.h"

#include "state/ospf.h"

static bool came_by(struct stream_ref ref, uint32_t file) { return ref.frame && ref.file == file; }

/* Either end was last heard there. */
static bool on(const struct session *s, uint32_t file)
{
    return file == EVERY_FILE || came_by(s->half[0].last, file) || came_by(s->half[1].last, file);
}

void engine_deaf(struct engine *e, uint32_t file, struct stamp until)
{
    struct peering *p;
    for (uint32_t at = 0; (p = table_next(&e->peerings, &at));)
        for (struct session *s = p->sessions; s; s = s->next)
            if (on(s, file)) {
                session_deaf(s, until);
                p->deaf = until;
            }
    ospf_deaf(e->ospf, file, until);
}

void engine_note_quiet(struct engine *e, struct stamp now)
{
    enum { KEPT_S = 600 };
    struct stamp before = e->capture.last;
    e->before = before;
    if (!stamp_known(before) || stamp_since(now, before).ns < SPAN_S(1).ns)
        return;
    bool known = stamp_known(e->quiet_until) && stamp_since(now, e->quiet_until).ns < SPAN_S(KEPT_S).ns;
    if (!known || stamp_since(now, before).ns >= stamp_since(e->quiet_until, e->quiet_from).ns) {
        e->quiet_from = before;
        e->quiet_until = now;
    }
}

bool engine_was_quiet(const struct engine *e, struct stamp from, struct stamp until)
{
    if (e->options.on_wire || !stamp_known(e->quiet_until))
        return false;
    struct stamp begin = stamp_later(from, e->quiet_from),
                 end = stamp_before(until, e->quiet_until) ? until : e->quiet_until;
    return stamp_since(end, begin).ns > stamp_since(until, from).ns / 2;
}

bool engine_is_quiet(const struct engine *e, struct stamp from, struct stamp now)
{
    struct stamp last = stamp_before(e->capture.last, now) ? e->capture.last : e->before;
    if (e->options.on_wire || !stamp_known(last))
        return false;
    struct stamp begin = stamp_later(from, last);
    return stamp_since(now, begin).ns > stamp_since(now, from).ns / 3 * 2;
}

void engine_away(struct engine *e, const char *names)
{
    e->look_now |= !names != !e->capture.away;
    e->capture.away = names;
}

bool engine_impatient(const struct engine *e) { return e->look_now; }
