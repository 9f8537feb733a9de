/* What the commands that ask the agent share: the way to it, a job followed to its end, and tables for people.
 * Thread: the main one. */
#pragma once

#include "commands/neg-commands-private.h"
#include "wire/neg-agent-client.h"

G_BEGIN_DECLS

typedef struct {
  NegAgentClient *client;
  gboolean started; /* by this command, and ends with it */
} NegCommandAgent;

/* Started when none runs. */
gboolean neg_command_agent_open (NegCommandAgent *agent, const NegCommandPlace *place, GError **error);
NegBusAgent *neg_command_agent_get_proxy (const NegCommandAgent *agent);
void neg_command_agent_clear (NegCommandAgent *agent);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (NegCommandAgent, neg_command_agent_clear)

/* Makes an error of this program of what a call gave. Returns FALSE. */
gboolean neg_command_agent_fail (GError *failure, GError **error);

/* A job that was added by @add (a call on the proxy; FALSE and an error when it was refused). Waits until it has ended,
 * telling how far it is where standard error is a terminal; an interrupt cancels it. @job is what GetJob gives at the
 * end, given; *seconds is what it took. */
typedef gboolean (*NegCommandAddJob) (NegBusAgent *proxy, gint64 *id, gpointer user_data, GError **error);
GVariant *neg_command_agent_run_job (NegCommandAgent *agent, NegCommandAddJob add, gpointer user_data, double *seconds,
                                     GError **error);

/* What ended a job that is not done, or NULL; given. */
GError *neg_command_job_get_error (GVariant *job);

/* Columns of text, as wide as they must be. A cell may be NULL; what could disturb a terminal is left out. */
typedef struct _NegCommandTable NegCommandTable;

NegCommandTable *neg_command_table_new (const char *const *headings); /* NULL-terminated */
void neg_command_table_add (NegCommandTable *table, const char *const *cells);
void neg_command_table_print (NegCommandTable *table); /* nothing when there is no row */
void neg_command_table_free (NegCommandTable *table);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NegCommandTable, neg_command_table_free)

G_END_DECLS
