/* Paths in, packets out, merged in order of time.
 *
 * A file that is being read has a lane: its reader, and a window that puts late packets in order. The lane
 * whose first packet is the earliest has its turn. Of a file whose time has not come we know only when it
 * begins: with hundreds of files, only the few that are being read hold a buffer. The first window of a file
 * is looked at for that, not its first packet alone: so the pieces of a rotated capture come out as the one
 * file would, late packets at their borders and all. */
#include "capture/source_internal.h"

#include "capture/reader.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct file {
    struct source_file_facts facts;
    struct cursor memory; /* read instead of the path, if from_memory */
    struct stamp begins;  /* its earliest packet, as far as its first window shows */
    uint64_t size;        /* on the disk */
    bool from_memory, sized, again, over;
};

struct lane {
    struct window window;
    struct reader reader;
    struct file *file;
    bool ended;  /* the window runs dry */
    bool failed; /* the machine did: to be told when the window is dry */
};

/* Who comes first: the earlier one, then as the files were given. */
struct turn {
    struct stamp when;
    uint32_t file;
};
#define TURN_NEVER ((struct turn){ { INT64_MAX }, UINT32_MAX })

struct source {
    const struct source_kind *kind; /* NULL: files, which is all that follows */
    void *self;
    struct file *files;
    unsigned count;
    struct file **waiting; /* those whose time has not come, in order of their turns */
    unsigned waiting_count, waiting_at;
    struct lane **lanes;
    unsigned lane_count;
    struct lane *now;  /* the lane whose turn it is */
    struct turn until; /* and when another's comes */
    bool in_file_order;
    char why[MESSAGE_ROOM];
};

static bool turn_before(struct turn a, struct turn b)
{
    return a.when.ns != b.when.ns ? a.when.ns < b.when.ns : a.file < b.file;
}

static struct turn head_turn(const struct lane *l)
{
    const struct packet *p = window_head(&l->window);
    return (struct turn){ p->when, p->file };
}

static struct turn file_turn(const struct source *s, const struct file *f)
{
    return (struct turn){ f->begins, (uint32_t)(f - s->files) };
}

/* ---- one lane ---- */

static void lane_free(struct lane *l)
{
    l->file->over = true;
    reader_close(&l->reader);
    window_free(&l->window);
    free(l);
}

static void lane_fill(struct lane *l)
{
    while (!l->ended && window_count(&l->window) < l->window.size) {
        enum got got = l->reader.next(&l->reader, window_slot(&l->window));
        if (LIKELY(got == GOT_PACKET))
            window_push(&l->window);
        else if (got != GOT_NOTHING) {
            l->ended = true;
            l->failed = got == GOT_FAILED;
        }
    }
}

static void lane_failure(const struct lane *l, char message[MESSAGE_ROOM])
{
    snprintf(message, MESSAGE_ROOM, "%.160s %s", l->file->facts.path,
             l->reader.why == ERR_MEMORY ? "cannot be read any further: out of memory"
                                         : input_words(l->reader.input));
}

/* Opens the file and fills its window. NULL: it is over, and unless BEGUN_EMPTY `message` tells why. */
static struct lane *lane_new(const struct source *s, struct file *f, enum begun *begun, enum err *why,
                             char message[MESSAGE_ROOM])
{
    *begun = BEGUN_FAILED;
    f->over = true;
    const char *path = f->facts.path;
    struct input *in =
        f->from_memory ? input_open_memory(f->memory, why, message) : input_open(path, why, message);
    if (!in)
        return NULL;
    f->sized = input_size(in, &f->size);
    f->again = input_again(in);
    f->facts = (struct source_file_facts){ .path = path };
    struct lane *l = calloc(1, sizeof *l);
    if (!l) {
        *why = ERR_MEMORY;
        snprintf(message, MESSAGE_ROOM, "%.160s cannot be read: out of memory", path);
        input_close(in);
        return NULL;
    }
    l->file = f;
    l->window.size = s->in_file_order ? 1 : WINDOW_SIZE;
    *begun = reader_begin(&l->reader, in, path, &f->facts, &l->window, (uint32_t)(f - s->files));
    if (*begun != BEGUN) {
        *why = *begun == BEGUN_EMPTY ? ERR_FORMAT : l->reader.why;
        memcpy(message, l->reader.words, MESSAGE_ROOM);
        lane_free(l);
        return NULL;
    }
    f->over = false;
    lane_fill(l);
    return l;
}

/* ---- many lanes ---- */

static void lane_remove(struct source *s, struct lane *l)
{
    unsigned i = 0;
    while (s->lanes[i] != l)
        i++;
    memmove(&s->lanes[i], &s->lanes[i + 1], (--s->lane_count - i) * sizeof s->lanes[0]);
    if (s->now == l)
        s->now = NULL;
    lane_free(l);
}

/* The first of the waiting files begins. False when the machine fails: `why` tells. */
static bool begin_waiting(struct source *s)
{
    enum begun begun;
    enum err why;
    struct lane *l = lane_new(s, s->waiting[s->waiting_at++], &begun, &why, s->why);
    if (l)
        s->lanes[s->lane_count++] = l;
    return begun != BEGUN_FAILED; /* one that has become empty since is damaged, and its facts say so */
}

/* Whose turn is it, and for how long? Every lane's window is filled. */
static bool choose(struct source *s)
{
    for (;;) {
        struct lane *first = NULL;
        struct turn its = TURN_NEVER, until = TURN_NEVER;
        for (unsigned i = 0; i < s->lane_count; i++) {
            if (!window_count(&s->lanes[i]->window)) { /* it ended where it was to begin */
                s->now = s->lanes[i];
                return true;
            }
            struct turn t = head_turn(s->lanes[i]);
            if (!first || turn_before(t, its)) {
                until = its;
                its = t;
                first = s->lanes[i];
            } else if (turn_before(t, until))
                until = t;
        }
        if (s->waiting_at < s->waiting_count) {
            struct turn t = file_turn(s, s->waiting[s->waiting_at]);
            if (!first || turn_before(t, its)) {
                if (!begin_waiting(s))
                    return false;
                continue;
            }
            if (turn_before(t, until))
                until = t;
        }
        s->now = first;
        s->until = until;
        return true;
    }
}

enum source_got source_next(struct source *s, struct packet *out)
{
    if (UNLIKELY(s->kind != NULL))
        return s->kind->next(s->self, out);
    for (;;) {
        struct lane *l = s->now;
        if (LIKELY(l != NULL)) {
            lane_fill(l);
            if (LIKELY(window_count(&l->window))) {
                if (LIKELY(!turn_before(s->until, head_turn(l)))) {
                    window_pop(&l->window, out);
                    return SOURCE_PACKET;
                }
            } else {
                bool failed = l->failed;
                if (failed)
                    lane_failure(l, s->why);
                lane_remove(s, l);
                if (failed)
                    return SOURCE_ERROR;
            }
        }
        if (!choose(s))
            return SOURCE_ERROR;
        if (!s->now)
            return SOURCE_END;
    }
}

/* ---- opening ---- */

/* Is it a capture, and when does it begin? A pipe, or the only file, goes on from here; others wait. */
static bool look_at(struct source *s, struct file *f, enum err *why, char message[MESSAGE_ROOM])
{
    enum begun begun;
    struct lane *l = lane_new(s, f, &begun, why, message);
    if (!l) /* of many files one may be empty: a rotating capture that was stopped leaves such a one */
        return begun == BEGUN_EMPTY && s->count > 1;
    bool any = window_count(&l->window) > 0;
    if (!any && l->failed) {
        *why = ERR_READ;
        lane_failure(l, message);
        lane_free(l);
        return false;
    }
    if (any && (s->count == 1 || !f->again)) {
        s->lanes[s->lane_count++] = l;
        return true;
    }
    if (any)
        f->begins = window_head(&l->window)->when;
    lane_free(l);
    if (any) {
        f->facts = (struct source_file_facts){ .path = f->facts.path, .link = f->facts.link };
        f->over = false;
        s->waiting[s->waiting_count++] = f;
    }
    return true;
}

static int compare_begins(const void *a, const void *b)
{
    const struct file *x = *(struct file *const *)a, *y = *(struct file *const *)b;
    if (x->begins.ns != y->begins.ns)
        return x->begins.ns < y->begins.ns ? -1 : 1;
    return x < y ? -1 : x > y;
}

static struct source *source_new(unsigned count, const struct source_options *options, enum err *why,
                                 char message[MESSAGE_ROOM])
{
    struct source *s = calloc(1, sizeof *s);
    if (s) {
        s->files = calloc(count, sizeof *s->files);
        s->waiting = calloc(count, sizeof *s->waiting);
        s->lanes = calloc(count, sizeof *s->lanes);
        s->count = count;
        s->in_file_order = options && options->in_file_order;
        if (s->files && s->waiting && s->lanes)
            return s;
    }
    *why = ERR_MEMORY;
    snprintf(message, MESSAGE_ROOM, "out of memory");
    source_close(s);
    return NULL;
}

static struct source *source_begin(struct source *s, enum err *why, char message[MESSAGE_ROOM])
{
    for (unsigned i = 0; i < s->count; i++)
        if (!look_at(s, &s->files[i], why, message)) {
            source_close(s);
            return NULL;
        }
    if (s->waiting_count)
        qsort(s->waiting, s->waiting_count, sizeof s->waiting[0], compare_begins);
    *why = ERR_NONE;
    return s;
}

struct source *source_open_files(const char *const *paths, unsigned count,
                                 const struct source_options *options, enum err *why,
                                 char message[MESSAGE_ROOM])
{
    unsigned standard = 0;
    for (unsigned i = 0; i < count; i++)
        standard += !strcmp(paths[i], "-");
    if (!count || standard > 1) {
        *why = ERR_USAGE;
        snprintf(message, MESSAGE_ROOM, "%s",
                 count ? "standard input (-) can be given only once" : "no file was given");
        return NULL;
    }
    struct source *s = source_new(count, options, why, message);
    for (unsigned i = 0; s && i < count; i++)
        s->files[i].facts.path = paths[i];
    return s ? source_begin(s, why, message) : NULL;
}

struct source *source_open_memory(const struct cursor *files, unsigned count,
                                  const struct source_options *options, enum err *why,
                                  char message[MESSAGE_ROOM])
{
    struct source *s = source_new(count, options, why, message);
    for (unsigned i = 0; s && i < count; i++) {
        s->files[i].facts.path = "memory";
        s->files[i].memory = files[i];
        s->files[i].from_memory = true;
    }
    return s ? source_begin(s, why, message) : NULL;
}

struct source *source_of_kind(const struct source_kind *kind, void *self)
{
    struct source *s = calloc(1, sizeof *s);
    if (!s) {
        kind->close(self);
        return NULL;
    }
    s->kind = kind;
    s->self = self;
    return s;
}

void source_close(struct source *s)
{
    if (!s)
        return;
    if (s->kind)
        s->kind->close(s->self);
    for (unsigned i = 0; i < s->lane_count; i++)
        lane_free(s->lanes[i]);
    free(s->lanes);
    free(s->waiting);
    free(s->files);
    free(s);
}

/* ---- what is known ---- */

unsigned source_file_count(const struct source *s) { return s->kind ? s->kind->count(s->self) : s->count; }
const struct source_file_facts *source_file(const struct source *s, unsigned which)
{
    return s->kind ? s->kind->facts(s->self, which) : &s->files[which].facts;
}
const char *source_why(const struct source *s) { return s->kind ? s->kind->why(s->self) : s->why; }

void source_refresh(struct source *s)
{
    if (s->kind)
        s->kind->refresh(s->self);
}

double source_progress(const struct source *s)
{
    if (s->kind)
        return s->kind->progress(s->self);
    uint64_t all = 0, done = 0;
    bool over = true;
    for (unsigned i = 0; i < s->count; i++) {
        const struct file *f = &s->files[i];
        if (!f->sized)
            return -1;
        all += f->size;
        done += f->over ? f->size : 0;
        over = over && f->over;
    }
    for (unsigned i = 0; i < s->lane_count; i++) {
        const struct lane *l = s->lanes[i];
        uint64_t read = input_consumed(l->reader.input);
        done += read < l->file->size ? read : l->file->size;
    }
    return over ? 1 : all ? (double)done / (double)all : 0;
}
