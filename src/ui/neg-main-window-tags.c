/* The tag inspector of this window. */
#include "config.h"

#include "base/neg-paths.h"
#include "store/neg-corrections.h"
#include "ui/neg-main-window-private.h"
#include "ui/neg-tags-window.h"

#define CORRECTIONS_MAX 1000
#define OBJECTS_MAX 100000

/* What it was before that correction; NULL: it is none of its versions, or its file is gone. */
static char *
find_in_correction (NegDatabase *database, const char *data, const char *cache, gint64 id, const char *sop_instance_uid)
{
  g_autoptr (GPtrArray) objects = neg_corrections_list_objects (database, data, cache, id, OBJECTS_MAX, NULL);

  for (guint i = 0; objects != NULL && i < objects->len; i++) {
    const NegCorrectionObject *object = g_ptr_array_index (objects, i);

    if (object->new_id > 0 && g_strcmp0 (object->new_sop_uid, sop_instance_uid) == 0)
      return g_strdup (object->old_path);
  }
  return NULL;
}

/* The newest correction that it is of. */
static char *
find_previous_cb (const NegInstance *instance, gpointer data)
{
  NegMainWindow *self = data;
  g_autofree char *folder = neg_paths_dup_data_folder (self->home);
  g_autofree char *cache = neg_paths_dup_cache_folder (self->home);
  g_autoptr (NegDatabase) database = neg_archive_open_reader (folder, NULL);
  g_autoptr (GPtrArray) corrections = NULL;
  char *path = NULL;
  gint64 study = 0;

  if (database == NULL || instance->study_uid == NULL
      || !neg_archive_find_study (database, instance->study_uid, &study, NULL))
    return NULL;
  corrections = neg_corrections_list (database, study, CORRECTIONS_MAX, NULL);
  for (guint i = 0; path == NULL && corrections != NULL && i < corrections->len; i++) {
    const NegCorrection *correction = g_ptr_array_index (corrections, i);

    if (correction->state == NEG_CORRECTION_APPLIED)
      path = find_in_correction (database, folder, cache, correction->id, instance->sop_instance_uid);
  }
  return path;
}

static GPtrArray *
list_objects_cb (gpointer data)
{
  NegMainWindow *self = data;

  return self->loader != NULL ? neg_loader_get_objects (self->loader) : NULL;
}

static GtkWindow *
open_tags (NegMainWindow *self)
{
  return neg_tags_window_open (self->reading, self->pool, find_previous_cb, list_objects_cb, self, GTK_WINDOW (self));
}

void
_neg_main_window_show_tags (NegMainWindow *self)
{
  if (self->pool != NULL)
    gtk_window_present (open_tags (self));
}

void
_neg_main_window_show_difference (NegMainWindow *self)
{
  GtkWindow *window;

  if (self->pool == NULL)
    return;
  window = open_tags (self);
  gtk_window_present (window);
  neg_tags_window_compare_previous (window);
}
