/* One descriptor of our own for all who were given one of the same file: ten thousand entries of an archive, two
 * thousand slices of a volume, must not take as many descriptors.
 *
 * Thread: any. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _NegSharedFd NegSharedFd;

/* Never NULL; holds -1 when @fd is bad or no descriptor is left. */
NegSharedFd *_neg_shared_fd_new (int fd);
void _neg_shared_fd_unref (NegSharedFd *shared);
int _neg_shared_fd_get (const NegSharedFd *shared); /* borrowed */

G_END_DECLS
