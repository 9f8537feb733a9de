#include "config.h"

#include "export/neg-webm.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <gmodule.h>
#include <math.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/neg-error.h"
#include "base/neg-paths.h"
#include "export/neg-image-file.h"
#include "export/neg-webm-module.h"

#define NAME_TRIES 16

struct _NegFilm {
  const NegWebmModule *module;
  NegWebm *webm;
  char *path, *temporary_path;
  int fd;
};

void
neg_film_get_size (guint width, guint height, guint *film_width, guint *film_height)
{
  double scale = MIN (1.0, (double) NEG_FILM_SIDE_MAX / MAX (MAX (width, height), 1));

  *film_width = MAX ((guint) lround (width * scale) & ~1u, 2);
  *film_height = MAX ((guint) lround (height * scale) & ~1u, 2);
}

static gboolean
fail_errno (GError **error)
{
  int code = errno;

  return neg_export_fail_file (
      error, g_error_new_literal (G_FILE_ERROR, g_file_error_from_errno (code), g_strerror (code)));
}

/* Never unloaded: GStreamer's types cannot be taken back. */
static const NegWebmModule *
load_module (GError **error)
{
  g_autofree char *path = neg_paths_find_module (NEG_WEBM_MODULE_FILE, "NEGATOSCOPE_WEBM", error);
  GModule *module;
  gpointer symbol;

  if (path == NULL)
    return NULL;
  module = g_module_open (path, G_MODULE_BIND_LOCAL);
  if (module == NULL || !g_module_symbol (module, NEG_WEBM_MODULE_SYMBOL, &symbol)) {
    neg_fail (error, NEG_ERROR_UNSUPPORTED, NEG_WEBM_MODULE_FILE, "films cannot be written: GStreamer is not installed");
    return NULL;
  }
  g_module_make_resident (module);
  return symbol;
}

/* Beside the file, so that renaming is all that is left to do; open() knows the umask, mkstemp() does not. */
static gboolean
open_temporary (NegFilm *film, GError **error)
{
  g_autofree char *folder = g_path_get_dirname (film->path);

  for (guint i = 0; i < NAME_TRIES; i++) {
    g_autofree char *name = g_strdup_printf (".negatoscope-%08x.part", g_random_int ());
    g_autofree char *path = g_build_filename (folder, name, NULL);

    film->fd = open (path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0666);
    if (film->fd >= 0) {
      film->temporary_path = g_steal_pointer (&path);
      return TRUE;
    }
    if (errno != EEXIST)
      break;
  }
  return fail_errno (error);
}

NegFilm *
neg_film_new (const char *path, guint width, guint height, GError **error)
{
  g_autoptr (NegFilm) film = g_new0 (NegFilm, 1);
  GError *module_error = NULL;

  film->fd = -1;
  film->path = g_strdup (path);
  film->module = load_module (error);
  if (film->module == NULL || !open_temporary (film, error))
    return NULL;
  film->webm = film->module->open (film->fd, width, height, &module_error);
  if (film->webm != NULL)
    return g_steal_pointer (&film);
  neg_export_fail_file (error, module_error);
  return NULL;
}

gboolean
neg_film_add (NegFilm *film, const NegPicture *picture, gint64 duration_us, GCancellable *cancellable, GError **error)
{
  GError *module_error = NULL;

  if (film->module->push (film->webm, picture->pixels, picture->stride, picture->channels, duration_us, cancellable,
                          &module_error))
    return TRUE;
  return neg_export_fail_file (error, module_error);
}

gboolean
neg_film_finish (NegFilm *film, GCancellable *cancellable, guint64 *bytes, GError **error)
{
  GError *module_error = NULL;
  struct stat info;

  if (!film->module->finish (film->webm, cancellable, &module_error))
    return neg_export_fail_file (error, module_error);
  g_clear_pointer (&film->webm, film->module->free);
  if (fsync (film->fd) != 0 || fstat (film->fd, &info) != 0 || rename (film->temporary_path, film->path) != 0)
    return fail_errno (error);
  g_clear_pointer (&film->temporary_path, g_free);
  *bytes += info.st_size;
  return TRUE;
}

void
neg_film_free (NegFilm *film)
{
  if (film == NULL)
    return;
  if (film->webm != NULL)
    film->module->free (film->webm);
  if (film->fd >= 0)
    close (film->fd);
  if (film->temporary_path != NULL)
    g_unlink (film->temporary_path);
  g_free (film->temporary_path);
  g_free (film->path);
  g_free (film);
}
