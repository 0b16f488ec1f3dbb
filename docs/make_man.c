/* docs/routetap.1.in in, the manual page out: lines that begin with @ are filled in from the same tables that make
 * --help, explain and the decoders, so that the page cannot fall behind the program. It runs while the program is
 * being built, and so takes nothing of it but those rows. */
#include "docs/rows.h"
#include <ctype.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

static const struct {
    const char *utf8, *roff;
} characters[] = {
    { "“", "\\(lq" },  { "”", "\\(rq" }, { "–", "\\(en" },
    { "…", "\\&..." }, { "µ", "\\(mc" }, { "\\", "\\e" },
};

/* A text as roff wants it: each sentence on a line of its own, no line that looks like a request. */
static void text(const char *from)
{
    bool at_start = true;
    while (*from) {
        size_t taken = 0;
        for (size_t i = 0; i < COUNT(characters) && !taken; i++)
            if (!strncmp(from, characters[i].utf8, strlen(characters[i].utf8))) {
                fputs(characters[i].roff, stdout);
                taken = strlen(characters[i].utf8);
            }
        if (!taken && at_start && (*from == '.' || *from == '\''))
            fputs("\\&", stdout);
        at_start = false;
        if (!taken && strchr(".?!", from[0]) && from[1] == ' ' && from[2]) {
            printf("%c\n", *from);
            taken = 2;
            at_start = true;
        } else if (!taken) {
            putchar(*from);
            taken = 1;
        }
        from += taken;
    }
    putchar('\n');
}

/* "FILE…" or "[CODE…]" as macros: .Ar FILE ... */
static void argument(const char *words)
{
    bool optional = words[0] == '[';
    size_t n = strcspn(words + optional, "…]");
    printf(".%s%.*s%s\n", optional ? "Op Ar " : "Ar ", (int)n, words + optional,
           strstr(words, "…") ? " ..." : "");
}

static void write_synopsis(void)
{
    for (unsigned i = 0; i < COUNT(commands); i++) {
        printf(".Nm\n.Cm %s\n.Op Ar OPTIONS\n", commands[i].name);
        argument(commands[i].arguments);
    }
}

/* A sentence begins with a capital; the first word of these is never a name. */
static void sentence(const char *what)
{
    char line[256];
    snprintf(line, sizeof line, "%s.", what);
    if (line[0] >= 'a' && line[0] <= 'z' && strncmp(what, "auto", 4) != 0)
        line[0] = (char)(line[0] - 'a' + 'A');
    text(line);
}

static void write_commands(void)
{
    for (unsigned i = 0; i < COUNT(commands); i++) {
        printf(".It Cm %s\n", commands[i].name);
        sentence(commands[i].what);
        printf(".Pp\nOptions:\n");
        unsigned left = 0, at = 0;
        for (unsigned k = 0; k < COUNT(options); k++)
            left += commands[i].options[k];
        for (unsigned k = 0; k < COUNT(options); k++)
            if (commands[i].options[k])
                printf(".Fl -%s%s\n", options[k].name, ++at < left ? " ," : " .");
    }
}

static void write_options(void)
{
    for (unsigned k = 0; k < COUNT(options); k++) {
        printf(".It ");
        if (options[k].letter)
            printf("Fl %c , ", options[k].letter);
        printf("Fl -%s%s%s\n", options[k].name, options[k].argument ? " Ar " : "",
               options[k].argument ? options[k].argument : "");
        sentence(options[k].what);
    }
}

static void write_links(void)
{
    static const char *const names[] = {
#define LINK(number, ident, name, reader) name,
#include "decode/link.def"
#undef LINK
    };
    for (size_t i = 0; i < COUNT(names); i++) {
        size_t k = 0; /* one name may have several numbers */
        while (strcmp(names[k], names[i]) != 0)
            k++;
        if (k == i)
            printf("%s%s", i ? ",\n" : "", names[i]);
    }
    puts(".");
}

static void write_findings(void)
{
    enum finding_code {
#define CODE(ident, code, severity) CODE_##ident,
#include "state/codes.def"
#undef CODE
    };
    static const struct {
        const char *name, *severity;
    } codes[] = {
#define CODE(ident, code, severity) { code, #severity },
#include "state/codes.def"
#undef CODE
    };
    static const struct {
        enum finding_code code;
        const char *meaning;
    } rows[] = {
#define EXPLAIN(ident, rank, meaning, proof, fix) { CODE_##ident, meaning },
#include "state/rules/explain.def"
#undef EXPLAIN
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        printf(".It Sy %s Pq ", codes[rows[i].code].name);
        for (const char *c = codes[rows[i].code].severity; *c; c++)
            putchar(tolower((unsigned char)*c));
        putchar('\n');
        text(rows[i].meaning);
    }
}

static const struct {
    const char *name;
    void (*write)(void);
} parts[] = {
    { "@synopsis\n", write_synopsis }, { "@commands\n", write_commands }, { "@options\n", write_options },
    { "@links\n", write_links },       { "@findings\n", write_findings },
};

int main(int argc, char **argv)
{
    char line[1024];
    FILE *in = argc == 2 ? fopen(argv[1], "r") : NULL;
    if (!in) {
        fputs("usage: make_man docs/routetap.1.in\n", stderr);
        return 2;
    }
    while (fgets(line, sizeof line, in)) {
        size_t i = 0;
        while (i < COUNT(parts) && strcmp(line, parts[i].name) != 0)
            i++;
        if (i < COUNT(parts))
            parts[i].write();
        else
            fputs(line, stdout);
    }
    fclose(in);
    return fflush(stdout) || ferror(stdout);
}
