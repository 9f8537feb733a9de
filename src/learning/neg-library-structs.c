#include "config.h"

#include "learning/neg-library-private.h"

#include <string.h>

NegRefusal *
neg_refusal_new (const char *what, const char *why, const char *id)
{
  NegRefusal *refusal = g_new0 (NegRefusal, 1);

  refusal->what = g_strdup (what);
  refusal->why = g_strdup (why);
  refusal->id = g_strdup (id != NULL ? id : "");
  return refusal;
}

void
neg_refusal_free (NegRefusal *refusal)
{
  g_free (refusal->what);
  g_free (refusal->why);
  g_free (refusal->id);
  g_free (refusal);
}

void
_neg_library_file_free (gpointer data)
{
  NegLibraryFile *file = data;

  g_free (file->language);
  g_free (file->name);
  g_free (file->called);
  g_free (file->path);
  g_free (file->sha256);
  g_free (file);
}

static GHashTable *
make_words (void)
{
  return g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
}

static GPtrArray *
make_files (void)
{
  return g_ptr_array_new_with_free_func (_neg_library_file_free);
}

NegTopic *
_neg_topic_new (void)
{
  NegTopic *topic = g_new0 (NegTopic, 1);

  topic->title = make_words ();
  topic->summary = make_words ();
  topic->captions = make_files ();
  topic->chapters = make_files ();
  topic->texts = make_files ();
  topic->pictures = make_files ();
  return topic;
}

void
_neg_topic_free (gpointer data)
{
  NegTopic *topic = data;

  g_free (topic->id);
  g_hash_table_unref (topic->title);
  g_hash_table_unref (topic->summary);
  g_strfreev (topic->roles);
  g_free (topic->made_by);
  if (topic->video != NULL)
    _neg_library_file_free (topic->video);
  g_ptr_array_unref (topic->captions);
  g_ptr_array_unref (topic->chapters);
  g_ptr_array_unref (topic->texts);
  g_ptr_array_unref (topic->pictures);
  g_free (topic->json);
  g_free (topic);
}

static NegLibraryFile *
copy_file (const NegLibraryFile *file)
{
  NegLibraryFile *copy = g_memdup2 (file, sizeof *file);

  copy->language = g_strdup (file->language);
  copy->name = g_strdup (file->name);
  copy->called = g_strdup (file->called);
  copy->path = g_strdup (file->path);
  copy->sha256 = g_strdup (file->sha256);
  return copy;
}

static void
copy_files (GPtrArray *target, const GPtrArray *source)
{
  for (guint i = 0; i < source->len; i++)
    g_ptr_array_add (target, copy_file (source->pdata[i]));
}

static void
copy_words (GHashTable *target, GHashTable *source)
{
  GHashTableIter iter;
  gpointer language, text;

  g_hash_table_iter_init (&iter, source);
  while (g_hash_table_iter_next (&iter, &language, &text))
    g_hash_table_insert (target, g_strdup (language), g_strdup (text));
}

NegTopic *
_neg_topic_copy (const NegTopic *topic)
{
  NegTopic *copy = _neg_topic_new ();

  copy->id = g_strdup (topic->id);
  copy->revision = topic->revision;
  copy_words (copy->title, topic->title);
  copy_words (copy->summary, topic->summary);
  copy->roles = g_strdupv (topic->roles);
  copy->made_by = g_strdup (topic->made_by);
  copy->made_us = topic->made_us;
  copy->is_withdrawn = topic->is_withdrawn;
  copy->is_builtin = topic->is_builtin;
  copy->video = topic->video != NULL ? copy_file (topic->video) : NULL;
  copy_files (copy->captions, topic->captions);
  copy_files (copy->chapters, topic->chapters);
  copy_files (copy->texts, topic->texts);
  copy_files (copy->pictures, topic->pictures);
  copy->json = g_strdup (topic->json);
  return copy;
}

void
_neg_announcement_free (gpointer data)
{
  NegAnnouncement *announcement = data;

  g_free (announcement->id);
  g_hash_table_unref (announcement->title);
  g_hash_table_unref (announcement->text);
  g_strfreev (announcement->roles);
  g_strfreev (announcement->groups);
  g_free (announcement->contact);
  g_free (announcement->json);
  g_free (announcement);
}

void
neg_contact_free (NegContact *contact)
{
  g_free (contact->role);
  g_free (contact->name);
  g_free (contact->phone);
  g_free (contact->hours);
  g_free (contact);
}

void
_neg_feature_free (gpointer data)
{
  NegFeature *feature = data;

  g_free (feature->name);
  g_strfreev (feature->groups);
  g_free (feature);
}

NegLibrary *
_neg_library_new (void)
{
  NegLibrary *library = g_new0 (NegLibrary, 1);

  library->references = 1;
  library->topics = g_ptr_array_new_with_free_func (_neg_topic_free);
  library->announcements = g_ptr_array_new_with_free_func (_neg_announcement_free);
  library->contacts = g_ptr_array_new_with_free_func ((GDestroyNotify) neg_contact_free);
  library->features = g_ptr_array_new_with_free_func (_neg_feature_free);
  library->refused = g_ptr_array_new_with_free_func ((GDestroyNotify) neg_refusal_free);
  return library;
}

NegLibrary *
neg_library_ref (NegLibrary *library)
{
  g_atomic_int_inc (&library->references);
  return library;
}

void
neg_library_unref (NegLibrary *library)
{
  if (library == NULL || !g_atomic_int_dec_and_test (&library->references))
    return;
  g_ptr_array_unref (library->topics);
  g_ptr_array_unref (library->announcements);
  g_ptr_array_unref (library->contacts);
  g_ptr_array_unref (library->features);
  g_ptr_array_unref (library->refused);
  g_free (library);
}

const NegTopic *
neg_library_find_topic (const NegLibrary *library, const char *id)
{
  for (guint i = 0; i < library->topics->len; i++) {
    const NegTopic *topic = library->topics->pdata[i];

    if (strcmp (topic->id, id) == 0)
      return topic;
  }
  return NULL;
}

gboolean
neg_library_is_feature_on (const NegLibrary *library, const char *name, const char *const *groups, gint64 now_us)
{
  for (guint i = 0; i < library->features->len; i++) {
    const NegFeature *feature = library->features->pdata[i];

    if (strcmp (feature->name, name) != 0)
      continue;
    if (feature->from_us != 0 && now_us >= feature->from_us)
      return TRUE;
    for (guint j = 0; feature->groups[j] != NULL; j++)
      if (g_strv_contains (groups, feature->groups[j]))
        return TRUE;
    return FALSE;
  }
  return TRUE;
}

/* --- languages --- */

/* Of "de_AT.UTF-8": "de-AT", then "de". */
static int
match_language (const char *language, const char *const *languages)
{
  for (int i = 0; languages[i] != NULL; i++) {
    g_autofree char *name = g_strdup (languages[i]);

    name[strcspn (name, ".@")] = '\0';
    g_strdelimit (name, "_", '-');
    if (g_ascii_strcasecmp (name, language) == 0)
      return i;
  }
  return strcmp (language, "en") == 0 ? G_MAXINT - 1 : G_MAXINT;
}

/* -1 stays for none; of equals the first by name, so that it is always the same one. */
static gboolean
is_better (const char *language, const char *best, const char *const *languages)
{
  const int rank = match_language (language, languages);
  const int best_rank = best != NULL ? match_language (best, languages) : 0;

  return best == NULL || rank < best_rank || (rank == best_rank && strcmp (language, best) < 0);
}

const char *
neg_library_choose_words (GHashTable *words, const char *const *languages)
{
  const char *best = NULL;
  GHashTableIter iter;
  gpointer language;

  g_hash_table_iter_init (&iter, words);
  while (g_hash_table_iter_next (&iter, &language, NULL))
    if (is_better (language, best, languages))
      best = language;
  return best != NULL ? g_hash_table_lookup (words, best) : "";
}

const NegLibraryFile *
neg_library_choose_file (GPtrArray *files, const char *const *languages)
{
  const NegLibraryFile *best = NULL;

  for (guint i = 0; i < files->len; i++) {
    const NegLibraryFile *file = files->pdata[i];

    if (file->path != NULL && is_better (file->language, best != NULL ? best->language : NULL, languages))
      best = file;
  }
  return best;
}

GPtrArray *
neg_topic_list_files (const NegTopic *topic)
{
  const GPtrArray *const lists[] = { topic->captions, topic->chapters, topic->texts, topic->pictures };
  GPtrArray *files = g_ptr_array_new ();

  if (topic->video != NULL)
    g_ptr_array_add (files, topic->video);
  for (guint i = 0; i < G_N_ELEMENTS (lists); i++)
    for (guint j = 0; j < lists[i]->len; j++)
      g_ptr_array_add (files, lists[i]->pdata[j]);
  return files;
}
