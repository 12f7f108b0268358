/* A store that is made once, and put back before every input; and the commands that read it. */
#ifndef SSL_TESTS_FUZZ_STORE_H
#define SSL_TESTS_FUZZ_STORE_H

#include <stdint.h>

#include "core/base/strbuf.h"

/* Makes the store DIR/store of the scratch folder, with what is in the bundle (NULL: nothing). */
void store_template(const char *bundle);

/* Its database as a file's bytes, for targets that change it. */
struct strbuf *store_database(void);

/* Puts DIR/store back to what store_template() made, with the database as store_database() has it. */
void store_fresh(void);

int store_schema(void);

/* Command i, without "ssl ": one that reads. */
const char *store_command(uint32_t i);
uint32_t store_commands(void);

#endif
