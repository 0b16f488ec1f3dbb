/* The numbered files beside this one in; a C file with the statements that make at once what they make one after another
 * on standard output. A column added to a table makes SQLite read all tables again: each time an analysis begins. */
#include "store/schema.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>

static void need(sqlite3 *db, int rc)
{
    if (rc == SQLITE_OK)
        return;
    fprintf(stderr, "make_whole: %s\n", sqlite3_errmsg(db));
    exit(1);
}

/* Bytes, not a string: C17 promises literals of 4095 characters only. */
static void tell(const unsigned char *text)
{
    static unsigned column;
    for (; *text; text++)
        printf("%u,%s", *text, ++column % 24 ? "" : "\n");
}

static void tell_rows(sqlite3 *db, const char *query)
{
    sqlite3_stmt *s;
    int rc;
    need(db, sqlite3_prepare_v2(db, query, -1, &s, NULL));
    while ((rc = sqlite3_step(s)) == SQLITE_ROW) {
        tell(sqlite3_column_text(s, 0));
        tell((const unsigned char *)";\n");
    }
    need(db, rc == SQLITE_DONE ? SQLITE_OK : rc);
    sqlite3_finalize(s);
}

/* Rows that the files put into tables. */
static void tell_contents(sqlite3 *db)
{
    static const char queries[] =
        "SELECT printf('SELECT ''INSERT INTO \"%w\" VALUES ('' || %s || '')'' FROM \"%w\"', t.name,"
        " (SELECT group_concat('quote(\"' || c.name || '\")', ' || '','' || ') FROM pragma_table_info(t.name) AS c),"
        " t.name) FROM sqlite_schema AS t WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite_%'";
    sqlite3_stmt *s;
    int rc;
    need(db, sqlite3_prepare_v2(db, queries, -1, &s, NULL));
    while ((rc = sqlite3_step(s)) == SQLITE_ROW)
        tell_rows(db, (const char *)sqlite3_column_text(s, 0));
    need(db, rc == SQLITE_DONE ? SQLITE_OK : rc);
    sqlite3_finalize(s);
}

int main(void)
{
    sqlite3 *db;
    need(NULL, sqlite3_open(":memory:", &db));
    for (unsigned i = 0; i < schema_count; i++)
        need(db, sqlite3_exec(db, (const char *)schema_files[i].text, NULL, NULL, NULL));
    puts("/* Made by store/schema/make_whole.c from store/schema. */\n#include \"store/schema.h\"\n\n"
         "const unsigned char schema_whole[] = {");
    tell_rows(db, "SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY rowid");
    tell_contents(db);
    puts("0 };");
    return sqlite3_close(db) != SQLITE_OK || ferror(stdout) || fclose(stdout) ? 1 : 0;
}
