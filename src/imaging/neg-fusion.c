#include "config.h"

#include <math.h>
#include <string.h>

#include "imaging/neg-color-map.h"
#include "imaging/neg-draw-private.h"

#define NOTHING -1.0f /* an output that is none */
#define N_COLORS 256

/* Opacity is whole from this output of the VOI on. */
#define FADE_END 0.1f

/* Windows are a clamped line, which compilers vectorise. */
NEG_CLONES static void
apply_window (float *values, guint n, float slope, float offset)
{
  for (guint i = 0; i < n; i++) {
    float output = values[i] * slope + offset;

    output = output < 0 ? 0 : output > 1 ? 1 : output;
    values[i] = values[i] == values[i] ? output : NOTHING;
  }
}

static void
apply_voi (float *values, guint n, const NegVoi *voi, double scale)
{
  for (guint i = 0; i < n; i++)
    values[i] = isnan (values[i]) ? NOTHING : (float) neg_voi_apply (voi, values[i] * scale);
}

/* A line in single precision; not where a threshold or a narrow window would show its error. */
static gboolean
get_line (const NegVoi *voi, double scale, float *slope, float *offset)
{
  double span = voi->function == NEG_VOI_LINEAR ? voi->width - 1 : voi->width;
  double center = voi->function == NEG_VOI_LINEAR ? voi->center - 0.5 : voi->center;

  if (voi->lut != NULL || voi->function == NEG_VOI_SIGMOID || !(span > fabs (center) / 4096))
    return FALSE;
  *slope = scale / span;
  *offset = 0.5 - center / span;
  return TRUE;
}

static void
to_outputs (const NegFusion *fusion, float *values, guint n)
{
  float slope, offset;

  if (get_line (&fusion->voi, fusion->scale, &slope, &offset))
    apply_window (values, n, slope, offset);
  else
    apply_voi (values, n, &fusion->voi, fusion->scale);
}

static inline guint32
mix (guint32 below, guint32 above, float opacity)
{
  float level = (float) (int) below;

  return (guint32) (int) (level + ((float) (int) above - level) * opacity + 0.5f);
}

static inline float
get_opacity (float output, float opacity)
{
  float faded = output / FADE_END;

  return output < 0 ? 0 : opacity * (faded < 1 ? faded : 1);
}

static inline guint
get_index (float output)
{
  return (guint) (int) ((output < 0 ? 0 : output) * (N_COLORS - 1) + 0.5f);
}

/* One channel of all pixels: a loop that compilers vectorise. */
static inline void
mix_channel (guint32 *mixed, const guint32 *pixels, const guint32 *colors, const float *shares, guint n, guint shift)
{
  for (guint i = 0; i < n; i++)
    mixed[i] |= mix (pixels[i] >> shift & 0xff, colors[i] >> shift & 0xff, shares[i]) << shift;
}

#define PART 512 /* pixels whose numbers fit into the first cache */

/* @colors and pixels: blue in the lowest byte. */
NEG_CLONES static void
blend_words (guint32 *pixels, const float *outputs, guint n, const guint32 *colors, float opacity)
{
  guint32 chosen[PART], mixed[PART];
  float shares[PART];

  for (guint i = 0; i < n; i++) {
    chosen[i] = colors[get_index (outputs[i])];
    shares[i] = get_opacity (outputs[i], opacity);
    mixed[i] = pixels[i] & 0xff000000;
  }
  for (guint shift = 0; shift < 24; shift += 8)
    mix_channel (mixed, pixels, chosen, shares, n, shift);
  memcpy (pixels, mixed, n * sizeof *pixels);
}

static void
blend_bytes (guint8 *pixels, const float *outputs, guint n, guint channels, const guint32 *colors, float opacity)
{
  for (guint i = 0; i < n; i++, pixels += channels) {
    guint32 color = colors[get_index (outputs[i])];
    float share = get_opacity (outputs[i], opacity);

    for (guint channel = 0; channel < 3; channel++) {
      guint8 *pixel = &pixels[channels == 4 ? channel : 2 - channel]; /* blue comes first in BGRA, last in RGB */

      *pixel = mix (*pixel, color >> 8 * channel & 0xff, share);
    }
  }
}

static void
load_colors (NegColorMap map, guint32 colors[N_COLORS])
{
  const guint8 *table = neg_color_map_get (map);

  for (guint i = 0; i < N_COLORS; i++, table += 3)
    colors[i] = (guint32) table[0] << 16 | (guint32) table[1] << 8 | table[2];
}

static void
blend_part (const NegFusion *fusion, const guint32 *colors, const NegPicture *picture, guint8 *pixels,
            const float *values, guint n)
{
  float outputs[PART], opacity = CLAMP (fusion->opacity, 0, 1);

  memcpy (outputs, values, n * sizeof *values);
  to_outputs (fusion, outputs, n);
  if (picture->channels == 4 && G_BYTE_ORDER == G_LITTLE_ENDIAN && ((gsize) pixels & 3) == 0)
    blend_words ((guint32 *) pixels, outputs, n, colors, opacity);
  else
    blend_bytes (pixels, outputs, n, picture->channels, colors, opacity);
}

void
neg_fusion_blend_rows (const NegFusion *fusion, const float *values, const guint8 *covers, const NegPicture *picture,
                       guint first_row, guint n_rows)
{
  guint32 colors[N_COLORS];

  g_return_if_fail (picture->channels == 3 || picture->channels == 4);
  if (!(fusion->opacity > 0))
    return;
  load_colors (fusion->map, colors);
  for (guint row = first_row; row < first_row + n_rows; row++) {
    guint8 *pixels = picture->pixels + row * picture->stride;
    const float *line = values + (gsize) row * picture->width;

    for (guint column = 0; column < picture->width; column += PART)
      blend_part (fusion, colors, picture, pixels + (gsize) column * picture->channels, line + column,
                  MIN (PART, picture->width - column));
  }
  if (covers != NULL)
    neg_cover_draw_over_rows (covers, picture, first_row, n_rows);
}

/* In layers of what lies below, slices that are closer could fall between two of them: what is hot would not be seen. */
void
neg_fusion_init_reformat (const NegFusion *fusion, const NegReformat *reformat, NegReformat *own)
{
  const double *step_mm = reformat->step_mm;
  double layer_mm = sqrt (step_mm[0] * step_mm[0] + step_mm[1] * step_mm[1] + step_mm[2] * step_mm[2]);

  *own = *reformat;
  neg_reformat_set_slab (own, fusion->volume, layer_mm * reformat->n_samples, fusion->projection);
}

void
neg_fusion_sample_rows (const NegFusion *fusion, const NegReformat *reformat, guint width, float *values,
                        guint8 *covers, guint first_row, guint n_rows)
{
  NegReformat own;

  neg_fusion_init_reformat (fusion, reformat, &own);
  neg_reformat_rows (&own, fusion->volume, width, values, covers, first_row, n_rows);
}

void
neg_fusion_draw_rows (const NegFusion *fusion, const NegReformat *reformat, const NegPicture *picture, float *values,
                      guint8 *covers, guint first_row, guint n_rows)
{
  if (!(fusion->opacity > 0))
    return;
  neg_fusion_sample_rows (fusion, reformat, picture->width, values, covers, first_row, n_rows);
  neg_fusion_blend_rows (fusion, values, covers, picture, first_row, n_rows);
}
