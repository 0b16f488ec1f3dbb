/* Paths in, packets out, merged in order of time.
 *
 * Files that follow one another, as a rotating capture writes them, make a lane: they share one window, so
 * that packets come out as if they were one file. Files that overlap in time run in lanes of their own, and
 * the lane whose first packet is the earliest has its turn. Of a file whose time has not come we know only
 * when it begins: with hundreds of files, only the few that are being read hold a buffer. */
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
    struct file *file;         /* that is being read; NULL when it has ended and the window runs dry */
    char failed[MESSAGE_ROOM]; /* the machine failed in it: told when the window is dry; "" if not */
};

/* Who comes first: the earlier one, then as the files were given. */
struct turn {
    struct stamp when;
    uint32_t file;
};
#define TURN_NEVER ((struct turn){ { INT64_MAX }, UINT32_MAX })

struct source {
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

static struct lane *lane_new(bool in_file_order)
{
    struct lane *l = calloc(1, sizeof *l);
    if (l)
        l->window.in_file_order = in_file_order;
    return l;
}

static void lane_free(struct lane *l)
{
    if (!l)
        return;
    if (l->file)
        reader_close(&l->reader);
    window_free(&l->window);
    free(l);
}

/* Opens the file, whose packets then follow those in the window. Not BEGUN: `message` tells, and the file is
 * over. */
static enum begun lane_begin(struct lane *l, const struct source *s, struct file *f, enum err *why,
                             char message[MESSAGE_ROOM])
{
    const char *path = f->facts.path;
    struct input *in =
        f->from_memory ? input_open_memory(f->memory, why, message) : input_open(path, why, message);
    f->over = true;
    if (!in)
        return BEGUN_FAILED;
    f->sized = input_size(in, &f->size);
    f->again = input_again(in);
    f->facts = (struct source_file_facts){ .path = path };
    enum begun begun = reader_begin(&l->reader, in, path, &f->facts, &l->window, (uint32_t)(f - s->files));
    if (begun != BEGUN) {
        *why = begun == BEGUN_EMPTY ? ERR_FORMAT : l->reader.why;
        memcpy(message, l->reader.words, MESSAGE_ROOM);
        reader_close(&l->reader);
        return begun;
    }
    l->file = f;
    f->over = false;
    return BEGUN;
}

/* Those of its packets that wait in the window outlive its buffer. */
static void lane_end(struct lane *l, enum got got)
{
    struct reader *r = &l->reader;
    if (!window_keep(&l->window)) {
        l->window.head = l->window.tail;
        r->why = ERR_MEMORY;
        got = GOT_FAILED;
    }
    if (got == GOT_FAILED)
        snprintf(l->failed, sizeof l->failed, "%.160s %s", l->file->facts.path,
                 r->why == ERR_MEMORY ? "cannot be read any further: out of memory" : input_words(r->input));
    reader_close(r);
    l->file->over = true;
    l->file = NULL;
}

static void lane_fill(struct lane *l)
{
    while (l->file && window_count(&l->window) < WINDOW_SIZE) {
        enum got got = l->reader.next(&l->reader, window_slot(&l->window));
        if (LIKELY(got == GOT_PACKET))
            window_push(&l->window);
        else if (got != GOT_NOTHING)
            lane_end(l, got);
    }
}

/* ---- many lanes ---- */

/* The lane that this file goes on with: the one before has ended, and its last packets are still here. */
static struct lane *lane_before(const struct source *s, const struct file *f)
{
    for (unsigned i = 0; i < s->lane_count && !s->in_file_order; i++) {
        struct lane *l = s->lanes[i];
        if (!l->file && !*l->failed && stamp_since(l->window.newest, f->begins).ns <= WINDOW_CLOCK_STEP.ns)
            return l;
    }
    return NULL;
}

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
    struct file *f = s->waiting[s->waiting_at++];
    struct lane *l = lane_before(s, f);
    if (!l) {
        l = lane_new(s->in_file_order);
        if (!l) {
            f->over = true;
            snprintf(s->why, sizeof s->why, "%.160s cannot be read: out of memory", f->facts.path);
            return false;
        }
        s->lanes[s->lane_count++] = l;
    }
    enum err why;
    enum begun begun = lane_begin(l, s, f, &why, s->why);
    lane_fill(l);
    if (!window_count(&l->window) && !*l->failed)
        lane_remove(s, l);
    return begun != BEGUN_FAILED; /* one that has become empty since is damaged, and its facts say so */
}

/* Whose turn is it, and for how long? Every lane's window is filled. */
static bool choose(struct source *s)
{
    for (;;) {
        struct lane *first = NULL;
        struct turn its = TURN_NEVER, until = TURN_NEVER;
        for (unsigned i = 0; i < s->lane_count; i++) {
            if (!window_count(&s->lanes[i]->window)) { /* it failed before its first packet */
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
                bool failed = *l->failed;
                memcpy(s->why, l->failed, sizeof s->why);
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
    struct lane *l = lane_new(s->in_file_order);
    if (!l) {
        *why = ERR_MEMORY;
        snprintf(message, MESSAGE_ROOM, "out of memory");
        return false;
    }
    enum begun begun = lane_begin(l, s, f, why, message);
    if (begun == BEGUN)
        lane_fill(l);
    if (*l->failed) {
        *why = ERR_READ;
        memcpy(message, l->failed, MESSAGE_ROOM);
    }
    bool any = window_count(&l->window) > 0;
    /* Of many files one may be empty: a rotating capture that was stopped leaves such a one. */
    bool good = begun == BEGUN ? !*l->failed : begun == BEGUN_EMPTY && s->count > 1;
    if (good && any) {
        f->begins = window_head(&l->window)->when;
        if (s->count == 1 || !f->again) {
            s->lanes[s->lane_count++] = l;
            return true;
        }
        f->facts = (struct source_file_facts){ .path = f->facts.path, .link = f->facts.link };
        f->over = false;
        s->waiting[s->waiting_count++] = f;
    }
    lane_free(l);
    return good;
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

void source_close(struct source *s)
{
    if (!s)
        return;
    for (unsigned i = 0; i < s->lane_count; i++)
        lane_free(s->lanes[i]);
    free(s->lanes);
    free(s->waiting);
    free(s->files);
    free(s);
}

/* ---- what is known ---- */

unsigned source_file_count(const struct source *s) { return s->count; }
const struct source_file_facts *source_file(const struct source *s, unsigned which)
{
    return &s->files[which].facts;
}
const char *source_why(const struct source *s) { return s->why; }

double source_progress(const struct source *s)
{
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
        uint64_t read = l->file ? input_consumed(l->reader.input) : 0;
        done += l->file && read > l->file->size ? l->file->size : read;
    }
    return over ? 1 : all ? (double)done / (double)all : 0;
}
