#include "config.h"

#include "pipeline/neg-loader-private.h"

NegLoaderBuild *
_neg_loader_build_new (NegLoaderJob *job)
{
  NegLoaderBuild *build = g_new0 (NegLoaderBuild, 1);

  build->job = _neg_loader_job_ref (job);
  build->instances = g_ptr_array_new_with_free_func ((GDestroyNotify) neg_instance_unref);
  build->blobs = g_ptr_array_new_with_free_func ((GDestroyNotify) neg_blob_unref);
  build->shown = g_ptr_array_new_with_free_func (g_object_unref);
  return build;
}

void
_neg_loader_build_free (NegLoaderBuild *build)
{
  if (build == NULL)
    return;
  g_ptr_array_unref (build->instances);
  g_ptr_array_unref (build->blobs);
  g_ptr_array_unref (build->shown);
  g_clear_pointer (&build->series, g_ptr_array_unref);
  _neg_loader_job_unref (build->job);
  g_free (build);
}

/* Of two with one key. */
static gboolean
same_series (NegSeries *a, NegSeries *b)
{
  guint n = neg_series_get_n_frames (a);

  if (n != neg_series_get_n_frames (b) || neg_series_get_kind (a) != neg_series_get_kind (b)
      || g_strcmp0 (neg_series_get_title (a), neg_series_get_title (b)) != 0
      || !g_strv_equal (neg_series_get_warnings (a), neg_series_get_warnings (b)))
    return FALSE;
  for (guint i = 0; i < n; i++) {
    const NegSeriesFrame *frame_a = neg_series_get_frame (a, i);
    const NegSeriesFrame *frame_b = neg_series_get_frame (b, i);

    if (frame_a->blob != frame_b->blob || frame_a->frame != frame_b->frame)
      return FALSE;
  }
  return TRUE;
}

/* What did not change stays the object that it was: a selection and a viewport hold on to it. */
static void
keep_shown (NegLoaderBuild *build)
{
  g_autoptr (GHashTable) shown = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; i < build->shown->len; i++) {
    NegSeries *series = g_ptr_array_index (build->shown, i);

    g_hash_table_insert (shown, (char *) neg_series_get_key (series), series);
  }
  for (guint i = 0; i < build->series->len; i++) {
    gpointer *built = &g_ptr_array_index (build->series, i);
    NegSeries *old = g_hash_table_lookup (shown, neg_series_get_key (*built));

    if (old == NULL || !same_series (old, *built))
      continue;
    g_object_unref (*built);
    *built = g_object_ref (old);
  }
}

static gboolean
built_cb (gpointer data)
{
  NegLoaderBuild *build = data;

  if (build->job->loader != NULL)
    _neg_loader_take_build (build->job->loader, build);
  else
    _neg_loader_build_free (build);
  return G_SOURCE_REMOVE;
}

void
_neg_loader_build_run (NegLoaderBuild *build)
{
  build->series = neg_series_build (build->instances, build->blobs);
  keep_shown (build);
}

static gpointer
build_thread (gpointer data)
{
  NegLoaderBuild *build = data;
  g_autoptr (GSource) source = g_idle_source_new ();

  _neg_loader_build_run (build);
  g_source_set_priority (source, NEG_LOADER_PRIORITY);
  g_source_set_callback (source, built_cb, build, NULL);
  g_source_attach (source, build->job->context);
  return NULL;
}

void
_neg_loader_build_start (NegLoaderBuild *build, GPtrArray *instances, GPtrArray *blobs)
{
  g_ptr_array_extend_and_steal (build->instances, instances);
  g_ptr_array_extend_and_steal (build->blobs, blobs);
  g_thread_unref (g_thread_new ("series", build_thread, build));
}

/* The set of its objects. */
static GHashTable *
collect (GPtrArray *series)
{
  GHashTable *set = g_hash_table_new (NULL, NULL);

  for (guint i = 0; i < series->len; i++)
    g_hash_table_add (set, g_ptr_array_index (series, i));
  return set;
}

static guint
count_others (GPtrArray *series, guint first, GHashTable *known)
{
  guint n = 0;

  while (first + n < series->len && !g_hash_table_contains (known, g_ptr_array_index (series, first + n)))
    n++;
  return n;
}

void
_neg_loader_build_show (NegLoaderBuild *build, GListStore *list)
{
  GPtrArray *old = build->shown, *new = build->series;
  g_autoptr (GHashTable) in_old = collect (old), in_new = collect (new);
  guint i = 0, j = 0; /* in old, in new */

  while (i < old->len || j < new->len) {
    guint n_removed = count_others (old, i, in_new), n_added = count_others (new, j, in_old);

    if (n_removed == 0 && n_added == 0 && i < old->len && g_ptr_array_index (old, i) == g_ptr_array_index (new, j)) {
      i++;
      j++;
      continue;
    }
    /* What stays stands in another order now: all that follows is set anew. */
    if (n_removed == 0 && n_added == 0) {
      n_removed = old->len - i;
      n_added = new->len - j;
    }
    g_list_store_splice (list, j, n_removed, new->pdata + j, n_added);
    i += n_removed;
    j += n_added;
  }
  g_ptr_array_unref (build->shown);
  build->shown = g_steal_pointer (&build->series);
}
