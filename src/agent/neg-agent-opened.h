/* What is on a screen: the entries that viewers have said they opened, for as long as they are connected. Thread: any. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _NegAgentOpened NegAgentOpened;

NegAgentOpened *_neg_agent_opened_new (void);
void _neg_agent_opened_free (NegAgentOpened *opened);

/* @caller: as of _neg_agent_bus_get_caller(). The same entry twice is open until it is closed twice. @patient: of whom it
 * is, in any words that are the same each time; nullable: of nobody who is known. */
void _neg_agent_opened_add (NegAgentOpened *opened, guint caller, gint64 entry, const char *patient);
void _neg_agent_opened_remove (NegAgentOpened *opened, guint caller, gint64 entry);
/* He is gone, and nothing is on his screen. */
void _neg_agent_opened_forget (NegAgentOpened *opened, guint caller);

/* What the same caller has had open longest of the same patient, but for @entry itself: the case beside which that is
 * opened. 0: none. */
gint64 _neg_agent_opened_find_case (NegAgentOpened *opened, guint caller, gint64 entry, const char *patient);
gboolean _neg_agent_opened_has (NegAgentOpened *opened, gint64 entry);
GArray *_neg_agent_opened_list (NegAgentOpened *opened); /* gint64; given */

G_END_DECLS
