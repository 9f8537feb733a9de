#include "config.h"

#include "reading/neg-cover.h"

#include <string.h>

#include "model/neg-fiction.h"

/* Classes whose images come from a scanner or a detector without drawing on them (PS3.4 Table B.5-1). */
static const char *const plain_classes[] = {
  "1.2.840.10008.5.1.4.1.1.1",       /* CR */
  "1.2.840.10008.5.1.4.1.1.1.1",     /* DX */
  "1.2.840.10008.5.1.4.1.1.1.1.1",   /* DX, for processing */
  "1.2.840.10008.5.1.4.1.1.1.2",     /* MG */
  "1.2.840.10008.5.1.4.1.1.1.2.1",
  "1.2.840.10008.5.1.4.1.1.1.3",     /* IO */
  "1.2.840.10008.5.1.4.1.1.1.3.1",
  "1.2.840.10008.5.1.4.1.1.2",       /* CT */
  "1.2.840.10008.5.1.4.1.1.2.1",
  "1.2.840.10008.5.1.4.1.1.2.2",
  "1.2.840.10008.5.1.4.1.1.4",       /* MR */
  "1.2.840.10008.5.1.4.1.1.4.1",
  "1.2.840.10008.5.1.4.1.1.4.4",
  "1.2.840.10008.5.1.4.1.1.13.1.3",  /* breast tomosynthesis */
  "1.2.840.10008.5.1.4.1.1.20",      /* NM */
  "1.2.840.10008.5.1.4.1.1.128",     /* PT */
  "1.2.840.10008.5.1.4.1.1.128.1",
  "1.2.840.10008.5.1.4.1.1.130",
};

typedef struct {
  guint n;
  NegCoverBox boxes[NEG_COVER_BOXES_MAX];
} Confirmed;

static GHashTable *confirmed; /* series and size to Confirmed; for this run only */

static gboolean
is_plain_class (const char *uid)
{
  for (guint i = 0; i < G_N_ELEMENTS (plain_classes); i++)
    if (g_strcmp0 (uid, plain_classes[i]) == 0)
      return TRUE;
  return FALSE;
}

/* Invented already: whoever made the department has drawn no names into its images. */
static gboolean
is_invented (const NegInstance *instance)
{
  return instance->patient_name != NULL && instance->patient_id != NULL
         && neg_fiction_passes (NEG_TEXT_NAME, instance->patient_name) && neg_fiction_passes (NEG_TEXT_ID, instance->patient_id);
}

gboolean
neg_cover_may_hold_text (const NegInstance *instance)
{
  if (is_invented (instance))
    return FALSE;
  /* A picture of a screen has colours, or says that it is secondary, whatever its class. */
  return instance->burned_in_annotation || !is_plain_class (instance->sop_class_uid) || instance->samples > 1
         || (instance->image_type != NULL
             && (strstr (instance->image_type, "SCREEN") != NULL || strstr (instance->image_type, "\\SECONDARY") != NULL
                 || strstr (instance->image_type, "OTHER") != NULL));
}

static char *
dup_key (const NegInstance *instance)
{
  return g_strdup_printf ("%s %ux%u", instance->series_uid != NULL ? instance->series_uid : "", instance->columns,
                          instance->rows);
}

static Confirmed *
look_up (const NegInstance *instance)
{
  g_autofree char *key = dup_key (instance);

  return confirmed != NULL && instance->series_uid != NULL ? g_hash_table_lookup (confirmed, key) : NULL;
}

NegCoverExtent
neg_cover_get (const NegInstance *instance, const NegCoverBox **boxes, guint *n)
{
  Confirmed *said = NULL;
  NegCoverExtent cover = NEG_COVER_NONE;

  if (neg_fiction_is_on () && neg_cover_may_hold_text (instance)) {
    said = look_up (instance);
    cover = said != NULL ? NEG_COVER_BOXES : NEG_COVER_ALL;
  }
  if (boxes != NULL)
    *boxes = said != NULL ? said->boxes : NULL;
  if (n != NULL)
    *n = said != NULL ? said->n : 0;
  return cover;
}

G_STATIC_ASSERT (sizeof (NegCoverBox) == 4 * sizeof (double));

NegLayers *
neg_cover_new_layers (const NegInstance *instance, guint32 frame, const NegPresentation *presentation)
{
  const NegCoverBox *boxes;
  guint n;

  neg_cover_get (instance, &boxes, &n);
  return neg_layers_new_covering (instance, frame, presentation, (const double (*)[4]) boxes, n);
}

gboolean
neg_cover_hides_series (NegSeries *series)
{
  const NegInstance *before = NULL;

  for (guint i = 0; neg_fiction_is_on () && i < neg_series_get_n_frames (series); i++) {
    const NegInstance *instance = neg_series_get_frame (series, i)->instance;

    if (instance != before && (neg_cover_may_hold_text (instance) || instance->n_overlays > 0))
      return TRUE;
    before = instance;
  }
  return FALSE;
}

gboolean
neg_cover_hides_volumes (NegVolumeReading *volumes)
{
  NegSeries *fused = neg_volume_reading_get_fused (volumes);

  return neg_cover_hides_series (neg_volume_reading_get_series (volumes)) || (fused != NULL && neg_cover_hides_series (fused));
}

/* What lies outside of the image covers nothing. */
static gboolean
cut_box (const NegInstance *instance, const NegCoverBox *box, NegCoverBox *cut)
{
  double left = CLAMP (box->x, 0, instance->columns), top = CLAMP (box->y, 0, instance->rows);
  double right = CLAMP (box->x + box->width, 0, instance->columns);
  double bottom = CLAMP (box->y + box->height, 0, instance->rows);

  *cut = (NegCoverBox){ left, top, right - left, bottom - top };
  return cut->width > 0 && cut->height > 0;
}

void
neg_cover_confirm (const NegInstance *instance, const NegCoverBox *boxes, guint n)
{
  Confirmed *said;

  g_return_if_fail (n <= NEG_COVER_BOXES_MAX);

  if (instance->series_uid == NULL)
    return;
  said = g_new0 (Confirmed, 1);
  for (guint i = 0; i < n; i++)
    if (cut_box (instance, &boxes[i], &said->boxes[said->n]))
      said->n++;
  if (confirmed == NULL)
    confirmed = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  g_hash_table_replace (confirmed, dup_key (instance), said);
}

void
neg_cover_take_back (const NegInstance *instance)
{
  g_autofree char *key = dup_key (instance);

  if (confirmed != NULL)
    g_hash_table_remove (confirmed, key);
}

const NegCoverBox *
neg_cover_get_confirmed (const NegInstance *instance, guint *n)
{
  Confirmed *said = look_up (instance);

  *n = said != NULL ? said->n : 0;
  return said != NULL ? said->boxes : NULL;
}
