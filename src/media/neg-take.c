#include "config.h"

#include "media/neg-take.h"

#include <gmodule.h>

#include "base/neg-error.h"
#include "base/neg-paths.h"
#include "media/neg-take-module.h"

/* Never unloaded: GStreamer's types cannot be taken back. */
static gpointer
load_once (gpointer error)
{
  g_autofree char *path = neg_paths_find_module (NEG_TAKE_MODULE_FILE, "NEGATOSCOPE_TAKE", error);
  GModule *module;
  gpointer symbol;

  if (path == NULL)
    return NULL;
  module = g_module_open (path, G_MODULE_BIND_LOCAL);
  if (module == NULL || !g_module_symbol (module, NEG_TAKE_MODULE_SYMBOL, &symbol)) {
    neg_fail (error, NEG_ERROR_UNSUPPORTED, NEG_TAKE_MODULE_FILE, "nothing can be recorded: GStreamer is not installed");
    return NULL;
  }
  g_module_make_resident (module);
  return symbol;
}

static const NegTakeModule *
get_module (GError **error)
{
  static GMutex mutex;
  static const NegTakeModule *module;
  const NegTakeModule *found;

  g_mutex_lock (&mutex);
  if (module == NULL)
    module = load_once (error);
  found = module;
  g_mutex_unlock (&mutex);
  return found;
}

static gboolean
fail (GError **error, GError *module_error)
{
  static const struct {
    GIOErrorEnum io;
    NegErrorCode code;
    const char *words;
  } table[] = {
    { G_IO_ERROR_NO_SPACE, NEG_ERROR_DISK_FULL, "there is no room left for the recording" },
    { G_IO_ERROR_CANCELLED, NEG_ERROR_CANCELLED, "cancelled" },
    { G_IO_ERROR_NOT_SUPPORTED, NEG_ERROR_UNSUPPORTED, NULL },
  };
  g_autoptr (GError) owned = module_error;

  for (guint i = 0; i < G_N_ELEMENTS (table); i++)
    if (g_error_matches (owned, G_IO_ERROR, table[i].io))
      return neg_fail (error, table[i].code, NULL, "%s", table[i].words != NULL ? table[i].words : owned->message);
  return neg_fail (error, NEG_ERROR_UNREADABLE, NULL, "%s", owned->message);
}

NegTake *
neg_take_new (int fd, const NegTakeOptions *options, GError **error)
{
  const NegTakeModule *module = get_module (error);
  GError *module_error = NULL;
  NegTake *take;

  if (module == NULL)
    return NULL;
  take = module->new (fd, options, &module_error);
  if (take == NULL)
    fail (error, module_error);
  return take;
}

gboolean
neg_take_push (NegTake *take, GBytes *pixels, gsize stride, gint64 time_us, gboolean *kept, GError **error)
{
  GError *module_error = NULL;

  return get_module (NULL)->push (take, pixels, stride, time_us, kept, &module_error) || fail (error, module_error);
}

void
neg_take_pause (NegTake *take, gint64 time_us)
{
  get_module (NULL)->pause (take, time_us);
}

void
neg_take_resume (NegTake *take, gint64 time_us)
{
  get_module (NULL)->resume (take, time_us);
}

void
neg_take_get_state (NegTake *take, NegTakeState *state)
{
  get_module (NULL)->get_state (take, state);
}

gboolean
neg_take_finish (NegTake *take, gint64 time_us, GCancellable *cancellable, GError **error)
{
  GError *module_error = NULL;

  return get_module (NULL)->finish (take, time_us, cancellable, &module_error) || fail (error, module_error);
}

void
neg_take_free (NegTake *take)
{
  if (take != NULL)
    get_module (NULL)->free (take);
}

gboolean
neg_take_trim (int from_fd, int to_fd, const NegTakeCut *cut, NegTakeProgress progress, gpointer data,
               GCancellable *cancellable, GError **error)
{
  const NegTakeModule *module = get_module (error);
  GError *module_error = NULL;

  return module != NULL
         && (module->trim (from_fd, to_fd, cut, progress, data, cancellable, &module_error) || fail (error, module_error));
}

gboolean
neg_take_mend (int from_fd, int to_fd, GCancellable *cancellable, GError **error)
{
  const NegTakeModule *module = get_module (error);
  GError *module_error = NULL;

  return module != NULL && (module->mend (from_fd, to_fd, cancellable, &module_error) || fail (error, module_error));
}

gboolean
neg_take_measure (int fd, NegTakeFacts *facts, GCancellable *cancellable, GError **error)
{
  const NegTakeModule *module = get_module (error);
  GError *module_error = NULL;

  return module != NULL && (module->measure (fd, facts, cancellable, &module_error) || fail (error, module_error));
}
