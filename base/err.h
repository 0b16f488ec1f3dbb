/* What can go wrong with our own machine: files, memory, database. Bad input is never an err. */
#ifndef BASE_ERR_H
#define BASE_ERR_H

enum err {
    ERR_NONE,
    ERR_MEMORY,
    ERR_OPEN,    /* a file could not be opened */
    ERR_READ,    /* the machine failed to read */
    ERR_WRITE,   /* the machine failed to write; a full disk */
    ERR_FORMAT,  /* not a file that we know */
    ERR_DAMAGED, /* it began well */
    ERR_STORE,   /* the database said no */
    ERR_USAGE
};

#endif
