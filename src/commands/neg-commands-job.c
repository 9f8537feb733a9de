#include "config.h"

#include "commands/neg-commands-agent.h"

#include <glib-unix.h>
#include <glib/gi18n.h>
#include <signal.h>
#include <unistd.h>

#include "base/neg-error.h"

#define MIB (1024.0 * 1024.0)

typedef struct {
  NegCommandAgent *agent;
  GMainLoop *loop;
  gint64 id;
  gboolean is_shown; /* a line of progress is on the terminal */
  gboolean was_interrupted, has_given_up;
} Following;

static gboolean
has_ended (const char *state)
{
  static const char *const ends[] = { "done", "failed", "cancelled", NULL };

  return g_strv_contains (ends, state);
}

static void
show (Following *following, GVariant *job)
{
  guint objects = 0, done = 0;
  guint64 bytes = 0;
  double bytes_per_s = 0;

  if (!isatty (STDERR_FILENO))
    return;
  g_variant_lookup (job, "objects", "u", &objects);
  g_variant_lookup (job, "done", "u", &done);
  g_variant_lookup (job, "bytes", "t", &bytes);
  g_variant_lookup (job, "bytes-per-s", "d", &bytes_per_s);
  g_printerr ("\r%u/%u  %.1f MiB  %.1f MiB/s\033[K", done, objects, (double) bytes / MIB, bytes_per_s / MIB);
  following->is_shown = TRUE;
}

static void
changed_cb (NegBusAgent *proxy, GVariant *job, gpointer user_data)
{
  Following *following = user_data;
  const char *state = "";
  gint64 id = 0;

  if (!g_variant_lookup (job, "id", "x", &id) || id != following->id)
    return;
  show (following, job);
  if (g_variant_lookup (job, "state", "&s", &state) && has_ended (state))
    g_main_loop_quit (following->loop);
}

static void
connected_cb (GObject *object, GParamSpec *spec, gpointer user_data)
{
  Following *following = user_data;

  g_main_loop_quit (following->loop);
}

/* The first one lets the job end as it should; a second one is impatience. */
static gboolean
interrupted_cb (gpointer user_data)
{
  Following *following = user_data;
  NegBusAgent *proxy = neg_command_agent_get_proxy (following->agent);

  following->has_given_up = following->was_interrupted || proxy == NULL;
  following->was_interrupted = TRUE;
  if (following->has_given_up)
    g_main_loop_quit (following->loop);
  else
    neg_bus_agent_call_control_job (proxy, following->id, "cancel", NULL, NULL, NULL);
  return G_SOURCE_CONTINUE;
}

static GVariant *
get_job (Following *following, GError **error)
{
  NegBusAgent *proxy = neg_command_agent_get_proxy (following->agent);
  GVariant *job = NULL;
  GError *failure = NULL;

  if (proxy == NULL)
    neg_fail (error, NEG_ERROR_ABORTED, "agent", "the agent has ended; the transfer goes on when it runs again");
  else if (!neg_bus_agent_call_get_job_sync (proxy, following->id, &job, NULL, &failure))
    neg_command_agent_fail (failure, error);
  return job;
}

/* Waits for the next word about the job, unless it has ended already. */
static GVariant *
follow (Following *following, GError **error)
{
  for (;;) {
    g_autoptr (GVariant) job = get_job (following, error);
    const char *state = "";

    if (job == NULL)
      return NULL;
    if (!g_variant_lookup (job, "state", "&s", &state) || has_ended (state))
      return g_steal_pointer (&job);
    if (following->has_given_up) {
      neg_fail (error, NEG_ERROR_CANCELLED, NULL, "interrupted; the transfer has not ended yet");
      return NULL;
    }
    g_main_loop_run (following->loop);
  }
}

GVariant *
neg_command_agent_run_job (NegCommandAgent *agent, NegCommandAddJob add, gpointer user_data, double *seconds,
                           GError **error)
{
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  Following following = { .agent = agent, .loop = loop };
  NegBusAgent *proxy = neg_command_agent_get_proxy (agent);
  gint64 start_us = g_get_monotonic_time ();
  GVariant *job = NULL;
  GError *failure = NULL;
  guint sources[2];
  gulong on_changed, on_connected;

  on_changed = g_signal_connect (proxy, "job-changed", G_CALLBACK (changed_cb), &following);
  on_connected = g_signal_connect (agent->client, "notify::connected", G_CALLBACK (connected_cb), &following);
  g_object_ref (proxy);
  if (add (proxy, &following.id, user_data, &failure)) {
    sources[0] = g_unix_signal_add (SIGINT, interrupted_cb, &following);
    sources[1] = g_unix_signal_add (SIGTERM, interrupted_cb, &following);
    job = follow (&following, error);
    g_source_remove (sources[0]);
    g_source_remove (sources[1]);
  } else {
    neg_command_agent_fail (failure, error);
  }
  g_signal_handler_disconnect (proxy, on_changed);
  g_signal_handler_disconnect (agent->client, on_connected);
  g_object_unref (proxy);
  if (following.is_shown)
    g_printerr ("\r\033[K");
  *seconds = (double) (g_get_monotonic_time () - start_us) * 1e-6;
  return job;
}

static NegErrorCode
find_code (const char *name)
{
  for (guint code = 0; code < NEG_ERROR_N_CODES; code++)
    if (g_strcmp0 (neg_error_code_get_name (code), name) == 0)
      return code;
  return NEG_ERROR_UNREADABLE;
}

GError *
neg_command_job_get_error (GVariant *job)
{
  const char *state = "", *message = "", *code = "", *peer = "";
  GError *error = NULL;

  g_variant_lookup (job, "state", "&s", &state);
  g_variant_lookup (job, "message", "&s", &message);
  g_variant_lookup (job, "error-code", "&s", &code);
  g_variant_lookup (job, "peer", "&s", &peer);
  if (g_strcmp0 (state, "cancelled") == 0)
    neg_fail (&error, NEG_ERROR_CANCELLED, *peer != '\0' ? peer : NULL, "%s", _ ("cancelled"));
  else if (g_strcmp0 (state, "done") != 0)
    neg_fail (&error, find_code (code), *peer != '\0' ? peer : NULL, "%s",
              *message != '\0' ? message : _ ("failed"));
  return error;
}
