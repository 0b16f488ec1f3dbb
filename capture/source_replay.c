/* Files in; their packets as if they came now out, with TICKs in their silences. So everything live can be tried with
 * a capture, and told again. */
#include "capture/source_internal.h"

#include "base/wall.h"
#include "capture/pace.h"
#include <stdlib.h>

/* As fast as it goes, a silence is told in so many steps at most. */
enum { STEPS = 32 };

/* A session, or an adjacency, is not silent for so long. */
enum { LEAP_S = 600 };

struct replay {
    struct source *files;
    double speed;
    bool held; /* `packet` waits for its time */
    bool begun;
    struct packet packet;
    struct stamp said;  /* time has come so far */
    struct stamp first; /* stamp of the first packet, which came at `begin` by the steady clock */
    struct stamp begin;
    struct span step; /* of the silence at hand; 0: not known yet */
    struct pace pace; /* a clock that was set while it was captured is lived through as if it were ours */
};

static enum source_got tick(struct replay *r, struct stamp when, struct packet *out)
{
    r->said = when;
    *out = (struct packet){ .when = when };
    return SOURCE_TICK;
}

/* At full speed: steps of a silence, until the packet's time has come. */
static bool step(struct replay *r, struct packet *out)
{
    struct span silence = stamp_since(r->packet.when, r->said);
    if (!r->step.ns)
        r->step.ns = silence.ns / STEPS > TICK_EVERY.ns ? silence.ns / STEPS : TICK_EVERY.ns;
    if (silence.ns <= r->step.ns)
        return false;
    tick(r, stamp_add(r->said, r->step), out);
    return true;
}

/* By the clock. */
static bool wait_for(struct replay *r, struct packet *out)
{
    struct span ahead = stamp_since(r->packet.when, r->first);
    struct stamp due = stamp_add(r->begin, (struct span){ (int64_t)((double)ahead.ns / r->speed) });
    struct span left = stamp_since(due, wall_steady());
    if (left.ns <= 0)
        return false;
    wall_sleep(left.ns < TICK_EVERY.ns ? left : TICK_EVERY);
    struct span passed = stamp_since(wall_steady(), r->begin);
    struct stamp now = stamp_add(r->first, (struct span){ (int64_t)((double)passed.ns * r->speed) });
    if (!stamp_before(now, r->packet.when))
        return false;
    tick(r, stamp_later(now, r->said), out);
    return true;
}

static enum source_got replay_next(void *self, struct packet *out)
{
    struct replay *r = self;
    if (!r->held) {
        enum source_got got = source_next(r->files, &r->packet);
        if (got != SOURCE_PACKET)
            return got;
        r->held = true;
        r->step.ns = 0;
        struct span on;
        r->packet.when = pace_take(&r->pace, r->packet.when, &on);
        pace_tell(on);
        if (!r->begun) {
            r->begun = true;
            r->first = r->said = r->packet.when;
            r->begin = wall_steady();
        }
    }
    if (stamp_before(r->said, r->packet.when)) {
        if (r->speed > 0 ? wait_for(r, out) : step(r, out))
            return SOURCE_TICK;
        r->said = r->packet.when;
    }
    r->held = false;
    *out = r->packet;
    return SOURCE_PACKET;
}

static unsigned replay_count(const void *self)
{
    return source_file_count(((const struct replay *)self)->files);
}
static const struct source_file_facts *replay_facts(const void *self, unsigned which)
{
    return source_file(((const struct replay *)self)->files, which);
}
static void replay_refresh(void *self) { (void)self; }
static double replay_progress(const void *self)
{
    return source_progress(((const struct replay *)self)->files);
}
static const char *replay_why(const void *self) { return source_why(((const struct replay *)self)->files); }
static void replay_close(void *self)
{
    source_close(((struct replay *)self)->files);
    free(self);
}

struct source *source_open_replay(struct source *files, double speed)
{
    static const struct source_kind kind = { replay_next,     replay_count, replay_facts, replay_refresh,
                                             replay_progress, replay_why,   replay_close };
    struct replay *r = calloc(1, sizeof *r);
    if (!r) {
        source_close(files);
        return NULL;
    }
    r->files = files;
    r->speed = speed;
    r->pace = PACE_NEW(LEAP_S);
    return source_of_kind(&kind, r);
}
