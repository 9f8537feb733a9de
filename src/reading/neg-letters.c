#include "config.h"

#include "reading/neg-letters.h"

#include <math.h>
#include <string.h>

#include "imaging/neg-geometry.h"

/* C.7.6.1.1.1. Those of two letters are of quadrupeds; the ones without one opposite (such as rostral) are left out. */
static const char *const opposites[][2]
    = { { "L", "R" }, { "A", "P" }, { "H", "F" }, { "LE", "RT" }, { "D", "V" }, { "CR", "CD" } };

#define N_BIPED 3

/* The opposite of the name that @text begins with, among pairs [first, end); NULL where there is none. */
static const char *
match (const char *text, guint first, guint end, gsize *length)
{
  for (guint i = first; i < end; i++)
    for (guint j = 0; j < 2; j++)
      if (g_str_has_prefix (text, opposites[i][j])) {
        *length = strlen (opposites[i][j]);
        return opposites[i][1 - j];
      }
  return NULL;
}

/* FALSE when @text is not made of names of [first, end), at most three of them. */
static gboolean
put_opposite (const char *text, guint first, guint end, char opposite[NEG_LETTERS_BYTES])
{
  opposite[0] = '\0';
  for (guint n = 0; *text != '\0'; n++) {
    gsize length;
    const char *other = match (text, first, end, &length);

    if (other == NULL || n == 3)
      return FALSE;
    g_strlcat (opposite, other, NEG_LETTERS_BYTES);
    text += length;
  }
  return TRUE;
}

/* One value of Patient Orientation: @text as it is and its opposite, or both empty. */
static void
read_value (const char *text, char letters[NEG_LETTERS_BYTES], char opposite[NEG_LETTERS_BYTES])
{
  g_autofree char *stripped = g_strstrip (g_strdup (text));

  letters[0] = '\0';
  if (put_opposite (stripped, 0, N_BIPED, opposite)
      || put_opposite (stripped, N_BIPED, G_N_ELEMENTS (opposites), opposite))
    g_strlcpy (letters, stripped, NEG_LETTERS_BYTES);
  else
    opposite[0] = '\0';
}

/* Of the image as stored: the row points to its right edge, the column to its bottom. */
static void
read_patient_orientation (const char *value, char edges[NEG_N_EDGES][NEG_LETTERS_BYTES])
{
  g_auto (GStrv) parts = g_strsplit (value != NULL ? value : "", "\\", 3);

  if (g_strv_length (parts) != 2)
    return;
  read_value (parts[0], edges[NEG_EDGE_RIGHT], edges[NEG_EDGE_LEFT]);
  read_value (parts[1], edges[NEG_EDGE_BOTTOM], edges[NEG_EDGE_TOP]);
}

static void
read_cosines (const double orientation[6], char edges[NEG_N_EDGES][NEG_LETTERS_BYTES])
{
  double opposite[6];

  for (guint i = 0; i < 6; i++)
    opposite[i] = -orientation[i];
  neg_geometry_letters (orientation, edges[NEG_EDGE_RIGHT]);
  neg_geometry_letters (opposite, edges[NEG_EDGE_LEFT]);
  neg_geometry_letters (orientation + 3, edges[NEG_EDGE_BOTTOM]);
  neg_geometry_letters (opposite + 3, edges[NEG_EDGE_TOP]);
}

/* The edge of the image that (x, y), in image coordinates, points to. */
static NegEdge
edge_towards (double x, double y)
{
  if (fabs (x) >= fabs (y))
    return x < 0 ? NEG_EDGE_LEFT : NEG_EDGE_RIGHT;
  return y < 0 ? NEG_EDGE_TOP : NEG_EDGE_BOTTOM;
}

void
neg_letters_init (char letters[NEG_N_EDGES][NEG_LETTERS_BYTES], const NegInstance *instance, guint32 frame,
                  const NegAffine *affine)
{
  const NegFrameInfo *info = instance->n_frame_infos > 0 ? neg_instance_get_frame_info (instance, frame) : NULL;
  char edges[NEG_N_EDGES][NEG_LETTERS_BYTES] = { "", "", "", "" };
  const double *m = affine->m;
  double normal[3];

  if (info != NULL && info->has_orientation && neg_geometry_normal (info->orientation, normal))
    read_cosines (info->orientation, edges);
  else
    read_patient_orientation (instance->patient_orientation, edges);
  memcpy (letters[NEG_EDGE_RIGHT], edges[edge_towards (m[0], m[3])], NEG_LETTERS_BYTES);
  memcpy (letters[NEG_EDGE_BOTTOM], edges[edge_towards (m[1], m[4])], NEG_LETTERS_BYTES);
  memcpy (letters[NEG_EDGE_LEFT], edges[edge_towards (-m[0], -m[3])], NEG_LETTERS_BYTES);
  memcpy (letters[NEG_EDGE_TOP], edges[edge_towards (-m[1], -m[4])], NEG_LETTERS_BYTES);
}

void
neg_letters_init_for_directions (char letters[NEG_N_EDGES][NEG_LETTERS_BYTES], const double right[3],
                                 const double down[3])
{
  read_cosines ((const double[6]){ right[0], right[1], right[2], down[0], down[1], down[2] }, letters);
}
