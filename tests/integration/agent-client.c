/* NegAgentClient for a script: "once" connects, says what it found and ends what it started; "watch" stays connected and
 * says so, until its standard input ends; "path" prints where the socket is. */
#include <locale.h>
#include <stdio.h>
#include <string.h>

#include "base/neg-error.h"
#include "wire/neg-agent-client.h"

#define TIMEOUT_MS 10000

static void
say (const char *format, ...)
{
  va_list args;

  va_start (args, format);
  vprintf (format, args);
  va_end (args);
  fflush (stdout);
}

static int
fail (const GError *error)
{
  say ("failed %s %s: %s\n", neg_error_get_name (error),
       neg_error_get_where (error) != NULL ? neg_error_get_where (error) : "-", error->message);
  return 1;
}

/* An error has to arrive as it was. */
static void
provoke (NegAgentClient *client)
{
  g_autoptr (GError) error = NULL;
  double ms;

  if (neg_bus_agent_call_echo_sync (neg_agent_client_get_proxy (client), "nobody", &ms, NULL, &error)) {
    say ("echo %g\n", ms);
    return;
  }
  neg_agent_client_translate_error (&error);
  fail (error);
}

static int
once (NegAgentClient *client)
{
  g_autoptr (GError) error = NULL;
  gboolean started;

  if (!neg_agent_client_connect_sync (client, TIMEOUT_MS, &started, &error))
    return fail (error);
  say ("connected %s\n", started ? "started" : "found");
  provoke (client);
  if (started)
    neg_agent_client_quit (client);
  return 0;
}

static void
notify_cb (NegAgentClient *client, GParamSpec *pspec, gpointer user_data)
{
  say (neg_agent_client_get_proxy (client) != NULL ? "connected\n" : "lost\n");
}

static void
connected_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;

  if (!neg_agent_client_connect_finish (NEG_AGENT_CLIENT (object), result, &error))
    fail (error);
}

static gboolean
input_cb (GIOChannel *channel, GIOCondition condition, gpointer user_data)
{
  g_main_loop_quit (user_data);
  return G_SOURCE_REMOVE;
}

static int
watch (NegAgentClient *client)
{
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autoptr (GIOChannel) channel = g_io_channel_unix_new (0);

  g_signal_connect (client, "notify::connected", G_CALLBACK (notify_cb), NULL);
  neg_agent_client_connect_async (client, TRUE, NULL, connected_cb, NULL);
  g_io_add_watch (channel, G_IO_IN | G_IO_HUP, input_cb, loop);
  g_main_loop_run (loop);
  return 0;
}

int
main (int argc, char **argv)
{
  g_autoptr (NegAgentClient) client = NULL;
  g_autofree char *path = NULL;

  setlocale (LC_ALL, "");
  if (argc != 3)
    return 2;
  client = neg_agent_client_new (argv[2], NULL);
  if (strcmp (argv[1], "once") == 0)
    return once (client);
  if (strcmp (argv[1], "watch") == 0)
    return watch (client);
  path = neg_agent_dup_socket_path (argv[2], NULL);
  say ("%s\n", path != NULL ? path : "");
  return 0;
}
