/* Packets in, packets without what must not get out, out. */
#include "cli/anonymize.h"

#include "base/log.h"
#include "veil/veil.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { KEY_FILE_MOST = 4096, KEY_LEAST = 16 };
static const size_t budget = (size_t)2 << 30;

struct anonymize {
    struct veil *veil;
    uint8_t *out;
    size_t room;
    uint64_t counts[VEIL_COUNT];
};

/* What the file has, at least so much; of the system's random numbers just enough. */
static bool read_key(const char *path, uint8_t key[VEIL_KEY])
{
    uint8_t secret[KEY_FILE_MOST];
    FILE *file = fopen(path ? path : "/dev/urandom", "rb");
    if (!file) {
        log_line(LOG_ERROR, "%s: %s", path ? path : "/dev/urandom", strerror(errno));
        return false;
    }
    setvbuf(file, NULL, _IONBF, 0);
    size_t n = fread(secret, 1, path ? sizeof secret : VEIL_KEY, file);
    fclose(file);
    if (n < KEY_LEAST)
        log_line(LOG_ERROR, "%s: a key has %d bytes or more: head -c 32 /dev/urandom > FILE makes one",
                 path ? path : "/dev/urandom", KEY_LEAST);
    else
        veil_key(secret, n, key);
    memset(secret, 0, sizeof secret);
    return n >= KEY_LEAST;
}

struct anonymize *anonymize_new(const struct options *o)
{
    uint8_t key[VEIL_KEY];
    struct anonymize *a = calloc(1, sizeof *a);
    if (!a || !read_key(o->anonymize_key, key)) {
        free(a);
        return NULL;
    }
    struct veil_options v = { .key = key,
                              .keep_order = !o->anonymize_key,
                              .budget = o->memory ? o->memory : budget };
    v.ports[v.port_count++] = 179;
    for (unsigned i = 0; i < o->port_count && v.port_count < sizeof v.ports / sizeof v.ports[0]; i++)
        v.ports[v.port_count++] = o->ports[i];
    a->veil = veil_new(&v);
    if (a->veil)
        return a;
    free(a);
    return NULL;
}

void anonymize_free(struct anonymize *a)
{
    if (!a)
        return;
    veil_free(a->veil);
    free(a->out);
    free(a);
}

static struct veil_packet plain(const struct packet *p)
{
    return (struct veil_packet){ p->link, p->bytes, p->size, p->wire_size };
}

void anonymize_learn(struct anonymize *a, const struct packet *p)
{
    const struct veil_packet v = plain(p);
    veil_learn(a->veil, &v);
}

void anonymize_learned(struct anonymize *a) { veil_learned(a->veil); }

bool anonymize_packet(struct anonymize *a, struct packet *p, bool wanted)
{
    if (!wanted) {
        veil_skip(a->veil);
        return false;
    }
    if (p->size > a->room) {
        uint8_t *more = realloc(a->out, p->size);
        if (!more) {
            veil_skip(a->veil);
            return false;
        }
        a->out = more;
        a->room = p->size;
    }
    const struct veil_packet v = plain(p);
    enum veil_got got = veil_packet(a->veil, &v, a->out);
    a->counts[got]++;
    p->bytes = a->out;
    return got == VEIL_DONE;
}

void anonymize_tell(const struct anonymize *a)
{
    for (unsigned i = 0; i < VEIL_COUNT; i++)
        if (i != VEIL_DONE && a->counts[i])
            log_line(LOG_NOTE, "left out, %s: %llu packets", veil_words((enum veil_got)i),
                     (unsigned long long)a->counts[i]);
    if (veil_blanked(a->veil))
        log_line(LOG_NOTE, "%llu path attributes were made unknown ones: their content cannot be anonymised",
                 (unsigned long long)veil_blanked(a->veil));
    if (veil_dropped(a->veil))
        log_line(LOG_NOTE, "%llu bytes of BGP were zeroed for want of room: --memory gives more",
                 (unsigned long long)veil_dropped(a->veil));
}
