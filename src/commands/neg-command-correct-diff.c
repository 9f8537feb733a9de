/* What a correction has changed, element by element, as an engine reads both files. */
#include "config.h"

#include "commands/neg-command-correct-private.h"

#include <glib/gi18n.h>
#include <string.h>

#include "base/neg-error.h"
#include "base/neg-paths.h"

#define OBJECTS_MAX 10000u

/* --- the elements of a file --- */

typedef struct {
  GMutex lock;
  GCond cond;
  gboolean is_done;
  NegTags *tags;
  GError *error;
} Wait;

static void
item_cb (guint index, NegTags **tags, const GError *error, gpointer user_data)
{
  Wait *wait = user_data;

  if (error != NULL)
    wait->error = g_error_copy (error);
  else
    wait->tags = g_steal_pointer (tags);
}

static void
done_cb (gpointer user_data)
{
  Wait *wait = user_data;

  g_mutex_lock (&wait->lock);
  wait->is_done = TRUE;
  g_cond_signal (&wait->cond);
  g_mutex_unlock (&wait->lock);
}

static NegTags *
read_tags (NegEnginePool *pool, const char *path, GError **error)
{
  g_autoptr (NegBlob) blob = neg_blob_new_for_path (path);
  g_autoptr (NegRequest) request = NULL;
  Wait wait = { 0 };

  g_mutex_init (&wait.lock);
  g_cond_init (&wait.cond);
  request = neg_engine_pool_tags (pool, &blob, 1, NEG_PRIORITY_SCAN, item_cb, done_cb, &wait);
  g_mutex_lock (&wait.lock);
  while (!wait.is_done)
    g_cond_wait (&wait.cond, &wait.lock);
  g_mutex_unlock (&wait.lock);
  g_mutex_clear (&wait.lock);
  g_cond_clear (&wait.cond);
  if (wait.error != NULL)
    g_propagate_error (error, wait.error);
  return wait.tags;
}

/* --- by place --- */

typedef struct {
  char *place; /* "(0010,0020)" with what it is in before it */
  const NegTag *tag;
} Placed;

static void
placed_clear (gpointer data)
{
  g_free (((Placed *) data)->place);
}

/* Where each element is: "(0040,0275)[1].(0040,0007)". */
static GArray *
list_places (const NegTags *tags)
{
  GArray *all = g_array_new (FALSE, FALSE, sizeof (Placed));
  g_autoptr (GPtrArray) within = g_ptr_array_new_with_free_func (g_free);

  g_array_set_clear_func (all, placed_clear);
  for (guint i = 0; i < tags->tags->len; i++) {
    const NegTag *tag = &g_array_index (tags->tags, NegTag, i);
    const char *parent;
    char *place;

    g_ptr_array_set_size (within, MIN (within->len, tag->depth));
    parent = within->len > 0 ? within->pdata[within->len - 1] : "";
    if (tag->kind == NEG_TAG_KIND_ITEM) {
      place = g_strdup_printf ("%s[%u]", parent, tag->number);
    } else {
      Placed placed = { g_strdup_printf ("%s%s(%04X,%04X)", parent, *parent != '\0' ? "." : "", tag->tag >> 16,
                                         tag->tag & 0xFFFF),
                        tag };

      g_array_append_val (all, placed);
      place = g_strdup (placed.place);
    }
    g_ptr_array_add (within, place);
  }
  return all;
}

/* The value as text; of bytes and sequences that they are there, and how long. */
static char *
describe (const NegTag *tag)
{
  if (tag->kind == NEG_TAG_KIND_SEQUENCE)
    return g_strdup ("");
  if (*tag->value != '\0' || tag->length == 0)
    return g_strdup (tag->value);
  return g_strdup_printf (ngettext ("%u byte", "%u bytes", tag->length), tag->length);
}

typedef struct {
  JsonBuilder *builder;
  NegCommandTable *table;
  const char *sop_uid;
} Output;

static void
add_change (Output *output, const Placed *placed, const char *before, const char *after)
{
  const char *const cells[] = { output->sop_uid, placed->place, placed->tag->name, before, after };

  neg_command_table_add (output->table, cells);
  json_builder_begin_object (output->builder);
  neg_json_add_string (output->builder, "place", placed->place);
  neg_json_add_string (output->builder, "keyword", placed->tag->keyword);
  neg_json_add_string (output->builder, "name", placed->tag->name);
  neg_json_add_string (output->builder, "before", before);
  neg_json_add_string (output->builder, "after", after);
  json_builder_end_object (output->builder);
}

static GHashTable *
index_places (GArray *places)
{
  GHashTable *by_place = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; i < places->len; i++) {
    Placed *placed = &g_array_index (places, Placed, i);

    g_hash_table_insert (by_place, placed->place, placed);
  }
  return by_place;
}

/* In the order of the elements: those before, then those that were not there. */
static void
add_changes (Output *output, const NegTags *before, const NegTags *after)
{
  g_autoptr (GArray) old_places = list_places (before), new_places = list_places (after);
  g_autoptr (GHashTable) by_old = index_places (old_places), by_new = index_places (new_places);

  for (guint i = 0; i < old_places->len; i++) {
    const Placed *old = &g_array_index (old_places, Placed, i);
    const Placed *now = g_hash_table_lookup (by_new, old->place);
    g_autofree char *was = describe (old->tag);
    g_autofree char *is = now != NULL ? describe (now->tag) : NULL;

    if (g_strcmp0 (was, is) != 0)
      add_change (output, old, was, is);
  }
  for (guint i = 0; i < new_places->len; i++) {
    const Placed *now = &g_array_index (new_places, Placed, i);
    g_autofree char *is = describe (now->tag);

    if (!g_hash_table_contains (by_old, now->place))
      add_change (output, now, NULL, is);
  }
}

/* --- all objects --- */

static gboolean
compare (NegEnginePool *pool, const NegCorrectionObject *object, Output *output, GError **error)
{
  g_autoptr (NegTags) before = NULL;
  g_autoptr (NegTags) after = NULL;

  if (object->new_id == 0)
    return TRUE;
  if (object->old_path == NULL || object->new_path == NULL)
    return neg_fail (error, NEG_ERROR_NOT_FOUND, object->old_sop_uid, _ ("one of the versions is not here any more"));
  before = read_tags (pool, object->old_path, error);
  after = before != NULL ? read_tags (pool, object->new_path, error) : NULL;
  if (after == NULL)
    return FALSE;
  output->sop_uid = object->new_sop_uid;
  add_changes (output, before, after);
  return TRUE;
}

static gboolean
add_object (NegEnginePool *pool, const NegCorrectionObject *object, Output *output, GError **error)
{
  gboolean done;

  json_builder_begin_object (output->builder);
  neg_json_add_string (output->builder, "old_sop_uid", object->old_sop_uid);
  neg_json_add_string (output->builder, "new_sop_uid", object->new_id != 0 ? object->new_sop_uid : NULL);
  json_builder_set_member_name (output->builder, "changes");
  json_builder_begin_array (output->builder);
  done = compare (pool, object, output, error);
  json_builder_end_array (output->builder);
  json_builder_end_object (output->builder);
  return done;
}

int
_neg_command_correct_diff (const NegCommandPlace *place, NegDatabase *reader, gint64 id, gboolean json)
{
  const char *const headings[] = { _ ("Object"), _ ("Element"), _ ("Name"), _ ("Before"), _ ("After"), NULL };
  g_autofree char *data = neg_paths_dup_data_folder (place->home);
  g_autofree char *cache = neg_paths_dup_cache_folder (place->home);
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) objects = neg_corrections_list_objects (reader, data, cache, id, OBJECTS_MAX, &error);
  g_autoptr (NegEnginePool) pool = objects != NULL ? neg_engine_pool_new (NULL, &error) : NULL;
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autoptr (NegCommandTable) table = neg_command_table_new (headings);
  Output output = { builder, table, NULL };

  json_builder_begin_array (builder);
  for (guint i = 0; pool != NULL && error == NULL && i < objects->len; i++)
    add_object (pool, objects->pdata[i], &output, &error);
  if (error != NULL)
    return neg_command_fail ("correct", error);
  json_builder_end_array (builder);
  if (json)
    neg_json_print (builder);
  else
    neg_command_table_print (table);
  return NEG_EXIT_DONE;
}
