/* The git repository that the user works in: its HEAD, and whether it has uncommitted changes. The
 * folder is not trusted: no hook, monitor, filter, submodule or transport of its configuration is
 * run, and git takes no lock. */
#ifndef SSL_RUN_USERGIT_H
#define SSL_RUN_USERGIT_H

enum usergit_state { USERGIT_UNKNOWN = -1, USERGIT_CLEAN = 0, USERGIT_DIRTY = 1 };

struct usergit {
	char commit[65]; /* HEAD; "" if there is no repository or commit, or git fails */
	enum usergit_state state; /* CLEAN if there is no repository */
};

/* Runs git in the current folder. If git fails, prints something else than a hash, or takes more
 * than some seconds, the state is unknown. */
void usergit_read(struct usergit *out);

#endif
