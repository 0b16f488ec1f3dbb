/* `routetap export pcap`: the packets of a peering, or the evidence of findings, as pcapng, with what was found as
 * comments. The files are read twice: what a packet proves is known when all were seen. */
#include "cli/anonymize.h"
#include "cli/ends.h"
#include "cli/export.h"
#include "cli/loop.h"
#include "cli/peerings.h"

#include "base/log.h"
#include "base/table.h"
#include "capture/pcapng_write.h"
#include <stdlib.h>
#include <string.h>

enum { HELD = 1 << 20, COMMENT_MOST = 4096 };

/* A packet's place. */
struct place {
    uint64_t frame;
    uint32_t file, zero;
};

/* A bit for each packet of a file. */
struct marks {
    uint64_t *words;
    size_t room;
};

struct link_seen {
    uint32_t file, link;
};

struct pick {
    const struct options *options;
    struct marks *marks;   /* by file */
    struct table comments; /* struct place -> struct buf */
    struct ends_reader ends;
    struct link_seen *links; /* interfaces of what is written */
    uint32_t link_count;
    struct buf held;
    struct anonymize *anonymize; /* NULL: packets as they are */
    FILE *to;
    uint64_t written, findings;
    bool short_of_memory;
};

static void mark(struct pick *k, uint32_t file, uint64_t frame)
{
    struct marks *m = &k->marks[file];
    size_t word = (size_t)(frame / 64);
    if (word >= m->room) {
        size_t room = 2 * word + 64;
        uint64_t *more = realloc(m->words, room * sizeof *more);
        if (!more) {
            k->short_of_memory = true;
            return;
        }
        memset(more + m->room, 0, (room - m->room) * sizeof *more);
        m->words = more;
        m->room = room;
    }
    m->words[word] |= UINT64_C(1) << frame % 64;
}

static bool marked(const struct pick *k, const struct packet *p)
{
    const struct marks *m = &k->marks[p->file];
    return p->number / 64 < m->room && (m->words[p->number / 64] >> p->number % 64 & 1);
}

/* ---- first time: which ones ---- */

static bool between(struct pick *k, const struct packet *p)
{
    struct ends pairs[2];
    if (!k->options->peer.size)
        return true;
    for (unsigned i = 0, n = ends_of(&k->ends, p, pairs); i < n; i++)
        if (peer_wanted(k->options, &pairs[i].src, &pairs[i].dst))
            return true;
    return false;
}

static void keep(void *taker, const struct packet *p)
{
    struct pick *k = taker;
    if (k->options->finding == CODE_COUNT && between(k, p))
        mark(k, p->file, p->number);
}

static bool take(void *taker, const struct outbox *out)
{
    (void)taker;
    (void)out;
    return true;
}

static void comment(struct pick *k, const struct finding *f, const struct evidence *e)
{
    const struct place at = { e->ref.frame, e->ref.file, 0 };
    struct buf *words = table_get(&k->comments, &at);
    if (!words) {
        words = malloc(sizeof *words);
        if (!words || !table_put(&k->comments, &at, words)) {
            free(words);
            k->short_of_memory = true;
            return;
        }
        *words = buf_init(COMMENT_MOST);
    }
    const char *between = words->used ? "\n" : "", *severity = severity_name(f->severity);
    if (k->anonymize) /* the words name addresses */
        buf_printf(words, "%s%s %s", between, severity, code_name(f->code));
    else
        buf_printf(words, "%s%s %s: %s (%s)", between, severity, code_name(f->code), f->title, e->note);
    mark(k, e->ref.file, e->ref.frame);
}

static void comment_all(struct pick *k, const struct engine *e)
{
    const struct options *o = k->options;
    const struct finding *f;
    for (uint32_t at = 0; (f = engine_next_finding(e, &at));) {
        if ((o->finding != CODE_COUNT && f->code != o->finding) || !peer_wanted(o, &f->at, &f->peer))
            continue;
        k->findings++;
        for (unsigned i = 0; i < f->evidence_count; i++)
            if (f->evidence[i].ref.frame)
                comment(k, f, &f->evidence[i]);
    }
}

/* ---- second time: written ---- */

static bool flush(struct pick *k)
{
    bool well = !k->held.lost && fwrite(buf_text(&k->held), 1, k->held.used, k->to) == k->held.used;
    buf_clear(&k->held);
    return well;
}

/* The interface of a packet; one for each file and link type. */
static uint32_t interface_of(struct pick *k, const struct source *s, const struct packet *p)
{
    for (uint32_t i = 0; i < k->link_count; i++)
        if (k->links[i].file == p->file && k->links[i].link == p->link)
            return i;
    struct link_seen *more = realloc(k->links, (k->link_count + 1) * sizeof *more);
    if (!more)
        return 0;
    k->links = more;
    k->links[k->link_count] = (struct link_seen){ p->file, p->link };
    char plain[24];
    snprintf(plain, sizeof plain, "tap%u", (unsigned)k->link_count);
    const char *name = k->anonymize ? plain : source_file(s, p->file)->path;
    const struct pcapng_interface i = { .name = name, .link = p->link };
    pcapng_put_interface(&k->held, &i);
    return k->link_count++;
}

static struct source *open_again(const struct pick *k)
{
    char message[300];
    enum err why;
    struct source *s = source_open_files(k->options->files, k->options->file_count, NULL, &why, message);
    if (!s)
        log_line(LOG_ERROR, "%s", message);
    return s;
}

/* All packets, whether or not they are wanted: what is in one may be named in another. */
static bool learn_all(struct pick *k)
{
    struct packet p;
    struct source *s = open_again(k);
    if (!s)
        return false;
    for (enum source_got got; (got = source_next(s, &p)) != SOURCE_END && got != SOURCE_ERROR;)
        if (got == SOURCE_PACKET)
            anonymize_learn(k->anonymize, &p);
    source_close(s);
    anonymize_learned(k->anonymize);
    return true;
}

static bool write_one(struct pick *k, const struct source *s, struct packet *p)
{
    const struct place at = { p->number, p->file, 0 };
    const struct buf *words = table_get(&k->comments, &at);
    if (k->anonymize && !anonymize_packet(k->anonymize, p, marked(k, p)))
        return true;
    if (!marked(k, p))
        return true;
    uint32_t interface = interface_of(k, s, p);
    pcapng_put_packet(&k->held, interface, p, p->number, words ? buf_text(words) : NULL);
    k->written++;
    return k->held.used < HELD || flush(k);
}

static int write_marked(struct pick *k)
{
    struct packet p;
    if (k->anonymize && !learn_all(k))
        return EXIT_DAMAGED;
    struct source *s = open_again(k);
    if (!s)
        return EXIT_DAMAGED;
    pcapng_put_section(&k->held, k->anonymize ? "packets anonymised by routetap, with findings as comments"
                                              : "a choice of packets, with what routetap found as comments");
    bool well = true;
    for (enum source_got got; well && (got = source_next(s, &p)) != SOURCE_END && got != SOURCE_ERROR;)
        if (got == SOURCE_PACKET)
            well = write_one(k, s, &p);
    flush(k);
    source_close(s);
    return EXIT_DONE;
}

static void pick_free(struct pick *k)
{
    struct buf *words;
    for (uint32_t at = 0; (words = table_next(&k->comments, &at));) {
        buf_free(words);
        free(words);
    }
    table_free(&k->comments);
    for (unsigned i = 0; k->marks && i < k->options->file_count; i++)
        free(k->marks[i].words);
    free(k->marks);
    free(k->links);
    ends_free(&k->ends);
    anonymize_free(k->anonymize);
    buf_free(&k->held);
}

static int pick_and_write(struct pick *k, struct loop *l)
{
    const struct options *o = k->options;
    int status = loop_run(l, o);
    comment_all(k, l->engine);
    if (o->finding != CODE_COUNT && !k->findings)
        log_line(LOG_NOTE, "there is no finding %s", code_name(o->finding));
    int write_status = EXIT_DONE;
    k->to = export_open(o, &write_status);
    if (!k->to)
        return write_status;
    write_status = write_marked(k);
    int closed = export_close(k->to, o);
    if (k->short_of_memory)
        log_line(LOG_ERROR, "there is not enough memory for all packets");
    log_line(LOG_NOTE, "%llu packets, %u of them with comments", (unsigned long long)k->written,
             (unsigned)k->comments.live);
    if (k->anonymize)
        anonymize_tell(k->anonymize);
    return status ? status : write_status ? write_status : closed;
}

int export_pcap(const struct options *o)
{
    for (unsigned i = 0; i < o->file_count; i++)
        if (!strcmp(o->files[i], "-")) {
            log_line(LOG_ERROR, "export pcap reads its files twice: standard input cannot be one of them");
            return EXIT_USAGE;
        }
    struct pick k = { .options = o, .held = buf_init(4 * HELD) };
    if (o->anonymize && !(k.anonymize = anonymize_new(o)))
        return EXIT_DAMAGED;
    bool well = ends_init(&k.ends, o->ports, o->port_count);
    table_init(&k.comments, sizeof(struct place), 0);
    k.marks = calloc(o->file_count + 1, sizeof *k.marks);
    struct loop l = { .take = take, .taker = &k, .keep = keep };
    int status = loop_open(&l, o, engine_defaults(), false);
    if (!status && k.marks && well)
        status = pick_and_write(&k, &l);
    pick_free(&k);
    loop_close(&l);
    return status;
}
