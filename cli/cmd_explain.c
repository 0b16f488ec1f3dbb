/* `routetap explain CODE`: what a finding means, what proves it, how to mend it. Without a code: the list of all. */
#include "cli/command.h"
#include "cli/report_out.h"
#include "store/layout.h"

#include "base/log.h"
#include "cli/suggest.h"
#include <stdio.h>
#include <string.h>

command_fn cmd_explain;

static void list_all(void)
{
    for (enum finding_code c = 0; c < CODE_COUNT; c++)
        printf("%-34s %s\n", code_name(c), severity_name(code_severity(c)));
}

enum { INDENT = 4 };

static void part(struct layout *l, const char *head, const char *text)
{
    lay(l, BOLD, head);
    lay_end(l);
    lay_to(l, INDENT);
    lay_wrap(l, INDENT, PLAIN, text);
    lay_end(l);
    lay_gap(l);
}

static enum err explain(enum finding_code c, const struct options *o, const struct look *look)
{
    struct buf advice = buf_init(4096);
    const struct advice_words words = { "AT", "PEER", 0, 0 };
    struct layout l = layout_init(stdout, look->width, look->colour, look->utf8);
    lay(&l, BOLD, code_name(c));
    lay(&l, PLAIN, "  ");
    lay(&l, PLAIN, severity_name(code_severity(c)));
    lay_end(&l);
    lay_gap(&l);
    part(&l, "What it means", explain_meaning(c));
    part(&l, "What proves it", explain_proof(c));
    part(&l, "What to check", explain_fix(c));
    for (enum vendor v = VENDOR_GENERIC + 1; v < VENDORS; v++) {
        buf_clear(&advice);
        if ((o->advice == VENDOR_GENERIC || v == o->advice) && explain_advice(c, v, &words, &advice))
            part(&l, vendor_title(v), buf_text(&advice));
    }
    buf_free(&advice);
    return layout_finish(&l);
}

static int no_code(const char *word)
{
    struct suggest s = suggest_for(word, strlen(word));
    char meant[SUGGEST_TEXT];
    for (enum finding_code c = 0; c < CODE_COUNT; c++)
        suggest_try(&s, code_name(c));
    log_line(LOG_ERROR, "%s is no code of a finding%s; routetap explain lists them", word,
             suggest_words(&s, "", meant));
    return EXIT_USAGE;
}

int cmd_explain(const struct options *o)
{
    struct look look = look_find(o);
    if (!o->file_count)
        list_all();
    for (unsigned i = 0; i < o->file_count; i++) {
        enum finding_code c = code_parse(o->files[i]);
        if (c == CODE_COUNT) {
            return no_code(o->files[i]);
        }
        if (explain(c, o, &look))
            return EXIT_DAMAGED;
    }
    return EXIT_DONE;
}
