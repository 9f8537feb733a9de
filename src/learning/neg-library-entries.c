#include "config.h"

#include "learning/neg-library-private.h"

#include <string.h>

#include "base/neg-error.h"
#include "learning/neg-markdown.h"

#define ID_BYTES_MAX 80
#define NAME_BYTES_MAX 120
#define TITLE_BYTES_MAX 300
#define SUMMARY_BYTES_MAX 2000
#define TEXT_BYTES_MAX 20000
#define PERSON_BYTES_MAX 200
#define LANGUAGES_MAX 40
#define LIST_MAX 50
#define PICTURES_MAX 100

gboolean
neg_library_is_id (const char *text)
{
  if (!g_ascii_islower (*text) && !g_ascii_isdigit (*text))
    return FALSE;
  for (const char *at = text; *at != '\0'; at++)
    if (!g_ascii_islower (*at) && !g_ascii_isdigit (*at) && strchr ("._-", *at) == NULL)
      return FALSE;
  return strlen (text) <= ID_BYTES_MAX;
}

/* A part of BCP 47: "en", "pt-BR". */
static gboolean
is_language (const char *text)
{
  gsize n = 0;

  while (g_ascii_islower (text[n]))
    n++;
  if (n < 2 || n > 3 || (text[n] != '\0' && text[n] != '-'))
    return FALSE;
  if (text[n] == '\0')
    return TRUE;
  for (n++; text[n] != '\0'; n++)
    if (!g_ascii_isalnum (text[n]) && text[n] != '-')
      return FALSE;
  return n <= 12 && text[n - 1] != '-';
}

/* In the folder or in one folder below; nothing hidden, nothing above. */
static gboolean
is_file_name (const char *text)
{
  g_auto (GStrv) parts = g_strsplit (text, "/", 3);
  const guint n = g_strv_length (parts);

  if (n == 0 || n > 2 || strlen (text) > NAME_BYTES_MAX)
    return FALSE;
  for (guint i = 0; i < n; i++) {
    if (*parts[i] == '\0' || *parts[i] == '.' || *parts[i] == '-')
      return FALSE;
    for (const char *at = parts[i]; *at != '\0'; at++)
      if (!g_ascii_isalnum (*at) && strchr ("._-", *at) == NULL)
        return FALSE;
  }
  return TRUE;
}

static gboolean
is_sha256 (const char *text)
{
  for (guint i = 0; i < 64; i++)
    if (!g_ascii_isdigit (text[i]) && (text[i] < 'a' || text[i] > 'f'))
      return FALSE;
  return text[64] == '\0';
}

/* --- values --- */

static gboolean
read_id (JsonObject *object, char **id, GError **error)
{
  const char *text;

  if (!neg_json_read_text (object, "id", TRUE, ID_BYTES_MAX, &text, error))
    return FALSE;
  if (!neg_library_is_id (text))
    return neg_fail (error, NEG_ERROR_INCONSISTENT, "id", "an id has letters a to z, digits, “.”, “_” and “-”");
  *id = g_strdup (text);
  return TRUE;
}

static gboolean
dup_text (JsonObject *object, const char *name, gsize bytes_max, char **value, GError **error)
{
  const char *text;

  if (!neg_json_read_text (object, name, FALSE, bytes_max, &text, error))
    return FALSE;
  *value = g_strdup (text);
  return TRUE;
}

/* {"en": "...", "de": "..."} */
static gboolean
read_words (JsonObject *object, const char *name, gboolean is_needed, gsize bytes_max, GHashTable *words, GError **error)
{
  g_autoptr (GList) languages = NULL;
  JsonObject *texts;

  if (!neg_json_read_object (object, name, &texts, error))
    return FALSE;
  languages = texts != NULL ? json_object_get_members (texts) : NULL;
  if (g_list_length (languages) > LANGUAGES_MAX)
    return neg_fail (error, NEG_ERROR_SIZE_OVERFLOW, name, "“%s” has more than %u languages", name, LANGUAGES_MAX);
  for (GList *l = languages; l != NULL; l = l->next) {
    const char *text;

    if (!is_language (l->data))
      return neg_fail (error, NEG_ERROR_INCONSISTENT, name, "“%s” names something that is no language", name);
    if (!neg_json_read_text (texts, l->data, TRUE, bytes_max, &text, error))
      return FALSE;
    g_hash_table_insert (words, g_strdup (l->data), g_strdup (text));
  }
  return !is_needed || languages != NULL || neg_fail (error, NEG_ERROR_INCONSISTENT, name, "“%s” is missing", name);
}

static gboolean
read_list (JsonObject *object, const char *name, char ***list, GError **error)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  JsonArray *array;

  if (!neg_json_read_array (object, name, LIST_MAX, &array, error))
    return FALSE;
  for (guint i = 0; array != NULL && i < json_array_get_length (array); i++) {
    JsonNode *node = json_array_get_element (array, i);
    const char *text = JSON_NODE_HOLDS_VALUE (node) ? json_node_get_string (node) : NULL;

    if (text == NULL || *text == '\0' || strlen (text) > ID_BYTES_MAX || !g_utf8_validate (text, -1, NULL)
        || strpbrk (text, "\n\r\t") != NULL)
      return neg_fail (error, NEG_ERROR_INCONSISTENT, name, "“%s” is not a list of names", name);
    g_strv_builder_add (builder, text);
  }
  *list = g_strv_builder_end (builder);
  return TRUE;
}

/* --- files --- */

static const char *const video_endings[] = { ".webm", NULL };
static const char *const caption_endings[] = { ".vtt", NULL };
static const char *const text_endings[] = { ".md", NULL };
static const char *const picture_endings[] = { ".png", NULL };

static gboolean
check_file (const char *name, const char *sha256, const char *const *endings, GError **error)
{
  gboolean is_known = FALSE;

  if (!is_file_name (name))
    return neg_fail (error, NEG_ERROR_REFUSED, "file", "the name of a file leads out of the library or has other characters than letters, digits, “.”, “_” and “-”");
  for (guint i = 0; endings[i] != NULL; i++)
    is_known = is_known || g_str_has_suffix (name, endings[i]);
  if (!is_known)
    return neg_fail (error, NEG_ERROR_REFUSED, "file", "the file %s does not end in %s", name, endings[0]);
  return is_sha256 (sha256) || neg_fail (error, NEG_ERROR_INCONSISTENT, "sha256", "the file %s has no SHA-256 of 64 digits", name);
}

static NegLibraryFile *
read_file (JsonObject *object, gboolean has_language, const char *const *endings, GError **error)
{
  const char *name, *called, *sha256, *language = "";
  NegLibraryFile *file;

  if (!neg_json_read_text (object, "file", TRUE, NAME_BYTES_MAX, &name, error)
      || !neg_json_read_text (object, "name", FALSE, NAME_BYTES_MAX, &called, error)
      || !neg_json_read_text (object, "sha256", TRUE, 64, &sha256, error) || !check_file (name, sha256, endings, error)
      || (has_language && !neg_json_read_text (object, "language", TRUE, 16, &language, error)))
    return NULL;
  if (has_language && !is_language (language)) {
    neg_fail (error, NEG_ERROR_INCONSISTENT, "language", "“language” of the file %s is no language", name);
    return NULL;
  }
  file = g_new0 (NegLibraryFile, 1);
  file->language = g_strdup (language);
  file->name = g_strdup (name);
  file->called = *called != '\0' ? g_strdup (called) : g_path_get_basename (name);
  file->sha256 = g_strdup (sha256);
  return file;
}

static gboolean
read_video (JsonObject *topic, NegLibraryFile **video, GError **error)
{
  JsonObject *object;
  gint64 bytes, duration_ms;

  if (!neg_json_read_object (topic, "video", &object, error))
    return FALSE;
  if (object == NULL)
    return TRUE;
  if (!neg_json_read_number (object, "bytes", TRUE, 1, NEG_LIBRARY_VIDEO_BYTES_MAX, &bytes, error)
      || !neg_json_read_number (object, "duration_ms", TRUE, 1, NEG_LIBRARY_DURATION_MS_MAX, &duration_ms, error))
    return FALSE;
  *video = read_file (object, FALSE, video_endings, error);
  if (*video == NULL)
    return FALSE;
  (*video)->bytes = (guint64) bytes;
  (*video)->duration_ms = (guint) duration_ms;
  return TRUE;
}

/* Two of one language (of pictures: of one name) would be one that nobody sees. */
static gboolean
is_there (GPtrArray *files, const NegLibraryFile *file, gboolean by_language)
{
  for (guint i = 0; i < files->len; i++) {
    const NegLibraryFile *other = files->pdata[i];

    if (strcmp (by_language ? other->language : other->name, by_language ? file->language : file->name) == 0)
      return TRUE;
  }
  return FALSE;
}

static gboolean
read_files (JsonObject *topic, const char *name, guint n_max, const char *const *endings, GPtrArray *files, GError **error)
{
  const gboolean by_language = endings != picture_endings;
  JsonArray *array;

  if (!neg_json_read_array (topic, name, n_max, &array, error))
    return FALSE;
  for (guint i = 0; array != NULL && i < json_array_get_length (array); i++) {
    JsonNode *node = json_array_get_element (array, i);
    NegLibraryFile *file;

    if (!JSON_NODE_HOLDS_OBJECT (node))
      return neg_fail (error, NEG_ERROR_INCONSISTENT, name, "“%s” is not a list of files", name);
    file = read_file (json_node_get_object (node), by_language, endings, error);
    if (file == NULL)
      return FALSE;
    if (is_there (files, file, by_language)) {
      neg_fail (error, NEG_ERROR_CONFLICT, name, "“%s” has two files for the same", name);
      _neg_library_file_free (file);
      return FALSE;
    }
    g_ptr_array_add (files, file);
  }
  return TRUE;
}

/* --- entries --- */

static gboolean
read_topic (JsonObject *object, NegTopic *topic, GError **error)
{
  JsonNode *withdrawn = json_object_get_member (object, "withdrawn");
  gint64 revision;

  if (!read_id (object, &topic->id, error) || !neg_json_read_number (object, "revision", FALSE, 1, G_MAXINT32, &revision, error))
    return FALSE;
  topic->revision = (guint) revision;
  if (withdrawn != NULL && json_node_get_value_type (withdrawn) != G_TYPE_BOOLEAN)
    return neg_fail (error, NEG_ERROR_INCONSISTENT, "withdrawn", "“withdrawn” is neither true nor false");
  topic->is_withdrawn = withdrawn != NULL && json_node_get_boolean (withdrawn);
  return read_words (object, "title", !topic->is_withdrawn, TITLE_BYTES_MAX, topic->title, error)
         && read_words (object, "summary", FALSE, SUMMARY_BYTES_MAX, topic->summary, error)
         && read_list (object, "roles", &topic->roles, error)
         && dup_text (object, "made_by", PERSON_BYTES_MAX, &topic->made_by, error)
         && neg_json_read_time (object, "made_at", FALSE, &topic->made_us, error)
         && read_video (object, &topic->video, error)
         && read_files (object, "captions", LANGUAGES_MAX, caption_endings, topic->captions, error)
         && read_files (object, "chapters", LANGUAGES_MAX, caption_endings, topic->chapters, error)
         && read_files (object, "text", LANGUAGES_MAX, text_endings, topic->texts, error)
         && read_files (object, "pictures", PICTURES_MAX, picture_endings, topic->pictures, error);
}

NegTopic *
_neg_topic_read (JsonObject *object, GError **error)
{
  NegTopic *topic = _neg_topic_new ();

  if (read_topic (object, topic, error)) {
    topic->json = neg_json_write (object);
    return topic;
  }
  _neg_topic_free (topic);
  return NULL;
}

static gboolean
check_texts (GHashTable *texts, GError **error)
{
  GHashTableIter iter;
  gpointer text;

  g_hash_table_iter_init (&iter, texts);
  while (g_hash_table_iter_next (&iter, NULL, &text))
    if (!neg_markdown_check (text, error))
      return FALSE;
  return TRUE;
}

static gboolean
read_announcement (JsonObject *object, NegAnnouncement *announcement, GError **error)
{
  if (!read_id (object, &announcement->id, error)
      || !read_words (object, "title", TRUE, TITLE_BYTES_MAX, announcement->title, error)
      || !read_words (object, "text", FALSE, TEXT_BYTES_MAX, announcement->text, error)
      || !check_texts (announcement->text, error)
      || !neg_json_read_time (object, "from", FALSE, &announcement->from_us, error)
      || !neg_json_read_time (object, "until", TRUE, &announcement->until_us, error)
      || !neg_json_read_time (object, "changes_at", FALSE, &announcement->changes_us, error)
      || !read_list (object, "roles", &announcement->roles, error)
      || !read_list (object, "groups", &announcement->groups, error)
      || !dup_text (object, "contact", ID_BYTES_MAX, &announcement->contact, error))
    return FALSE;
  return announcement->until_us == 0 || announcement->until_us > announcement->from_us
         || neg_fail (error, NEG_ERROR_INCONSISTENT, "until", "“until” is before “from”");
}

NegAnnouncement *
_neg_announcement_read (JsonObject *object, GError **error)
{
  NegAnnouncement *announcement = g_new0 (NegAnnouncement, 1);

  announcement->title = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  announcement->text = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  if (read_announcement (object, announcement, error)) {
    announcement->json = neg_json_write (object);
    return announcement;
  }
  _neg_announcement_free (announcement);
  return NULL;
}

NegContact *
_neg_contact_read (JsonObject *object, GError **error)
{
  NegContact *contact = g_new0 (NegContact, 1);

  if (dup_text (object, "role", PERSON_BYTES_MAX, &contact->role, error)
      && dup_text (object, "name", PERSON_BYTES_MAX, &contact->name, error)
      && dup_text (object, "phone", PERSON_BYTES_MAX, &contact->phone, error)
      && dup_text (object, "hours", PERSON_BYTES_MAX, &contact->hours, error)) {
    if (*contact->role != '\0' || *contact->name != '\0')
      return contact;
    neg_fail (error, NEG_ERROR_INCONSISTENT, "name", "a contact has neither a role nor a name");
  }
  neg_contact_free (contact);
  return NULL;
}

NegFeature *
_neg_feature_read (const char *name, JsonObject *object, GError **error)
{
  NegFeature *feature = g_new0 (NegFeature, 1);

  feature->name = g_strdup (name);
  if (!neg_library_is_id (name))
    neg_fail (error, NEG_ERROR_INCONSISTENT, "features", "the name of a feature has letters a to z, digits, “.”, “_” and “-”");
  else if (read_list (object, "groups", &feature->groups, error) && neg_json_read_time (object, "from", FALSE, &feature->from_us, error))
    return feature;
  _neg_feature_free (feature);
  return NULL;
}
