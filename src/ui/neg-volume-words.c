#include "config.h"

#include "ui/neg-volume-words.h"

#include <glib/gi18n-lib.h>

#include "reading/neg-plane-caption.h"
#include "ui/neg-words.h"

/* What neg_volume_check() and neg_volume_new() say, to be translated. */
static const char *const sentences[] = {
  N_ ("There are fewer than two slices"),
  N_ ("There are too many slices"),
  N_ ("The slices have a size that cannot be"),
  N_ ("The table of values is empty"),
  N_ ("The slices do not say how they lie in the patient"),
  N_ ("Positions or spacings are no numbers that can be"),
  N_ ("All slices are at one place"),
  N_ ("The images do not say where in the patient they lie"),
  N_ ("The images do not say how large their pixels are"),
  N_ ("Images in colour cannot be a volume"),
  N_ ("The images differ in size"),
  N_ ("The images differ in how their values are stored"),
  N_ ("The images differ in the table that gives their values a meaning"),
  N_ ("The images differ in which of their values are no image"),
  N_ ("The directions of the images make no sense"),
  N_ ("The images differ in the size of their pixels"),
  N_ ("The images do not lie parallel to each other"),
  N_ ("One image is no volume"),
  N_ ("There are too many images for one volume"),
  N_ ("The volume would be too large"),
  N_ ("There is not enough memory for this volume"),
};

const char *
neg_volume_words_for_error (const GError *error)
{
  for (guint i = 0; i < G_N_ELEMENTS (sentences); i++)
    if (g_strcmp0 (sentences[i], error->message) == 0)
      return _ (sentences[i]);
  return neg_words_for_error (error);
}

static char *
dup_of_load (NegVolumeLoad *load)
{
  g_autofree char *progress = neg_plane_caption_dup_progress (load);
  const GError *failure = neg_volume_load_get_failure (load);

  if (progress == NULL || failure == NULL)
    return g_steal_pointer (&progress);
  return g_strdup_printf ("%s: %s", progress, neg_words_for_error (failure));
}

char *
neg_volume_words_dup_progress (NegVolumeReading *volumes)
{
  NegVolumeLoad *fused = neg_volume_reading_get_fused_load (volumes);
  g_autofree char *own = dup_of_load (neg_volume_reading_get_load (volumes));
  g_autofree char *of_fused = fused != NULL ? dup_of_load (fused) : NULL;

  if (own == NULL && of_fused == NULL)
    return NULL;
  return g_strdup_printf (_ ("Volume: %s"), own != NULL ? own : of_fused);
}
