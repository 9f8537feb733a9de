#include "config.h"

#include "ui/neg-bus-probe.h"

#include <gio/gio.h>
#include <sys/stat.h>

typedef enum {
  PROBE_CONNECTING,
  PROBE_CONNECTED, /* the bus has answered; the accessibility bus not yet */
  PROBE_COMPLETE,
} ProbeStage;

/* Shared with a thread that may outlive the wait. */
typedef struct {
  gatomicrefcount ref_count;
  char *address;
  GCancellable *cancellable;
  GMutex lock;
  GCond moved;
  ProbeStage stage;
  gboolean has_bus, has_accessibility;
} Probe;

static void
probe_unref (Probe *probe)
{
  if (!g_atomic_ref_count_dec (&probe->ref_count))
    return;
  g_free (probe->address);
  g_object_unref (probe->cancellable);
  g_mutex_clear (&probe->lock);
  g_cond_clear (&probe->moved);
  g_free (probe);
}

static void
probe_move (Probe *probe, ProbeStage stage, gboolean has_bus, gboolean has_accessibility)
{
  g_mutex_lock (&probe->lock);
  probe->stage = stage;
  probe->has_bus = has_bus;
  probe->has_accessibility = has_accessibility;
  g_cond_signal (&probe->moved);
  g_mutex_unlock (&probe->lock);
}

static gboolean
ask_accessibility (GDBusConnection *connection, GCancellable *cancellable)
{
  g_autoptr (GVariant) answer = NULL;

  /* The very call that GTK makes, so that the bus is started when it does. */
  answer = g_dbus_connection_call_sync (connection, "org.a11y.Bus", "/org/a11y/bus", "org.a11y.Bus", "GetAddress", NULL,
                                        G_VARIANT_TYPE ("(s)"), G_DBUS_CALL_FLAGS_NONE, -1, cancellable, NULL);
  return answer != NULL;
}

static gpointer
probe_thread (gpointer data)
{
  Probe *probe = data;
  g_autoptr (GDBusConnection) connection = g_dbus_connection_new_for_address_sync (
      probe->address,
      G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT | G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION, NULL,
      probe->cancellable, NULL);
  gboolean has_accessibility = FALSE;

  if (connection != NULL) {
    probe_move (probe, PROBE_CONNECTED, TRUE, FALSE);
    has_accessibility = ask_accessibility (connection, probe->cancellable);
    g_dbus_connection_close_sync (connection, probe->cancellable, NULL);
  }
  probe_move (probe, PROBE_COMPLETE, connection != NULL, has_accessibility);
  probe_unref (probe);
  return NULL;
}

static void
wait_past (Probe *probe, ProbeStage stage, guint limit_ms)
{
  gint64 end = g_get_monotonic_time () + limit_ms * G_TIME_SPAN_MILLISECOND;

  while (probe->stage <= stage)
    if (!g_cond_wait_until (&probe->moved, &probe->lock, end))
      return;
}

/* The address that GIO would use, without starting a bus; NULL: none. Given. */
static char *
dup_session_address (void)
{
  const char *address = g_getenv ("DBUS_SESSION_BUS_ADDRESS");
  g_autofree char *path = NULL;
  struct stat info;

  if (address != NULL && *address != '\0')
    return g_strdup (address);
  path = g_build_filename (g_get_user_runtime_dir (), "bus", NULL);
  if (stat (path, &info) == 0 && S_ISSOCK (info.st_mode)) {
    g_autofree char *escaped = g_dbus_address_escape_value (path);

    return g_strdup_printf ("unix:path=%s", escaped);
  }
  return NULL;
}

static void
ask (char *address, guint bus_limit_ms, guint accessibility_limit_ms, gboolean *has_bus, gboolean *has_accessibility)
{
  Probe *probe = g_new0 (Probe, 1);

  g_atomic_ref_count_init (&probe->ref_count);
  g_atomic_ref_count_inc (&probe->ref_count);
  probe->address = address;
  probe->cancellable = g_cancellable_new ();
  g_mutex_init (&probe->lock);
  g_cond_init (&probe->moved);
  g_thread_unref (g_thread_new ("bus-probe", probe_thread, probe));
  g_mutex_lock (&probe->lock);
  wait_past (probe, PROBE_CONNECTING, bus_limit_ms);
  if (probe->has_bus)
    wait_past (probe, PROBE_CONNECTED, accessibility_limit_ms);
  *has_bus = probe->has_bus;
  *has_accessibility = probe->has_accessibility;
  g_mutex_unlock (&probe->lock);
  g_cancellable_cancel (probe->cancellable);
  probe_unref (probe);
}

gboolean
neg_bus_probe (guint bus_limit_ms, guint accessibility_limit_ms)
{
  char *address = dup_session_address ();
  gboolean has_bus = FALSE, has_accessibility = FALSE;

  if (address != NULL)
    ask (address, bus_limit_ms, accessibility_limit_ms, &has_bus, &has_accessibility);
  /* "disabled:" is no transport: GIO gives up on it at once, where without an address it would start a bus. */
  if (!has_bus)
    g_setenv ("DBUS_SESSION_BUS_ADDRESS", "disabled:", TRUE);
  if (!has_accessibility && g_getenv ("AT_SPI_BUS_ADDRESS") == NULL)
    g_setenv ("GTK_A11Y", "none", TRUE);
  return has_bus;
}
