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
  N_ ("Several images lie at most places, and nothing says which of them belong together"),
  N_ ("One image is no volume"),
  N_ ("There are too many images for one volume"),
  N_ ("The volume would be too large"),
  N_ ("There is not enough memory for this volume"),
};

/* What neg_volume_load_get_warnings() says. */
static const char *const warnings[] = {
  N_ ("Several images lie at one place: the first of them counts"),
  N_ ("More images have come that could not be taken in"),
};

const char *
neg_volume_words_for_error (const GError *error)
{
  for (guint i = 0; i < G_N_ELEMENTS (sentences); i++)
    if (g_strcmp0 (sentences[i], error->message) == 0)
      return _ (sentences[i]);
  return neg_words_for_error (error);
}

static void
add_warnings (GPtrArray *parts, NegVolumeLoad *load)
{
  const char *const *said = neg_volume_load_get_warnings (load);

  for (guint i = 0; i < G_N_ELEMENTS (warnings); i++)
    if (g_strv_contains (said, warnings[i]))
      g_ptr_array_add (parts, g_strdup (_ (warnings[i])));
}

static void
add_load (GPtrArray *parts, NegVolumeLoad *load)
{
  g_autofree char *progress = neg_plane_caption_dup_progress (load);
  const GError *failure = neg_volume_load_get_failure (load);

  if (progress != NULL && failure != NULL)
    g_ptr_array_add (parts, g_strdup_printf ("%s: %s", progress, neg_words_for_error (failure)));
  else if (progress != NULL)
    g_ptr_array_add (parts, g_steal_pointer (&progress));
  add_warnings (parts, load);
}

char *
neg_volume_words_dup_progress (NegVolumeReading *volumes)
{
  NegVolumeLoad *fused = neg_volume_reading_get_fused_load (volumes);
  g_autoptr (GPtrArray) parts = g_ptr_array_new_with_free_func (g_free);
  g_autofree char *all = NULL;

  add_load (parts, neg_volume_reading_get_load (volumes));
  if (fused != NULL)
    add_load (parts, fused);
  if (parts->len == 0)
    return NULL;
  g_ptr_array_add (parts, NULL);
  all = g_strjoinv ("; ", (char **) parts->pdata);
  return g_strdup_printf (_ ("Volume: %s"), all);
}
