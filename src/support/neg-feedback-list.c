#include "config.h"

#include <string.h>

#include "base/neg-error.h"
#include "support/neg-feedback-private.h"

#define FOLDER "feedback"
#define FILES_MAX 100000
#define SUFFIX ".json"
#define ANSWER_SUFFIX ".answer.json"

/* The id is the file's name: what a file says of itself could name another's answer. */
static NegFeedbackItem *
read_one (const char *folder, const char *name, GError **error)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autofree char *id = g_strndup (name, strlen (name) - strlen (SUFFIX));
  g_autofree char *picture = g_strconcat (folder, "/", id, ".png", NULL);
  g_autofree char *answer_path = g_strconcat (folder, "/", id, ANSWER_SUFFIX, NULL);
  g_autofree char *answer = NULL;
  gsize length = 0;
  g_autofree char *json = _neg_support_read_file (path, _NEG_FEEDBACK_JSON_BYTES_MAX, &length, error);
  g_autoptr (NegFeedbackItem) item = json != NULL ? neg_feedback_item_parse (json, length, error) : NULL;

  if (item == NULL)
    return NULL;
  g_free (item->id);
  item->id = g_steal_pointer (&id);
  if (g_file_test (picture, G_FILE_TEST_IS_REGULAR))
    item->picture = g_steal_pointer (&picture);
  answer = _neg_support_read_file (answer_path, _NEG_FEEDBACK_JSON_BYTES_MAX, &length, NULL);
  item->answer = answer != NULL ? neg_feedback_answer_parse (answer, length, NULL) : NULL;
  return g_steal_pointer (&item);
}

static int
compare_items (gconstpointer a, gconstpointer b)
{
  const NegFeedbackItem *first = *(NegFeedbackItem *const *) a, *second = *(NegFeedbackItem *const *) b;

  if (first->at_us != second->at_us)
    return first->at_us < second->at_us ? -1 : 1;
  return strcmp (first->id, second->id);
}

static gboolean
is_item (const char *name)
{
  return g_str_has_suffix (name, SUFFIX) && !g_str_has_suffix (name, ANSWER_SUFFIX) && *name != '.'
         && strlen (name) > strlen (SUFFIX);
}

static void
read_folder (GDir *dir, const char *path, GPtrArray *items, GPtrArray *refused)
{
  const char *name;

  for (guint n = 0; n < FILES_MAX && (name = g_dir_read_name (dir)) != NULL; n++) {
    g_autoptr (GError) failure = NULL;
    NegFeedbackItem *item;

    if (!is_item (name))
      continue;
    item = read_one (path, name, &failure);
    if (item != NULL)
      g_ptr_array_add (items, item);
    else
      g_ptr_array_add (refused, neg_refusal_new (name, failure->message, ""));
  }
}

GPtrArray *
neg_feedback_list (const char *folder, GPtrArray **refused, GError **error)
{
  g_autoptr (GPtrArray) items = g_ptr_array_new_with_free_func ((GDestroyNotify) neg_feedback_item_free);
  g_autoptr (GPtrArray) left_out = g_ptr_array_new_with_free_func ((GDestroyNotify) neg_refusal_free);
  g_autofree char *path = g_build_filename (folder, FOLDER, NULL);
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);

  if (dir == NULL && !g_file_test (folder, G_FILE_TEST_IS_DIR)) {
    neg_fail (error, NEG_ERROR_NOT_FOUND, folder, "the folder %s is not there", folder);
    return NULL;
  }
  if (dir != NULL)
    read_folder (dir, path, items, left_out);
  g_ptr_array_sort (items, compare_items);
  if (refused != NULL)
    *refused = g_steal_pointer (&left_out);
  return g_steal_pointer (&items);
}
