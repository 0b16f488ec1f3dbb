/* How far through the input in, a bar on a terminal out. */
#include "cli/progress.h"

#include "base/log.h"
#include "base/wall.h"
#include <stdio.h>
#include <unistd.h>

enum { PATIENCE_MS = 800, EVERY_MS = 100, CELLS = 30 };

static int64_t now_ms(void) { return wall_steady().ns / 1000000; }

struct progress progress_begin(bool wanted)
{
    struct progress p = { .wanted = wanted && isatty(STDERR_FILENO) };
    if (p.wanted)
        p.begun_ms = p.last_ms = now_ms();
    return p;
}

void progress_show(struct progress *p, double share, uint64_t packets)
{
    if (!p->wanted)
        return;
    int64_t now = now_ms();
    if (now - p->begun_ms < PATIENCE_MS || now - p->last_ms < EVERY_MS)
        return;
    p->last_ms = now;
    p->shown = true;
    if (share < 0) {
        fprintf(log_stream(), "\r  %llu packets", (unsigned long long)packets);
        return;
    }
    char cells[CELLS + 1];
    for (int i = 0; i < CELLS; i++)
        cells[i] = i < (int)(share * CELLS) ? '#' : '.';
    cells[CELLS] = '\0';
    double left = share > 0.01 ? (double)(now - p->begun_ms) / 1000 * (1 - share) / share : 0;
    fprintf(log_stream(), "\r  %s %3.0f %%  %llu packets, %.0f s left ", cells, 100 * share,
            (unsigned long long)packets, left);
}

void progress_end(struct progress *p)
{
    if (p->shown)
        fputs("\r\033[K", log_stream());
}
