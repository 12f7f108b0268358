/* The git repository that the user works in: its HEAD, and whether it has uncommitted changes. The folder is not
 * trusted: no hook, monitor, filter, submodule or transport that its configuration names is started, and git
 * takes no lock. */
#ifndef SSL_RUN_USERGIT_H
#define SSL_RUN_USERGIT_H

enum usergit_state { USERGIT_UNKNOWN = -1, USERGIT_CLEAN = 0, USERGIT_DIRTY = 1 };

struct usergit {
	char commit[65]; /* HEAD; "" if there is no repository, no commit yet, or git does not tell */
	enum usergit_state state; /* CLEAN where there is no repository */
};

/* Asks git about the current folder. What git answers with an error, with anything that is no hash, or
 * not within some seconds is unknown. */
void usergit_read(struct usergit *out);

#endif
