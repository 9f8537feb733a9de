#include "config.h"

#include "scene.h"

#include <math.h>
#include <string.h>

static gboolean
one_in (GRand *rand, guint n)
{
  return g_rand_int_range (rand, 0, n) == 0;
}

static gboolean
is_float (NegSampleType type)
{
  return type == NEG_SAMPLE_F32 || type == NEG_SAMPLE_F64;
}

static gboolean
is_signed (NegSampleType type)
{
  return type == NEG_SAMPLE_S8 || type == NEG_SAMPLE_S16 || type == NEG_SAMPLE_S32;
}

static void
put_value (Scene *scene, gsize index, double value)
{
  switch (scene->frame.format.sample_type) {
  case NEG_SAMPLE_U8:
    ((guint8 *) scene->pixels)[index] = (guint8) value;
    break;
  case NEG_SAMPLE_S8:
    ((gint8 *) scene->pixels)[index] = (gint8) value;
    break;
  case NEG_SAMPLE_U16:
    ((guint16 *) scene->pixels)[index] = (guint16) value;
    break;
  case NEG_SAMPLE_S16:
    ((gint16 *) scene->pixels)[index] = (gint16) value;
    break;
  case NEG_SAMPLE_U32:
    ((guint32 *) scene->pixels)[index] = (guint32) value;
    break;
  case NEG_SAMPLE_S32:
    ((gint32 *) scene->pixels)[index] = (gint32) value;
    break;
  case NEG_SAMPLE_F32:
    ((float *) scene->pixels)[index] = (float) value;
    break;
  case NEG_SAMPLE_F64:
  default:
    ((double *) scene->pixels)[index] = value;
    break;
  }
}

static double
pick_special (GRand *rand)
{
  static const double values[] = { NAN, INFINITY, -INFINITY };

  return values[g_rand_int_range (rand, 0, G_N_ELEMENTS (values))];
}

/* Noise over everything that the type holds, a smooth field with little noise, or few values in blocks: steep edges,
 * gentle slopes and flat areas go wrong in different ways. */
static double
make_value (GRand *rand, guint pattern, double low, double high, guint column, guint row)
{
  double part;

  if (pattern == 0)
    part = g_rand_double (rand);
  else if (pattern == 1)
    part = 0.5 + 0.3 * sin (column * 0.21) * cos (row * 0.17) + 0.01 * g_rand_double (rand);
  else
    part = ((column / 3 + row / 2) % 4) / 4.0;
  return low + part * (high - low);
}

static void
fill_frame (Scene *scene, GRand *rand)
{
  NegFrameFormat *format = &scene->frame.format;
  gsize n = (gsize) format->columns * format->samples;
  double span = ldexp (1, format->bits_stored), low = is_signed (format->sample_type) ? -span / 2 : 0;
  double high = low + span - 1;
  guint pattern = g_rand_int_range (rand, 0, 3);
  gboolean has_special = is_float (format->sample_type) && one_in (rand, 3);

  if (is_float (format->sample_type)) {
    high = pow (10, g_rand_double_range (rand, -6, 12));
    low = -high * g_rand_double (rand);
  }
  for (guint row = 0; row < format->rows; row++)
    for (gsize i = 0; i < n; i++) {
      double value = make_value (rand, pattern, low, high, i / format->samples, row);

      if (!is_float (format->sample_type))
        value = floor (value);
      put_value (scene, row * n + i, has_special && one_in (rand, 20) ? pick_special (rand) : value);
    }
}

static void
init_frame (Scene *scene, GRand *rand, SceneKind kind, NegSampleType type)
{
  /* Few sizes: llvmpipe compiles anew for powers of two, and for 1. */
  static const guint32 sizes[][2] = { { 37, 23 }, { 23, 57 }, { 57, 37 }, { 41, 58 }, { 32, 16 }, { 1, 1 } };
  const guint32 *size = sizes[g_rand_int_range (rand, 0, G_N_ELEMENTS (sizes))];
  guint bits = 8 * neg_sample_type_get_bytes (type);
  guint64 bytes = 0;

  scene->frame.format = (NegFrameFormat){
    .rows = size[0],
    .columns = size[1],
    .samples = kind == SCENE_COLOR ? 3 : one_in (rand, 12) && type != NEG_SAMPLE_F64 ? 4 : 1,
    .bits_stored = is_float (type) || one_in (rand, 2) ? bits : (guint) g_rand_int_range (rand, bits / 2, bits + 1),
    .sample_type = type,
    .color = kind == SCENE_COLOR     ? NEG_COLOR_RGB
             : kind == SCENE_PALETTE ? NEG_COLOR_PALETTE
                                     : NEG_COLOR_MONOCHROME2,
  };
  if (kind != SCENE_COLOR && scene->frame.format.samples > 1)
    scene->frame.format.color = NEG_COLOR_OTHER;
  g_assert_true (neg_frame_format_get_bytes (&scene->frame.format, &bytes));
  scene->pixels = g_malloc0 (bytes);
  scene->frame.pixels = scene->pixels;
  fill_frame (scene, rand);
}

/* A stored value of the frame; 0 where the one picked is not finite. */
static double
pick_stored (const Scene *scene, GRand *rand)
{
  const NegFrameFormat *format = &scene->frame.format;
  gsize n = (gsize) format->rows * format->columns;
  double value = neg_frame_get_value (&scene->frame, g_rand_int_range (rand, 0, n) * format->samples);

  return isfinite (value) ? value : 0;
}

static void
init_lut (NegLut *lut, GRand *rand, double near, guint bits)
{
  gboolean is_smooth = one_in (rand, 2);
  guint32 maximum = (1u << bits) - 1;

  lut->n_entries = one_in (rand, 4) ? 65536 : (guint32) g_rand_int_range (rand, 1, 3000);
  lut->bits = bits;
  lut->first_mapped = (gint32) CLAMP (near - g_rand_int_range (rand, 0, lut->n_entries), -1e9, 1e9);
  lut->entries = g_new (guint16, lut->n_entries);
  for (guint32 i = 0; i < lut->n_entries; i++)
    lut->entries[i] = is_smooth ? (guint16) ((guint64) i * maximum / lut->n_entries)
                                : (guint16) g_rand_int_range (rand, 0, maximum + 1);
}

static void
init_modality (Scene *scene, GRand *rand)
{
  NegModality *modality = &scene->draw.modality;

  modality->slope = 1;
  if (one_in (rand, 4)) {
    init_lut (&scene->modality_lut, rand, pick_stored (scene, rand), one_in (rand, 2) ? 16 : 8);
    modality->lut = &scene->modality_lut;
  } else if (one_in (rand, 2)) {
    modality->slope = one_in (rand, 2) ? -1 : g_rand_double_range (rand, -3, 3);
    modality->intercept = one_in (rand, 2) ? -1024 : g_rand_double_range (rand, -5000, 5000);
  }
}

static void
init_voi (Scene *scene, GRand *rand)
{
  const NegModality *modality = &scene->draw.modality;
  double one = neg_modality_apply (modality, pick_stored (scene, rand));
  double other = neg_modality_apply (modality, pick_stored (scene, rand));
  double contrast = fabs (one - other);
  NegVoi *voi = &scene->draw.voi;

  voi->function = g_rand_int_range (rand, 0, 3);
  voi->center = one_in (rand, 2) ? floor (one) : one + g_rand_double_range (rand, -0.4, 0.4);
  voi->width = contrast * g_rand_double_range (rand, 0.05, 3) + 1;
  if (one_in (rand, 3))
    voi->width = 1 + contrast * pow (10, g_rand_double_range (rand, -6, -1));
  if (one_in (rand, 8))
    voi->width = 1;
  if (voi->function != NEG_VOI_LINEAR && one_in (rand, 4))
    voi->width *= g_rand_double_range (rand, 0.01, 1);
  if (one_in (rand, 4)) {
    init_lut (&scene->voi_lut, rand, one, one_in (rand, 2) ? 16 : (guint) g_rand_int_range (rand, 8, 17));
    voi->lut = &scene->voi_lut;
  }
}

static void
init_palette (Scene *scene, GRand *rand, SceneKind kind)
{
  double first = pick_stored (scene, rand);

  if (kind != SCENE_PALETTE && kind != SCENE_SUPPLEMENTAL)
    return;
  for (guint i = 0; i < 3; i++) {
    init_lut (&scene->palette[i], rand, first, one_in (rand, 3) ? 8 : 16);
    if (kind == SCENE_SUPPLEMENTAL)
      scene->palette[i].first_mapped = scene->palette[0].first_mapped;
  }
  scene->draw.palette = scene->palette;
  scene->draw.palette_supplemental = kind == SCENE_SUPPLEMENTAL;
}

static void
init_padding (Scene *scene, GRand *rand)
{
  NegPadding *padding = &scene->draw.padding;
  double one = pick_stored (scene, rand), other = one_in (rand, 2) ? one : pick_stored (scene, rand);

  padding->active = !one_in (rand, 3);
  padding->low = MIN (one, other);
  padding->high = MAX (one, other);
}

/* Upright and fitted, mirrored, quarter turns, any angle; from a tenth to twenty times the size. */
static void
init_affine (Scene *scene, GRand *rand)
{
  static const double quarters[4][2] = { { 1, 0 }, { 0, 1 }, { -1, 0 }, { 0, -1 } };
  double *m = scene->draw.output_to_image.m;
  double columns = scene->frame.format.columns, rows = scene->frame.format.rows;
  double step = one_in (rand, 3) ? columns / scene->width : exp (g_rand_double_range (rand, -3, 2.3));
  double aspect = one_in (rand, 2) ? 1 : g_rand_double_range (rand, 0.3, 3);
  guint quarter = g_rand_int_range (rand, 0, 4);
  double angle = g_rand_double_range (rand, 0, 2 * G_PI);
  double cosine = quarters[quarter][0], sine = quarters[quarter][1], mirror = one_in (rand, 3) ? -1 : 1;
  double offset = one_in (rand, 3) ? 0 : g_rand_double_range (rand, -5, 5);

  if (one_in (rand, 3)) {
    cosine = cos (angle);
    sine = sin (angle);
  }
  m[0] = mirror * step * cosine;
  m[1] = -step * sine;
  m[3] = mirror * step * aspect * sine;
  m[4] = step * aspect * cosine;
  m[2] = columns / 2 + offset - m[0] * scene->width / 2.0 - m[1] * scene->height / 2.0;
  m[5] = rows / 2 - offset - m[3] * scene->width / 2.0 - m[4] * scene->height / 2.0;
}

/* A display that is dark for long or bright at once; the LUT of a state, which may jump. */
static void
init_tone (Scene *scene, GRand *rand)
{
  double bend = g_rand_double_range (rand, 0.4, 2.5);

  for (guint i = 0; i <= NEG_CURVE_STEPS; i++)
    scene->curve.levels[i] = (float) pow ((double) i / NEG_CURVE_STEPS, bend);
  if (one_in (rand, 3))
    scene->draw.curve = &scene->curve;
  if (one_in (rand, 4)) {
    init_lut (&scene->presentation_lut, rand, 0, (guint) g_rand_int_range (rand, 8, 17));
    /* With more entries that jump, OpenGL leaves it to the processor. */
    scene->presentation_lut.n_entries = MIN (scene->presentation_lut.n_entries, 100);
    scene->draw.presentation_lut = &scene->presentation_lut;
  }
  scene->draw.is_dithered = one_in (rand, 3);
}

/* Random cells of four colours, a third of them covered. */
static void
init_layers (Scene *scene, GRand *rand)
{
  NegLayers *layers;
  gsize n;

  /* Not of sizes that are powers of two: see init_frame(). */
  if (!one_in (rand, 4) || scene->frame.format.rows == 32 || scene->frame.format.rows == 1)
    return;
  layers = scene->layers = g_new0 (NegLayers, 1);
  layers->columns = scene->frame.format.columns;
  layers->rows = scene->frame.format.rows;
  layers->n_colors = 4;
  n = (gsize) layers->columns * layers->rows;
  layers->cells = g_malloc0 (n);
  for (gsize i = 0; i < n; i++)
    if (one_in (rand, 3))
      layers->cells[i] = (guint8) g_rand_int_range (rand, 1, 5);
  for (guint i = 1; i <= 4; i++) {
    for (guint channel = 0; channel < 3; channel++)
      layers->colors[i][channel] = (guint8) g_rand_int_range (rand, 0, 256);
    layers->greys[i] = (guint8) g_rand_int_range (rand, 0, 256);
  }
  scene->draw.layers = layers;
}

Scene *
scene_new (guint32 seed, SceneKind kind, NegSampleType type)
{
  static const guint channels[] = { 1, 3, 4 };
  g_autoptr (GRand) rand = g_rand_new_with_seed (seed);
  Scene *scene = g_new0 (Scene, 1);

  scene->width = g_rand_int_range (rand, 1, 90);
  scene->height = g_rand_int_range (rand, 1, 90);
  scene->channels = channels[g_rand_int_range (rand, 0, 3)];
  init_frame (scene, rand, kind, type);
  init_modality (scene, rand);
  init_voi (scene, rand);
  init_palette (scene, rand, kind);
  init_padding (scene, rand);
  init_affine (scene, rand);
  scene->draw.inverted = one_in (rand, 3);
  scene->draw.interpolation = g_rand_int_range (rand, 0, 3);
  init_tone (scene, rand);
  init_layers (scene, rand);
  return scene;
}

void
scene_free (Scene *scene)
{
  g_free (scene->pixels);
  g_free (scene->modality_lut.entries);
  g_free (scene->voi_lut.entries);
  g_free (scene->presentation_lut.entries);
  neg_layers_free (scene->layers);
  for (guint i = 0; i < 3; i++)
    g_free (scene->palette[i].entries);
  g_free (scene);
}

/* The frame anew, pixel (column, row) taken from where @source says. */
static void
rearrange (Scene *scene, guint columns, guint rows,
           gsize (*source) (const NegFrameFormat *format, guint column, guint row))
{
  NegFrameFormat *format = &scene->frame.format;
  gsize bytes = neg_sample_type_get_bytes (format->sample_type) * format->samples;
  guint8 *pixels = g_malloc (bytes * columns * rows);

  for (guint row = 0; row < rows; row++)
    for (guint column = 0; column < columns; column++)
      memcpy (pixels + bytes * ((gsize) row * columns + column),
              (guint8 *) scene->pixels + bytes * source (format, column, row), bytes);
  g_free (scene->pixels);
  scene->pixels = pixels;
  scene->frame.pixels = pixels;
  format->columns = columns;
  format->rows = rows;
}

static gsize
from_mirrored (const NegFrameFormat *format, guint column, guint row)
{
  return (gsize) row * format->columns + (format->columns - 1 - column);
}

void
scene_mirror (Scene *scene)
{
  double *m = scene->draw.output_to_image.m;

  rearrange (scene, scene->frame.format.columns, scene->frame.format.rows, from_mirrored);
  m[0] = -m[0];
  m[1] = -m[1];
  m[2] = scene->frame.format.columns - m[2];
}

static gsize
from_turned (const NegFrameFormat *format, guint column, guint row)
{
  return (gsize) (format->rows - 1 - column) * format->columns + row;
}

void
scene_turn (Scene *scene)
{
  double *m = scene->draw.output_to_image.m;
  double x[3] = { m[0], m[1], m[2] };

  rearrange (scene, scene->frame.format.rows, scene->frame.format.columns, from_turned);
  m[0] = -m[3];
  m[1] = -m[4];
  m[2] = scene->frame.format.columns - m[5];
  memcpy (m + 3, x, sizeof x);
}

void
scene_orient (Scene *scene, guint which)
{
  static const int ways[8][4] = { { 1, 0, 0, 1 }, { 0, 1, -1, 0 }, { -1, 0, 0, -1 }, { 0, -1, 1, 0 },
                                  { -1, 0, 0, 1 }, { 0, -1, -1, 0 }, { 1, 0, 0, -1 }, { 0, 1, 1, 0 } };
  const int *way = ways[which];
  double columns = scene->frame.format.columns, rows = scene->frame.format.rows;
  double *m = scene->draw.output_to_image.m, step;

  scene->width = 103;
  scene->height = 81;
  step = columns / (way[0] != 0 ? scene->width : scene->height);
  for (guint i = 0; i < 2; i++) {
    m[3 * i] = way[2 * i] * step;
    m[3 * i + 1] = way[2 * i + 1] * step;
    m[3 * i + 2] = (i == 0 ? columns : rows) / 2 - m[3 * i] * scene->width / 2.0 - m[3 * i + 1] * scene->height / 2.0;
  }
}

char *
scene_describe (const Scene *scene)
{
  const NegFrameFormat *format = &scene->frame.format;
  const NegDraw *draw = &scene->draw;
  const double *m = draw->output_to_image.m;

  return g_strdup_printf ("%ux%ux%u type %d, %u bits, color %d -> %ux%ux%u; interpolation %d; padding %d %g..%g; "
                          "modality %g %g lut %u; voi %d %.17g %.17g lut %u; palette %d %d; inverted %d; "
                          "curve %d, presentation LUT %u, dithered %d, layers %d; "
                          "affine %.17g %.17g %.17g %.17g %.17g %.17g",
                          format->columns, format->rows, format->samples, format->sample_type, format->bits_stored,
                          format->color, scene->width, scene->height, scene->channels, draw->interpolation,
                          draw->padding.active, draw->padding.low, draw->padding.high, draw->modality.slope,
                          draw->modality.intercept, draw->modality.lut ? draw->modality.lut->n_entries : 0,
                          draw->voi.function, draw->voi.center, draw->voi.width,
                          draw->voi.lut ? draw->voi.lut->n_entries : 0, draw->palette != NULL,
                          draw->palette_supplemental, draw->inverted, draw->curve != NULL,
                          draw->presentation_lut ? draw->presentation_lut->n_entries : 0, draw->is_dithered,
                          draw->layers != NULL, m[0], m[1], m[2], m[3], m[4], m[5]);
}
