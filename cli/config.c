/* Lines "key = value" in, options out; what is wrong with file and line number. */
#include "cli/config.h"

#include "base/log.h"
#include "cli/command.h"
#include "cli/options_internal.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FILE_MOST = 1 << 20, SECRET_MOST = 512 };

/* ---- files that others must not read ---- */

/* Owned by us or root, and nobody else can read or change it. */
static bool is_private(const struct stat *facts)
{
    return (facts->st_uid == geteuid() || facts->st_uid == 0) && !(facts->st_mode & 077);
}

char *config_secret(const char *path, bool strict, const char **why)
{
    char line[SECRET_MOST];
    struct stat facts;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    *why = "names a secret that cannot be read";
    if (fd < 0)
        return NULL;
    bool private = !fstat(fd, &facts) && is_private(&facts);
    ssize_t n = !strict || private ? read(fd, line, sizeof line - 1) : -1;
    close(fd);
    if (strict && !private)
        *why = "names a file that others can read: chmod 600, and owned by this user or root";
    if (n <= 0)
        return NULL;
    line[n] = '\0';
    line[strcspn(line, "\r\n")] = '\0';
    char *copy = strdup(line);
    memset(line, 0, sizeof line);
    return copy;
}

/* ---- lines ---- */

static char *trim(char *text)
{
    while (*text == ' ' || *text == '\t')
        text++;
    size_t n = strlen(text);
    while (n && strchr(" \t\r", text[n - 1]))
        text[--n] = '\0';
    return text;
}

/* "name 10.0.12.1": the word behind the first, if the first is this one. */
static char *behind(char *key, const char *word)
{
    size_t n = strlen(word);
    return !strncmp(key, word, n) && (key[n] == ' ' || key[n] == '\t') ? trim(key + n) : NULL;
}

/* NULL, or what is wrong with the line. *inline_secret: it holds one itself. */
static const char *take_line(struct options *o, char *line, bool *inline_secret)
{
    char *equals = strchr(line, '='), *word;
    if (!equals)
        return "takes the form key = value";
    *equals = '\0';
    char *key = trim(line), *value = trim(equals + 1);
    if ((word = behind(key, "name")))
        return names_add_address(&o->names, word, value);
    if ((word = behind(key, "as")))
        return names_add_as(&o->names, word, value);
    if (!strcmp(key, "tcp-md5-key") || !strcmp(key, "ospf-key")) {
        const char *secret = strchr(value, '=');
        *inline_secret |=
            secret && strncmp(secret + 1, "file:", 5) != 0 && strncmp(secret + 1, "env:", 4) != 0;
    }
    return options_take_key(o, key, value);
}

static bool take_text(struct options *o, const char *path, char *text, bool private)
{
    unsigned number = 0;
    for (char *line = text, *next; line; line = next) {
        next = strchr(line, '\n');
        if (next)
            *next++ = '\0';
        number++;
        line = trim(line);
        if (!*line || *line == '#')
            continue;
        bool inline_secret = false;
        const char *wrong = take_line(o, line, &inline_secret);
        if (!wrong && inline_secret && !private)
            wrong = "holds a secret in a file that others can read: chmod 600, or name a file (file:PATH)";
        if (wrong) { /* the key alone: what follows it may be a secret */
            log_line(LOG_ERROR, "%s:%u: %.*s %s", path, number, (int)strcspn(line, " \t="), line, wrong);
            return false;
        }
    }
    return true;
}

/* The whole file, the caller's to free. */
static char *read_file(const char *path, bool *private)
{
    struct stat facts;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (fd < 0)
        return NULL;
    char *text = malloc(FILE_MOST + 1);
    ssize_t n = 0, more = 1;
    while (text && more > 0 && n < FILE_MOST)
        n += (more = read(fd, text + n, (size_t)(FILE_MOST - n))) > 0 ? more : 0;
    *private = !fstat(fd, &facts) && is_private(&facts);
    int why = more < 0 ? errno : n == FILE_MOST ? EFBIG : 0;
    close(fd);
    if (!text || why) {
        free(text);
        errno = text ? why : ENOMEM;
        return NULL;
    }
    text[n] = '\0';
    return text;
}

bool config_read(struct options *o, const char *path, bool may_lack)
{
    bool private;
    char *text = read_file(path, &private);
    if (!text && may_lack && (errno == ENOENT || errno == ENOTDIR || errno == EACCES))
        return true;
    if (!text) {
        log_line(LOG_ERROR, "%s: %s", path, strerror(errno));
        return false;
    }
    free(o->config_text);
    o->config_text = text;
    o->config_path = path;
    return take_text(o, path, text, private);
}
