/* The tables of commands and options in; completions for a shell, or a sample of the configuration file, out. As with
 * the manual page, what is shown cannot fall behind the program. */
#include "docs/rows.h"
#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static bool takes(size_t option, const char *word)
{
    return options[option].argument && strstr(options[option].argument, word);
}

static bool takes_file(size_t option)
{
    return takes(option, "FILE") || takes(option, "DIR") || takes(option, "FOLDER");
}

/* Between single quotes, where each of the shells wants something else of a quote. */
static void quoted(const char *text, const char *quote)
{
    for (; *text; text++)
        if (*text == '\'')
            fputs(quote, stdout);
        else
            putchar(*text);
}

/* ---- bash ---- */

static void bash(void)
{
    puts(
        "# bash completion for routetap\n_routetap()\n{\n    local now=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]}");
    puts("    COMPREPLY=()\n    if [[ $COMP_CWORD -eq 1 ]]; then");
    fputs("        COMPREPLY=($(compgen -W '", stdout);
    for (size_t i = 0; i < COUNT(commands); i++)
        printf("%s ", commands[i].name);
    puts("--version --help' -- \"$now\"))\n        return\n    fi\n    case $before in");
    puts(
        "        --interface|-i) COMPREPLY=($(compgen -W \"any $(ls /sys/class/net 2>/dev/null)\" -- \"$now\")); return ;;");
    puts(
        "        --severity|--fail-on) COMPREPLY=($(compgen -W 'info warning error' -- \"$now\")); return ;;");
    puts("        --advice) COMPREPLY=($(compgen -W 'generic frr bird ios junos' -- \"$now\")); return ;;");
    puts(
        "    esac\n    if [[ $now != -* ]]; then\n        COMPREPLY=($(compgen -f -- \"$now\"))\n        return\n    fi");
    puts("    case ${COMP_WORDS[1]} in");
    for (size_t i = 0; i < COUNT(commands); i++) {
        printf("        %s) COMPREPLY=($(compgen -W '", commands[i].name);
        for (size_t k = 0; k < COUNT(options); k++)
            if (commands[i].options[k])
                printf("--%s ", options[k].name);
        puts("--help' -- \"$now\")) ;;");
    }
    puts("    esac\n}\ncomplete -o filenames -F _routetap routetap");
}

/* ---- zsh ---- */

static void zsh_words(const char *text)
{
    for (; *text; text++) {
        if (strchr("[]:\\", *text))
            putchar('\\');
        if (*text == '\'')
            fputs("'\\''", stdout);
        else
            putchar(*text);
    }
}

static void zsh(void)
{
    puts("#compdef routetap\n_routetap() {\n  local -a commands\n  commands=(");
    for (size_t i = 0; i < COUNT(commands); i++) {
        printf("    '%s:", commands[i].name);
        zsh_words(commands[i].what);
        puts("'");
    }
    puts(
        "  )\n  if (( CURRENT == 2 )); then\n    _describe command commands\n    return\n  fi\n  local command=$words[2]");
    puts("  shift words\n  (( CURRENT-- ))\n  case $command in");
    for (size_t i = 0; i < COUNT(commands); i++) {
        printf("    %s)\n      _arguments", commands[i].name);
        for (size_t k = 0; k < COUNT(options); k++) {
            if (!commands[i].options[k])
                continue;
            printf(" \\\n        '*--%s[", options[k].name);
            zsh_words(options[k].what);
            putchar(']');
            if (options[k].argument) {
                fputs(options[k].argument[0] == '[' ? "::" : ":", stdout);
                zsh_words(options[k].argument);
                printf(":%s", takes_file(k) ? "_files" : takes(k, "IFACE") ? "_net_interfaces" : " ");
            }
            putchar('\'');
        }
        puts(" \\\n        '*:file:_files' ;;");
    }
    puts("  esac\n}\n_routetap \"$@\"");
}

/* ---- fish ---- */

static void fish(void)
{
    puts("# fish completion for routetap\ncomplete -c routetap -n __fish_use_subcommand -f");
    for (size_t i = 0; i < COUNT(commands); i++) {
        printf("complete -c routetap -n __fish_use_subcommand -f -a %s -d '", commands[i].name);
        quoted(commands[i].what, "\\'");
        puts("'");
        for (size_t k = 0; k < COUNT(options); k++) {
            if (!commands[i].options[k])
                continue;
            printf("complete -c routetap -n '__fish_seen_subcommand_from %s' -l %s", commands[i].name,
                   options[k].name);
            if (options[k].letter)
                printf(" -s %c", options[k].letter);
            if (options[k].argument && options[k].argument[0] != '[')
                fputs(takes_file(k) ? " -rF" : " -x", stdout);
            fputs(" -d '", stdout);
            quoted(options[k].what, "\\'");
            puts("'");
        }
    }
}

/* ---- the configuration file ---- */

static void sample(void)
{
    static const char *const not_there[] = { "config", "list-interfaces" };
    puts(
        "# /etc/routetap/routetap.conf: what `routetap monitor` does. A line is `key = value`; keys are the long names of its\n"
        "# options, see routetap(1). What takes no value there takes yes or no here. SIGHUP (systemctl reload) reads it again.\n"
        "\n# Where to listen; may be given again.\ninterface = any\n"
        "\n# Where what happens is kept.\ndb = /var/lib/routetap/routetap.db\n"
        "\n# What people call routers and ASes.\n# name 192.0.2.1 = edge1\n# as 64496 = Example Ltd\n"
        "\n# All there is:");
    size_t monitor = 0;
    while (strcmp(commands[monitor].name, "monitor") != 0)
        monitor++;
    for (size_t k = 0; k < COUNT(options); k++) {
        bool skip = !commands[monitor].options[k];
        for (size_t i = 0; i < COUNT(not_there); i++)
            skip |= !strcmp(options[k].name, not_there[i]);
        if (!skip)
            printf("\n# %c%s\n# %s = %s\n", toupper((unsigned char)options[k].what[0]), options[k].what + 1,
                   options[k].name, options[k].argument ? options[k].argument : "yes");
    }
}

int main(int argc, char **argv)
{
    static const struct {
        const char *name;
        void (*write)(void);
    } kinds[] = { { "bash", bash }, { "zsh", zsh }, { "fish", fish }, { "conf", sample } };
    for (size_t i = 0; argc == 2 && i < COUNT(kinds); i++)
        if (!strcmp(argv[1], kinds[i].name)) {
            kinds[i].write();
            return ferror(stdout) != 0;
        }
    fputs("usage: make_shell bash|zsh|fish|conf\n", stderr);
    return 2;
}
