#include "config.h"

#include "wire/neg-agent-client-private.h"

#include <string.h>

#include "base/neg-error.h"
#include "base/neg-paths.h"

#define POLL_US 10000
#define HELLO_MS 3000

static GDBusConnection *
connect_once (const char *home, GCancellable *cancellable, GError **error)
{
  g_autofree char *path = neg_agent_dup_socket_path (home, error);
  g_autofree char *escaped = NULL;
  g_autofree char *address = NULL;
  GDBusConnection *connection;

  if (path == NULL)
    return NULL;
  escaped = g_dbus_address_escape_value (path);
  address = g_strconcat ("unix:path=", escaped, NULL);
  connection = g_dbus_connection_new_for_address_sync (address, G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT, NULL,
                                                       cancellable, NULL);
  if (connection != NULL)
    g_dbus_connection_set_exit_on_close (connection, FALSE);
  else if (!g_cancellable_set_error_if_cancelled (cancellable, error))
    neg_fail (error, NEG_ERROR_NOT_FOUND, "agent", "no agent answers");
  return connection;
}

static gboolean
check_protocol (guint protocol, GError **error)
{
  if (protocol < NEG_AGENT_PROTOCOL)
    return neg_fail (error, NEG_ERROR_BUSY, "agent",
                     "an older agent is at work; it ends when its transfers are finished and nobody else uses it");
  if (protocol > NEG_AGENT_PROTOCOL)
    return neg_fail (error, NEG_ERROR_UNSUPPORTED, "agent",
                     "the agent is newer than this program: start the program again");
  return TRUE;
}

static gboolean
say_hello (GDBusConnection *connection, GCancellable *cancellable, GError **error)
{
  g_autoptr (GVariant) answer = NULL;
  g_autoptr (GVariant) info = NULL;
  guint protocol;

  answer = g_dbus_connection_call_sync (connection, NULL, NEG_AGENT_OBJECT_PATH, "org.negatoscope.Agent", "Hello",
                                        g_variant_new ("(u)", NEG_AGENT_PROTOCOL), G_VARIANT_TYPE ("(ua{sv})"),
                                        G_DBUS_CALL_FLAGS_NONE, HELLO_MS, cancellable, error);
  if (answer == NULL) {
    neg_agent_client_translate_error (error);
    return FALSE;
  }
  g_variant_get (answer, "(u@a{sv})", &protocol, &info);
  return check_protocol (protocol, error);
}

static GDBusConnection *
connect_and_greet (const char *home, GCancellable *cancellable, GError **error)
{
  g_autoptr (GDBusConnection) connection = connect_once (home, cancellable, error);

  if (connection == NULL)
    return NULL;
  if (!say_hello (connection, cancellable, error)) {
    g_dbus_connection_close_sync (connection, NULL, NULL);
    return NULL;
  }
  return g_steal_pointer (&connection);
}

static void
add_option (GPtrArray *argv, const char *option, const char *value)
{
  if (value == NULL)
    return;
  g_ptr_array_add (argv, (gpointer) option);
  g_ptr_array_add (argv, (gpointer) value);
}

/* The program detaches by itself and ends with 0 when it listens; else its standard error is why not. */
static GSubprocess *
spawn (const char *home, const char *config, GError **error)
{
  g_autofree char *program = neg_paths_find_program ("negatoscope-agent", "NEGATOSCOPE_AGENT", error);
  g_autoptr (GPtrArray) argv = g_ptr_array_new ();
  g_autoptr (GError) local = NULL;
  GSubprocess *process;

  if (program == NULL)
    return NULL;
  g_ptr_array_add (argv, program);
  add_option (argv, "--home", home);
  add_option (argv, "--config", config);
  g_ptr_array_add (argv, NULL);
  process = g_subprocess_newv ((const char *const *) argv->pdata,
                               G_SUBPROCESS_FLAGS_STDOUT_SILENCE | G_SUBPROCESS_FLAGS_STDERR_PIPE, &local);
  if (process == NULL)
    neg_fail (error, NEG_ERROR_NOT_FOUND, "agent", "the agent cannot be started: %s", local->message);
  return process;
}

/* Ready or not, its first process ends; its words are short enough for the pipe. */
static gboolean
has_failed (GSubprocess *process, GError **error)
{
  g_autofree char *text = NULL;

  if (g_subprocess_get_identifier (process) != NULL)
    return FALSE;
  g_subprocess_communicate_utf8 (process, NULL, NULL, NULL, &text, NULL);
  if (g_subprocess_get_successful (process))
    return FALSE;
  g_strstrip (text != NULL ? text : (text = g_strdup ("")));
  if (g_str_has_prefix (text, "negatoscope-agent: "))
    memmove (text, text + strlen ("negatoscope-agent: "), strlen (text) - strlen ("negatoscope-agent: ") + 1);
  neg_fail (error, NEG_ERROR_NOT_FOUND, "agent", "the agent cannot work: %s",
            *text != '\0' ? text : "it ended without a word");
  return TRUE;
}

static gboolean
may_come_yet (const GError *error)
{
  return g_error_matches (error, NEG_ERROR, NEG_ERROR_NOT_FOUND)
         || g_error_matches (error, NEG_ERROR, NEG_ERROR_ABORTED) || g_error_matches (error, NEG_ERROR, NEG_ERROR_BUSY);
}

/* Two programs may start an agent at once: the one that lost ends, and whoever asked for it finds the other one. */
GDBusConnection *
_neg_agent_connect (const char *home, const char *config, gboolean start, guint timeout_ms, gboolean *started,
                    GCancellable *cancellable, GError **error)
{
  gint64 deadline = g_get_monotonic_time () + timeout_ms * (gint64) 1000;
  g_autoptr (GSubprocess) process = NULL;

  if (started != NULL)
    *started = FALSE;
  for (;;) {
    g_autoptr (GError) local = NULL;
    g_autoptr (GError) why = NULL;
    GDBusConnection *connection = connect_and_greet (home, cancellable, &local);

    if (connection != NULL) {
      if (started != NULL && process != NULL)
        *started = g_subprocess_wait_check (process, NULL, NULL);
      return connection;
    }
    if (process != NULL && has_failed (process, &why)) {
      g_clear_object (&process);
      if (!_neg_agent_is_running (home)) {
        g_propagate_error (error, g_steal_pointer (&why));
        return NULL;
      }
      start = FALSE;
    }
    if (!may_come_yet (local) || g_get_monotonic_time () >= deadline
        || (!start && process == NULL && !_neg_agent_is_running (home))) {
      g_propagate_error (error, g_steal_pointer (&local));
      return NULL;
    }
    if (start && process == NULL && !_neg_agent_is_running (home)) {
      process = spawn (home, config, error);
      if (process == NULL)
        return NULL;
    }
    g_usleep (POLL_US);
  }
}
