/* A TCP port of this program: bound, and its connections accepted, on the main thread. What becomes of them is for whoever
 * has the port. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct _NegPort NegPort;

/* @socket: not blocking, the receiver's from now on; @address: of the other side, numeric ("" where unknown), borrowed. */
typedef void (*NegPortAccepted) (int socket, const char *address, gpointer user_data);
/* No descriptor is left: TRUE when a connection was closed, so that the next one can be accepted. */
typedef gboolean (*NegPortMakeRoom) (gpointer user_data);

/* Binding fails in words. @number 0: any that is free. */
NegPort *neg_port_new (const char *address, guint16 number, NegPortAccepted accepted, NegPortMakeRoom make_room,
                       gpointer user_data, GError **error);
void neg_port_free (NegPort *port); /* nullable */
guint16 neg_port_get_number (const NegPort *port); /* the bound one; 0 where @port is NULL */

/* More descriptors than the usual 1,024, for silent connections; failing costs only connections. */
void neg_port_raise_limit (void);

G_END_DECLS
