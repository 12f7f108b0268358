/* The files of schema/, embedded at build (cmake/embed.cmake), sorted by name and ended by {0,
 * 0}. */
#ifndef SSL_STORE_SCHEMA_H
#define SSL_STORE_SCHEMA_H

struct schema_file {
	const char *name; /* "0001_init.sql", "views.sql" */
	const char *sql;
};

extern const struct schema_file schema_files[];

#endif
