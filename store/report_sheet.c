/* Rows of those that are well in; a table with a line for each, or that it would be too wide, out. */
#include "store/report_sheet.h"

#include <string.h>

void sheet_measure(const struct story *t, struct sheet *s, const struct bond *b)
{
    struct buf text = buf_init(512);
    for (unsigned c = 0; c < s->plan->columns; c++) {
        buf_clear(&text);
        s->plan->cell(t, b, c, &text);
        unsigned width = lay_width(&t->l, buf_text(&text));
        if (width > s->width[c])
            s->width[c] = width;
    }
    buf_free(&text);
}

/* Two blanks between columns; the first is always there, others only if any row has them. */
void sheet_fit(const struct story *t, struct sheet *s)
{
    const struct sheet_plan *plan = s->plan;
    unsigned total = 0;
    for (unsigned c = 0; c < plan->columns; c++) {
        unsigned head = (unsigned)strlen(plan->heads[c]);
        s->shown[c] = c == 0 || s->width[c];
        if (s->width[c] && s->width[c] < head)
            s->width[c] = head;
        if (s->shown[c])
            total += 2 + s->width[c];
    }
    for (unsigned i = 0; i < plan->dispensable && total > t->l.width; i++) {
        unsigned c = plan->least_first[i];
        if (s->shown[c])
            total -= 2 + s->width[c];
        s->shown[c] = false;
    }
    s->table = total <= t->l.width;
}

/* b NULL: the heads. */
static void tell_line(struct story *t, const struct sheet *s, const struct bond *b)
{
    struct buf text = buf_init(512);
    unsigned at = 2;
    for (unsigned c = 0; c < s->plan->columns; c++) {
        if (!s->shown[c])
            continue;
        buf_clear(&text);
        if (b)
            s->plan->cell(t, b, c, &text);
        else
            buf_str(&text, s->plan->heads[c]);
        lay_to(&t->l, at);
        lay(&t->l, b ? PLAIN : DIM, buf_text(&text));
        at += s->width[c] + 2;
    }
    lay_end(&t->l);
    buf_free(&text);
}

void sheet_tell_heads(struct story *t, const struct sheet *s) { tell_line(t, s, NULL); }

void sheet_tell_row(struct story *t, const struct sheet *s, const struct bond *b)
{
    lay(&t->l, GREEN, t->l.mode == TEXT_UTF8 ? "✓" : "+");
    tell_line(t, s, b);
}
