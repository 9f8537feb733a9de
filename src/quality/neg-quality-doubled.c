/* The same image twice: under one UID, at the same place and time with the same number, or with the same pixels; a series that is
 * there twice; and one UID for different pixels. */
#include "config.h"

#include "quality/neg-quality-private.h"

#include <glib/gi18n.h>
#include <string.h>

/* Of the images of a series, so many are in another one, too, when it is the same series. */
#define SAME_SERIES_SHARE 0.9

static const char *
get_digest (const NegQualityObject *object)
{
  return object->pixels != NULL ? object->pixels->digest : "";
}

/* Black images are the same everywhere. */
static gboolean
has_content (const NegQualityObject *object)
{
  return object->pixels != NULL && object->pixels->minimum < object->pixels->maximum;
}

/* --- one UID --- */

static void
report_reused (NegQualityRun *run, GPtrArray *objects)
{
  NegFinding *finding;

  if (objects->len == 0)
    return;
  finding = neg_quality_report (run, NEG_CHECK_UID_REUSED, NEG_SEVERITY_ERROR, objects,
                                g_strdup_printf (ngettext ("%u image under a UID that other pixels had before",
                                                           "%u images under UIDs that other pixels had before", objects->len),
                                                 objects->len),
                                g_strdup (_ ("a UID of its own for each image")),
                                _ ("Archives keep one of the two, and nobody knows which."));
  neg_quality_mend (finding, NEG_ACTION_REJECT, neg_quality_join_sop_uids (objects));
}

/* A person has to say which of the two is right: a correction that was made by eye is found wrong by no other check. */
static void
report_returned (NegQualityRun *run, GPtrArray *objects)
{
  if (objects->len > 0)
    neg_quality_report (run, NEG_CHECK_UID_REUSED, NEG_SEVERITY_ERROR, objects,
                        g_strdup_printf (ngettext ("%u image was sent again, otherwise, after it had been corrected",
                                                   "%u images were sent again, otherwise, after they had been corrected",
                                                   objects->len),
                                         objects->len),
                        g_strdup (_ ("what the correction had made of it")),
                        _ ("Whoever sent it may not know of the correction."));
}

static void
check_reused (NegQualityRun *run)
{
  g_autoptr (GPtrArray) reused = g_ptr_array_new (), returned = g_ptr_array_new ();

  for (guint i = 0; i < run->objects->len; i++) {
    NegQualityObject *object = run->objects->pdata[i];

    if (object->replaced_digest != NULL && *object->replaced_digest != '\0' && *get_digest (object) != '\0'
        && !g_str_equal (object->replaced_digest, get_digest (object)))
      g_ptr_array_add (reused, object);
    if (object->is_returned)
      g_ptr_array_add (returned, object);
  }
  report_reused (run, reused);
  report_returned (run, returned);
}

/* What has the UID of another one cannot be put aside by it, and an archive keeps one anyway. */
static void
report_doubled (NegQualityRun *run, GPtrArray *objects, gboolean has_own_uids, char *found)
{
  NegFinding *finding;

  if (objects->len == 0) {
    g_free (found);
    return;
  }
  finding
      = neg_quality_report (run, NEG_CHECK_IMAGES_DOUBLED, NEG_SEVERITY_WARNING, objects, found, g_strdup (_ ("each image once")),
                            _ ("Scrolling stumbles, and volumes of doubled slices are wrong."));
  if (has_own_uids)
    neg_quality_mend (finding, NEG_ACTION_DROP, neg_quality_join_sop_uids (objects));
}

/* What has the same key as an earlier one: that it is different says nothing. @first: key to the first object. */
static GPtrArray *
list_later (GPtrArray *objects, char *(*dup_key) (const NegQualityObject *), GHashTable *first)
{
  GPtrArray *later = g_ptr_array_new ();

  for (guint i = 0; i < objects->len; i++) {
    char *key = dup_key (objects->pdata[i]);

    if (key == NULL)
      continue;
    if (g_hash_table_contains (first, key)) {
      g_ptr_array_add (later, objects->pdata[i]);
      g_free (key);
    } else {
      g_hash_table_insert (first, key, objects->pdata[i]);
    }
  }
  return later;
}

static char *
dup_uid_key (const NegQualityObject *object)
{
  const char *uid = neg_quality_get (object, NEG_RECORD_SOP_INSTANCE_UID);

  return *uid != '\0' ? g_strdup (uid) : NULL;
}

static GHashTable *
new_table (void)
{
  return g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
}

/* Two files of one UID, which an archive cannot hold and a folder can. */
static void
check_same_uid (NegQualityRun *run)
{
  g_autoptr (GHashTable) first = new_table ();
  g_autoptr (GPtrArray) later = list_later (run->objects, dup_uid_key, first);
  g_autoptr (GPtrArray) same = g_ptr_array_new ();
  g_autoptr (GPtrArray) reused = g_ptr_array_new ();

  for (guint i = 0; i < later->len; i++) {
    NegQualityObject *object = later->pdata[i];
    const NegQualityObject *before = g_hash_table_lookup (first, neg_quality_get (object, NEG_RECORD_SOP_INSTANCE_UID));

    if (*get_digest (object) != '\0' && *get_digest (before) != '\0' && !g_str_equal (get_digest (object), get_digest (before)))
      g_ptr_array_add (reused, object);
    else
      g_ptr_array_add (same, object);
  }
  report_reused (run, reused);
  report_doubled (
      run, same, FALSE,
      g_strdup_printf (ngettext ("%u file with the UID of another one", "%u files with the UIDs of others", same->len), same->len));
}

/* --- place, time and number --- */

static const NegRecordField place_fields[] = {
  NEG_RECORD_MODALITY,         NEG_RECORD_INSTANCE_NUMBER,  NEG_RECORD_IMAGE_POSITION,  NEG_RECORD_IMAGE_ORIENTATION,
  NEG_RECORD_ACQUISITION_DATE, NEG_RECORD_ACQUISITION_TIME, NEG_RECORD_ACQUISITION_DATETIME, NEG_RECORD_CONTENT_TIME,
  NEG_RECORD_IMAGE_TYPE,       NEG_RECORD_ROWS,             NEG_RECORD_COLUMNS,         NEG_RECORD_FRAMES,
  NEG_RECORD_TEMPORAL_POSITION, NEG_RECORD_ACQUISITION_NUMBER, NEG_RECORD_SERIES_DESCRIPTION, NEG_RECORD_PROTOCOL,
};

/* NULL: it does not say enough to be told from others. */
static char *
dup_place_key (const NegQualityObject *object)
{
  GString *key;
  gboolean has_place = *neg_quality_get (object, NEG_RECORD_IMAGE_POSITION) != '\0';
  gboolean has_time = *neg_quality_get (object, NEG_RECORD_ACQUISITION_TIME) != '\0'
                      || *neg_quality_get (object, NEG_RECORD_ACQUISITION_DATETIME) != '\0';

  if (!neg_quality_is_image (object) || *neg_quality_get (object, NEG_RECORD_INSTANCE_NUMBER) == '\0' || !has_place || !has_time
      || *neg_quality_get (object, NEG_RECORD_CONTENT_TIME) == '\0')
    return NULL;
  key = g_string_new (NULL);
  for (guint i = 0; i < G_N_ELEMENTS (place_fields); i++)
    g_string_append_c (g_string_append (key, neg_quality_get (object, place_fields[i])), '\n');
  return g_string_free (key, FALSE);
}

static char *
dup_digest_key (const NegQualityObject *object)
{
  return *get_digest (object) != '\0' && has_content (object) ? g_strdup (get_digest (object)) : NULL;
}

/* Those of @later whose series is in another one with nearly all of its images. */
static gboolean
is_series_twice (const NegQualityRun *run, GPtrArray *later, const char *series_uid)
{
  guint n = 0;

  for (guint i = 0; i < later->len; i++)
    n += g_str_equal (neg_quality_get (later->pdata[i], NEG_RECORD_SERIES_UID), series_uid);
  for (guint i = 0; i < run->series->len; i++) {
    const NegQualitySeries *series = run->series->pdata[i];

    if (g_str_equal (series->uid, series_uid))
      return n >= SAME_SERIES_SHARE * series->objects->len;
  }
  return FALSE;
}

static void
check_same (NegQualityRun *run, char *(*dup_key) (const NegQualityObject *), GHashTable *reported)
{
  g_autoptr (GHashTable) first = new_table ();
  g_autoptr (GPtrArray) later = list_later (run->objects, dup_key, first);
  g_autoptr (GHashTable) groups = neg_quality_group (later, NEG_RECORD_SERIES_UID, TRUE);
  g_autoptr (GList) uids = g_list_sort (g_hash_table_get_keys (groups), (GCompareFunc) strcmp);

  for (GList *at = uids; at != NULL; at = at->next) {
    g_autoptr (GPtrArray) fresh = g_ptr_array_new ();
    GPtrArray *group = g_hash_table_lookup (groups, at->data);

    for (guint i = 0; i < group->len; i++)
      if (g_hash_table_add (reported, group->pdata[i]))
        g_ptr_array_add (fresh, group->pdata[i]);
    if (fresh->len == 0)
      continue;
    if (is_series_twice (run, later, at->data)) {
      g_autofree char *name = neg_quality_dup_series_names (fresh);

      report_doubled (run, fresh, TRUE, g_strdup_printf (_ ("series %s is there twice"), name));
    } else {
      report_doubled (run, fresh, TRUE,
                      g_strdup_printf (ngettext ("%u image is there twice", "%u images are there twice", fresh->len), fresh->len));
    }
  }
}

void
neg_quality_check_doubled (NegQualityRun *run)
{
  g_autoptr (GHashTable) reported = g_hash_table_new (NULL, NULL);
  g_autoptr (GHashTable) first = new_table ();
  g_autoptr (GPtrArray) later = list_later (run->objects, dup_uid_key, first);

  check_reused (run);
  check_same_uid (run);
  for (guint i = 0; i < later->len; i++)
    g_hash_table_add (reported, later->pdata[i]);
  check_same (run, dup_place_key, reported);
  check_same (run, dup_digest_key, reported);
}
