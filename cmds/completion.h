/* The files of cmds/completion/, embedded at build (cmake/embed.cmake); {0, 0} ends it. */
#ifndef SSL_CMDS_COMPLETION_H
#define SSL_CMDS_COMPLETION_H

struct completion_file {
	const char *name; /* "ssl.bash": what follows the dot is the shell */
	const char *text;
};

extern const struct completion_file completion_files[];

#endif
