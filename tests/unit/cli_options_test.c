/* Arguments in; options, or one sentence and exit status 2, out. */
#include "cli/command.h"
#include "tests/check.h"
#include <stdlib.h>
#include <unistd.h>

enum { WORDS = 24, SAID = 400 };

static char said_path[] = "/tmp/cli_options_XXXXXX";

/* What was said on standard error since the last call. */
static const char *said(void)
{
    static char text[SAID];
    static long told;
    fflush(stderr);
    FILE *f = fopen(said_path, "r");
    size_t n = 0;
    if (f && !fseek(f, told, SEEK_SET))
        n = fread(text, 1, sizeof text - 1, f);
    if (f)
        fclose(f);
    told += (long)n;
    text[n] = '\0';
    return text;
}

/* A line as a shell would split it, without quotes; kept in `room`, as a program may write to its arguments. */
static int split(const char *line, char room[SAID], char *words[WORDS])
{
    int count = 0;
    snprintf(room, SAID, "%s", line);
    for (char *w = strtok(room, " "); w && count < WORDS; w = strtok(NULL, " "))
        words[count++] = w;
    return count;
}

static int parse(const char *command, const char *line, struct options *o, bool *done)
{
    static char room[SAID];
    char *words[WORDS];
    *done = false;
    return options_parse(o, command_find(command), split(line, room, words), words, done);
}

/* ---- what is wrong ---- */

static const struct {
    const char *command, *line, *sentence;
} wrong[] = {
    { "analyze", "--frob x", "--frob is no option of this command" },
    { "analyze", "-x x", "-x is no option of this command" },
    { "analyze", "--jso x", "--jso is no option of this command" },
    { "analyze", "--jsonx x", "--jsonx is no option of this command" },
    { "decode", "--db f x", "--db is no option of this command" },
    { "decode", "--fail-on error x", "--fail-on is no option of this command" },
    { "report", "--since 10:00 x", "--since is no option of this command" },
    { "report", "--tcp-md5-key 10.0.0.1=hush x", "--tcp-md5-key is no option of this command" },
    { "explain", "--json", "--json is no option of this command" },
    { "analyze", "--json=yes x", "--json takes no value" },
    { "analyze", "-aq x", "-a takes no value" },
    { "analyze", "x --db", "--db needs a value" },
    { "analyze", "x -w", "-w needs a value" },
    { "analyze", "--peer router1 x", "--peer takes an IP address" },
    { "analyze", "--peer 10.0.0.256 x", "--peer takes an IP address" },
    { "analyze", "--peer 10.0.0.0/24 x", "--peer takes an IP address" },
    { "analyze", "--peer= x", "--peer takes an IP address" },
    { "analyze", "--since yesterday x", "--since takes a time such as" },
    { "analyze", "--until 2026-02-30 x", "--until takes a time such as" },
    { "analyze", "--bgp-port 0 x", "--bgp-port takes a port" },
    { "analyze", "--bgp-port 65536 x", "--bgp-port takes a port" },
    { "analyze", "--bgp-port bgp x", "--bgp-port takes a port" },
    { "analyze", "--bgp-port 17x x", "--bgp-port takes a port" },
    { "analyze",
      "--bgp-port 1 --bgp-port 2 --bgp-port 3 --bgp-port 4 --bgp-port 5 --bgp-port 6 --bgp-port 7 --bgp-port 8",
      "--bgp-port takes a port from 1 to 65535 (at most 7 times)" },
    { "analyze", "--advice cisco x", "--advice takes generic, frr, bird, ios or junos" },
    { "analyze", "--fail-on info x", "--fail-on takes error or warning" },
    { "analyze", "--fail-on 1 x", "--fail-on takes error or warning" },
    { "analyze", "--width 39 x", "--width takes a number of columns" },
    { "analyze", "--width=wide x", "--width takes a number of columns" },
    { "analyze", "-w 99999999999999999999 x", "-w takes a number of columns" },
    { "analyze", "--color yes x", "--color takes auto, always or never" },
    { "analyze", "--memory 15 x", "--memory takes a size from 16M on" },
    { "analyze", "--memory 15M x", "--memory takes a size from 16M on" },
    { "analyze", "--memory 8X x", "--memory takes a size" },
    { "analyze", "--memory 8Gi x", "--memory takes a size" },
    { "analyze", "--memory -8G x", "--memory takes a size" },
    { "analyze", "--memory M x", "--memory takes a size" },
    { "analyze", "--memory 99999999999G x", "--memory takes a size" },
    { "monitor", "-i x -B 63K", "-B takes a size from 64K to 1G" },
    { "monitor", "-i x -B 2G", "-B takes a size from 64K to 1G" },
    { "monitor", "-i x --db-size 15M", "--db-size takes a size from 16M on" },
    { "monitor", "-i x --evidence-size 0", "--evidence-size takes a size such as 200M" },
    { "analyze", "--tcp-md5-key hush x", "--tcp-md5-key takes ADDR=SECRET" },
    { "analyze", "--tcp-md5-key router=hush x", "--tcp-md5-key takes an IP address before the =" },
    { "analyze", "--tcp-md5-key=10.0.0=hush x", "--tcp-md5-key takes an IP address before the =" },
    { "analyze", "-M10.0.0=hush x", "-M takes an IP address before the =" },
    { "analyze", "-M =hush x", "-M takes an IP address before the =" },
    { "analyze", "-M 10.0.0.1= x", "-M takes a secret that is not empty" },
    { "analyze", "-M 10.0.0.1=env:ROUTETAP_NO_SUCH x", "-M names a secret that cannot be read" },
    { "analyze", "-M 10.0.0.1=env:ROUTETAP_EMPTY x", "-M takes a secret that is not empty" },
    { "analyze", "-M 10.0.0.1=file:/nowhere/key x", "-M names a secret that cannot be read" },
};

static void try_wrong(void)
{
    setenv("ROUTETAP_EMPTY", "", 1);
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct options o;
        bool done;
        CHECK_CASE(wrong[i].line, parse(wrong[i].command, wrong[i].line, &o, &done) == EXIT_USAGE);
        CHECK_CASE(wrong[i].line, !done);
        const char *text = said(), *end = strchr(text, '\n');
        CHECK_CASE(wrong[i].line, strstr(text, wrong[i].sentence));
        CHECK_CASE(wrong[i].line, end && !end[1]); /* one sentence, which says where to read on */
        CHECK_CASE(wrong[i].line, strstr(text, "; see routetap ") && strstr(text, " --help\n"));
        CHECK_CASE(wrong[i].line, !strstr(text, "hush"));
        options_free(&o);
    }
}

/* ---- what is right ---- */

static void try_values(void)
{
    struct options o;
    bool done;
    CHECK(parse("analyze", "a.pcap", &o, &done) == EXIT_DONE);
    CHECK(!done && o.file_count == 1 && !strcmp(o.files[0], "a.pcap"));
    CHECK(!o.json && !o.all && !o.ascii && !o.quiet && !o.db && !o.peer.size && !o.port_count &&
          !o.key_count);
    CHECK(o.fail_on == -1 && o.width == 0 && o.color == COLOR_AUTO && o.memory == 0 &&
          o.advice == VENDOR_GENERIC);
    CHECK(o.since.kind == WHEN_NONE && o.until.kind == WHEN_NONE);
    options_free(&o);

    CHECK(
        parse(
            "analyze",
            "--json a --db=k.db --peer 2001:db8::1 --since +5 --until=10:30 --all --advice junos b --fail-on=warning "
            "--width 80 --color never --ascii --quiet --memory 64",
            &o, &done) == EXIT_DONE);
    CHECK(o.file_count == 2 && !strcmp(o.files[0], "a") && !strcmp(o.files[1], "b")); /* in the order given */
    CHECK(o.json && o.all && o.ascii && o.quiet && o.color == COLOR_NEVER && o.width == 80);
    CHECK_TEXT(o.db, "k.db");
    char text[ADDR_TEXT];
    CHECK_TEXT(addr_text(&o.peer, text), "2001:db8::1");
    CHECK(o.since.kind == WHEN_RELATIVE && o.until.kind == WHEN_OF_DAY);
    CHECK(o.advice == VENDOR_JUNOS && o.fail_on == SEVERITY_WARNING && o.memory == (size_t)64 << 20);
    options_free(&o);

    /* short ones, with and without a blank; the last one counts */
    CHECK(parse("analyze", "-a -q -w 60 -w120 -", &o, &done) == EXIT_DONE);
    CHECK(o.all && o.quiet && o.width == 120 && o.file_count == 1 && !strcmp(o.files[0], "-"));
    options_free(&o);

    CHECK(parse("analyze", "--fail-on error -- --json -a", &o, &done) == EXIT_DONE);
    CHECK(o.fail_on == SEVERITY_ERROR && !o.json && o.file_count == 2 && !strcmp(o.files[0], "--json"));
    options_free(&o);
    CHECK_TEXT(said(), "");
}

/* As people write them; a number alone counts the unit that it always did. */
static void try_sizes(void)
{
    struct options o;
    bool done;
    CHECK(parse("monitor",
                "-i x --memory 1g --db-size 2G --evidence-size 200M -B 1M --spool-size 64MiB -s 1K", &o,
                &done) == EXIT_DONE);
    CHECK(o.memory == (size_t)1 << 30 && o.db_size == (uint64_t)2 << 30);
    CHECK(o.evidence_size == (uint64_t)200 << 20 && o.spool_size == (uint64_t)64 << 20);
    CHECK(o.buffer == 1 << 20 && o.snap == 1024);
    options_free(&o);
    CHECK(parse("monitor", "-i x --db-size 65536K --evidence-size 3 --buffer-size 128 --spool-size 1TB -s 96",
                &o, &done) == EXIT_DONE);
    CHECK(o.db_size == (uint64_t)64 << 20 && o.evidence_size == (uint64_t)3 << 20);
    CHECK(o.buffer == 128 << 10 && o.spool_size == (uint64_t)1 << 40 && o.snap == 96);
    options_free(&o);
    CHECK_TEXT(said(), "");
}

static void try_ports(void)
{
    struct options o;
    bool done;
    CHECK(parse("decode", "--bgp-port 1179 --bgp-port=65535 x", &o, &done) == EXIT_DONE);
    CHECK(o.port_count == 3 && o.ports[0] == 1179 && o.ports[1] == 65535 &&
          o.ports[2] == 179); /* besides 179 */
    options_free(&o);
    CHECK(parse("decode",
                "--bgp-port 1 --bgp-port 2 --bgp-port 3 --bgp-port 4 --bgp-port 5 --bgp-port 6 --bgp-port 7",
                &o, &done) == EXIT_DONE);
    CHECK(o.port_count == COUNT(o.ports));
    options_free(&o);
}

static void put(const char *path, const char *text)
{
    FILE *f = fopen(path, "w");
    CHECK(f && fputs(text, f) >= 0);
    if (f)
        fclose(f);
}

static void try_keys(void)
{
    char path[] = "/tmp/cli_options_key_XXXXXX", line[SAID], room[SAID], *words[WORDS];
    close(mkstemp(path));
    put(path, "from a file \r\nand not this\n");
    setenv("ROUTETAP_KEY", "from the = environment", 1);
    snprintf(line, sizeof line,
             "-M10.0.0.1=plain=with=equals --tcp-md5-key=2001:db8::2=env:ROUTETAP_KEY -M 10.0.0.3=file:%s",
             path);
    struct options o;
    bool done = false;
    int count = split(line, room, words);
    CHECK(options_parse(&o, command_find("analyze"), count, words, &done) == EXIT_DONE);
    CHECK(o.key_count == 3);
    CHECK_TEXT(o.keys[0].secret, "plain=with=equals");
    CHECK_TEXT(o.keys[1].secret, "from the = environment");
    CHECK_TEXT(o.keys[2].secret, "from a file "); /* a blank at the end is part of a password */
    char addr[ADDR_TEXT];
    CHECK_TEXT(addr_text(&o.keys[1].addr, addr), "2001:db8::2");
    /* other users of this machine may read the arguments */
    CHECK_TEXT(words[0], "-M10.0.0.1=*****************");
    CHECK_TEXT(words[1], "--tcp-md5-key=2001:db8::2=env:ROUTETAP_KEY");
    options_free(&o);
    put(path, "");
    count = split(line, room, words);
    CHECK(options_parse(&o, command_find("analyze"), count, words, &done) == EXIT_USAGE);
    CHECK(strstr(said(), "names a secret that cannot be read"));
    options_free(&o);
    unlink(path);
}

/* Help wins over everything behind it, and is given for every command. */
static void try_help(void)
{
    struct options o;
    bool done;
    for (unsigned i = 0; i < command_count; i++) {
        CHECK_CASE(commands[i].name,
                   parse(commands[i].name, "--help --frob", &o, &done) == EXIT_DONE && done);
        options_free(&o);
        CHECK_CASE(commands[i].name, parse(commands[i].name, "x -h", &o, &done) == EXIT_DONE && done);
        options_free(&o);
    }
    CHECK(!command_find("analyse") && !command_find("") && !command_find("analyzee"));
}

int main(void)
{
    close(mkstemp(said_path));
    if (!freopen(said_path, "w", stderr))
        return 1;
    try_wrong();
    try_values();
    try_sizes();
    try_ports();
    try_keys();
    try_help();
    unlink(said_path);
    return CHECK_END();
}
