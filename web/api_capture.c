/* Requests about the capture itself in: whether the tap is healthy; JSON out. */
#include "web/api_internal.h"

#include "store/pages_tap.h"
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { FILES_MOST = 1000, FINDINGS_MOST = 2000, PEERINGS_MOST = 100, INTERVALS_MOST = 3000 };

static void tell_facts(struct telling *t, const struct capture_row *c)
{
    struct writer *w = &t->w;
    write_object(w, "capture");
    telling_capture(t, c);
    write_u64(w, "damaged_frames", c->damaged_frames);
    write_u64(w, "encrypted_packets", c->encrypted);
    write_u64(w, "fragments_lost", c->fragments_lost);
    write_u64(w, "stepped_back", c->stepped_back);
    write_u64(w, "passed_over", c->passed_over);
    write_u64(w, "announced", c->announced);
    write_u64(w, "withdrawn", c->withdrawn);
    write_end(w);
}

static void tell_carriers(struct telling *t)
{
    struct query q = pages_carriers(t->store);
    struct carrier_row row;
    write_array(&t->w, "carriers");
    while (pages_carrier(&q, &row)) {
        write_object(&t->w, NULL);
        write_str(&t->w, "name", row.name);
        write_u64(&t->w, "packets", row.packets);
        write_end(&t->w);
    }
    write_end(&t->w);
}

static void tell_one_way(struct telling *t)
{
    struct writer *w = &t->w;
    struct query q = pages_one_way(t->store, PEERINGS_MOST);
    struct one_way_row row;
    uint64_t matched = 0;
    write_object(w, "one_way");
    write_array(w, "peerings");
    for (; pages_one_way_row(&q, &row); matched = row.matched) {
        write_object(w, NULL);
        write_str(w, "peering", row.peering);
        write_str(w, "heard", row.heard);
        write_str(w, "missing", row.missing);
        write_bool(w, "acknowledged", row.acknowledges);
        write_u64(w, "packets", row.packets);
        write_u64(w, "connections", row.connections);
        telling_time(t, "first", row.first);
        telling_time(t, "last", row.last);
        write_end(w);
    }
    write_end(w);
    write_u64(w, "matched", matched);
    write_end(w);
}

static void tell_twice(struct telling *t)
{
    struct writer *w = &t->w;
    struct query q = pages_twice(t->store, PEERINGS_MOST);
    struct twice_row row;
    uint64_t matched = 0;
    write_object(w, "duplicates");
    write_array(w, "peerings");
    for (; pages_twice_row(&q, &row); matched = row.matched) {
        write_object(w, NULL);
        write_str(w, "peering", row.peering);
        write_u64(w, "packets", row.copies);
        write_end(w);
    }
    write_end(w);
    write_u64(w, "matched", matched);
    write_end(w);
}

/* What monitor keeps of packets: the files of its ring, and no others. */
static int64_t evidence_size(const char *folder)
{
    static const char begin[] = "evidence-";
    DIR *d = opendir(folder);
    const struct dirent *entry;
    int64_t sum = 0;
    if (!d)
        return -1;
    while ((entry = readdir(d))) {
        struct stat st;
        if (!strncmp(entry->d_name, begin, sizeof begin - 1) &&
            !fstatat(dirfd(d), entry->d_name, &st, AT_SYMLINK_NOFOLLOW) && S_ISREG(st.st_mode))
            sum += st.st_size;
    }
    closedir(d);
    return sum;
}

/* null: there is none, or it cannot be seen from here. */
static void tell_kept(struct telling *t)
{
    uint64_t size = pages_database_size(t->store);
    const char *folder = query_note(t->store, "evidence");
    write_object(&t->w, "kept");
    telling_or_null(t, "database_bytes", size ? (int64_t)size : -1);
    telling_or_null(t, "evidence_bytes", folder ? evidence_size(folder) : -1);
    write_end(&t->w);
}

void api_capture(const struct web_view *v, const struct http_request *r, struct http_response *out)
{
    (void)r;
    struct telling t = answer_begin(v, out);
    struct capture_row c;
    struct file_row file;
    struct finding_row f;
    answer_live(&t, v);
    query_capture(v->store, &c);
    tell_facts(&t, &c);
    struct query q = query_files(v->store);
    write_array(&t.w, "files");
    for (unsigned i = 0; i < FILES_MOST && query_file(&q, &file); i++)
        telling_file(&t, &file);
    write_end(&t.w);
    tell_carriers(&t);
    tell_one_way(&t);
    tell_twice(&t);
    tell_kept(&t);
    q = query_findings_of_all(v->store, true, NULL, SEVERITY_INFO);
    write_array(&t.w, "findings");
    for (unsigned i = 0; i < FINDINGS_MOST && query_finding(&q, &f); i++)
        telling_finding(&t, NULL, &f, false);
    write_end(&t.w);
    answer_end(&t, out);
}

/* ---- over time ---- */

static void tell_intervals(struct writer *w, const struct tap_row *rows, uint32_t count)
{
    static const struct column columns[] = {
        { "packets", offsetof(struct tap_row, packets) },
        { "bytes", offsetof(struct tap_row, bytes) },
        { "received", offsetof(struct tap_row, received) },
        { "dropped", offsetof(struct tap_row, dropped) },
        { "interface_dropped", offsetof(struct tap_row, interface_dropped) },
        { "duplicates", offsetof(struct tap_row, duplicates) },
        { "truncated", offsetof(struct tap_row, truncated) },
        { "one_way", offsetof(struct tap_row, one_way) },
    };
    write_array(w, "time");
    for (uint32_t i = 0; i < count; i++)
        write_i64(w, NULL, rows[i].start_s);
    write_end(w);
    answer_columns(w, columns, COUNT(columns), rows, sizeof *rows, count);
}

void api_capture_series(const struct web_view *v, const struct http_request *r, struct http_response *out)
{
    struct capture_row c;
    query_capture(v->store, &c);
    struct series_asked asked = answer_series(r, c.first, c.last, INTERVALS_MOST);
    struct tap_row *rows = calloc(INTERVALS_MOST, sizeof *rows);
    if (!rows) {
        answer_error(out, 503, "not enough memory");
        return;
    }
    struct telling t = answer_begin(v, out);
    struct query q = pages_tap(v->store, &asked);
    uint32_t count = 0;
    while (count < INTERVALS_MOST && pages_tap_row(&q, &rows[count]))
        count++;
    write_u64(&t.w, "step", asked.step);
    write_i64(&t.w, "since", asked.since_s);
    write_i64(&t.w, "until", asked.until_s);
    tell_intervals(&t.w, rows, count);
    answer_end(&t, out);
    free(rows);
}
