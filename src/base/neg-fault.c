#include "config.h"

#include "base/neg-fault.h"

#include <signal.h>
#include <string.h>
#include <unistd.h>

static struct {
  char *name; /* NULL: no point is deadly */
  gint left;
} fault;

static void
read_environment (void)
{
  const char *text = g_getenv ("NEGATOSCOPE_FAULT");
  const char *colon = text != NULL ? strrchr (text, ':') : NULL;
  gint64 count;

  if (colon == NULL || !g_ascii_string_to_signed (colon + 1, 10, 1, G_MAXINT, &count, NULL))
    return;
  fault.left = (gint) count;
  fault.name = g_strndup (text, colon - text);
}

void
neg_fault_point (const char *name)
{
  static gsize once;

  if (g_once_init_enter (&once)) {
    read_environment ();
    g_once_init_leave (&once, 1);
  }
  if (fault.name != NULL && strcmp (fault.name, name) == 0 && g_atomic_int_dec_and_test (&fault.left))
    kill (getpid (), SIGKILL);
}
