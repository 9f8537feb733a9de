#include "config.h"

#include "reading/neg-plane-image.h"

#include <math.h>
#include <string.h>

#include "base/neg-error.h"
#include "base/neg-uid.h"
#include "model/neg-instance-fields.h"

struct _NegPlaneImage {
  gatomicrefcount ref_count;
  NegInstance *instance;
  NegPixels *pixels;
  NegAnnotationPlane plane;
};

static double
get_length (const double v[3])
{
  return sqrt (v[0] * v[0] + v[1] * v[1] + v[2] * v[2]);
}

static double
dot (const double a[3], const double b[3])
{
  return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

/* --- Who and what --- */

static gsize
get_field_bytes (NegFieldType type)
{
  switch (type) {
  case NEG_FIELD_STRING:
    return sizeof (char *);
  case NEG_FIELD_DOUBLE:
  case NEG_FIELD_FINITE:
    return sizeof (double);
  case NEG_FIELD_USHORT:
    return sizeof (guint16);
  default:
    return sizeof (guint32);
  }
}

static void
copy_fields (const NegField *fields, guint n_fields, gconstpointer from, gpointer to)
{
  for (guint i = 0; i < n_fields; i++) {
    const NegField *field = &fields[i];
    gsize bytes = get_field_bytes (field->type);

    for (guint j = 0; j < field->n; j++) {
      const guint8 *source = (const guint8 *) from + field->offset + j * bytes;
      guint8 *target = (guint8 *) to + field->offset + j * bytes;

      if (field->type == NEG_FIELD_STRING)
        *(char **) target = g_strdup (*(char *const *) source);
      else
        memcpy (target, source, bytes);
    }
  }
}

static void
copy_lut (NegLut *to, const NegLut *from)
{
  *to = *from;
  to->entries = g_memdup2 (from->entries, from->n_entries * sizeof *from->entries);
  to->explanation = g_strdup (from->explanation);
}

/* Of modality values, which the pixels are from here on. */
static void
copy_voi (NegInstance *instance, const NegInstance *like)
{
  instance->n_windows = like->n_windows;
  instance->windows = g_memdup2 (like->windows, like->n_windows * sizeof *like->windows);
  for (guint32 i = 0; i < like->n_windows; i++)
    instance->windows[i].explanation = g_strdup (like->windows[i].explanation);
  instance->n_voi_luts = like->n_voi_luts;
  instance->voi_luts = g_new0 (NegLut, like->n_voi_luts);
  for (guint32 i = 0; i < like->n_voi_luts; i++)
    copy_lut (&instance->voi_luts[i], &like->voi_luts[i]);
}

/* What is said of stored values is said of modality values: where all slices have one straight line for it, and where it
 * holds for all frames and is a straight line itself (C.7.6.16.2.11). */
static void
copy_real_world_maps (NegInstance *instance, const NegInstance *like, const NegVolume *volume)
{
  double slope = volume->slopes[0], intercept = volume->intercepts[0];

  if (!volume->same_rescale || slope == 0)
    return;
  instance->real_world_maps = g_new0 (NegRealWorldMap, like->n_real_world_maps);
  for (guint32 i = 0; i < like->n_real_world_maps; i++) {
    const NegRealWorldMap *from = &like->real_world_maps[i];
    double ends[2] = { from->first_mapped * slope + intercept, from->last_mapped * slope + intercept };
    NegRealWorldMap *to = &instance->real_world_maps[instance->n_real_world_maps];

    if (from->n_entries > 0 || from->frame != 0)
      continue;
    instance->n_real_world_maps++;
    *to = *from;
    to->first_mapped = MIN (ends[0], ends[1]);
    to->last_mapped = MAX (ends[0], ends[1]);
    to->slope = from->slope / slope;
    to->intercept = from->intercept - from->slope * intercept / slope;
    to->label = g_strdup (from->label);
    to->explanation = g_strdup (from->explanation);
    to->units_code = g_strdup (from->units_code);
    to->units_meaning = g_strdup (from->units_meaning);
  }
}

static void
set_text (char **text, const char *value)
{
  g_free (*text);
  *text = g_strdup (value);
}

/* Its own pixels: floats, nothing packed, no padding but what is no number. */
static void
describe_pixels (NegInstance *instance, guint width, guint height)
{
  instance->kind = NEG_OBJECT_IMAGE;
  instance->rows = height;
  instance->columns = width;
  instance->samples = instance->frames = 1;
  instance->bits_allocated = instance->bits_stored = 32;
  instance->high_bit = 31;
  instance->is_float = instance->is_signed = TRUE;
  instance->planar = instance->has_padding = instance->has_padding_limit = FALSE;
  instance->has_aspect_ratio = instance->has_imager_spacing = instance->has_nominal_scanned_spacing = FALSE;
  instance->magnification = NAN;
  set_text (&instance->calibration_type, NULL);
  set_text (&instance->calibration_description, NULL);
}

/* It is no object: nothing that names one, or its place among others. */
static void
forget_object (NegInstance *instance, const char *name)
{
  g_autofree char *new_name = name == NULL ? neg_uid_new () : NULL;

  set_text (&instance->sop_instance_uid, name != NULL ? name : new_name);
  set_text (&instance->transfer_syntax_uid, NULL);
  set_text (&instance->concatenation_uid, NULL);
  set_text (&instance->patient_orientation, NULL);
  instance->has_instance_number = FALSE;
  instance->in_concatenation_number = instance->concatenation_frame_offset = 0;
  instance->first_shown_frame = instance->last_shown_frame = 0;
  instance->gantry_tilt_deg = instance->spacing_between_slices_mm = NAN;
}

/* --- Where --- */

static void
place_frame (NegFrameInfo *info, const NegAnnotationPlane *plane)
{
  double x_mm = get_length (plane->x_mm), y_mm = get_length (plane->y_mm);

  info->has_position = info->has_orientation = info->has_spacing = TRUE;
  for (guint i = 0; i < 3; i++) {
    info->orientation[i] = plane->x_mm[i] / x_mm;
    info->orientation[3 + i] = plane->y_mm[i] / y_mm;
    /* Image Position is the centre of the first pixel (C.7.6.2.1.1). */
    info->position_mm[i] = plane->origin_mm[i] + (plane->x_mm[i] + plane->y_mm[i]) / 2;
  }
  /* Row spacing, the vertical distance, comes first (10.7.1.3). */
  info->spacing_mm[0] = y_mm;
  info->spacing_mm[1] = x_mm;
}

/* The values are through the modality stage: what follows from it stays, what it would do again does not. Of a table without
 * a type nobody knows what comes out, which is "US" (C.11.1.1.2). */
static void
set_rescale (NegFrameInfo *info, const NegInstance *like, const NegVolume *volume)
{
  info->rescale_slope = 1;
  info->rescale_intercept = 0;
  if (volume->modality_lut == NULL)
    return;
  info->has_rescale = TRUE;
  set_text (&info->rescale_type, like->modality_lut_type != NULL ? like->modality_lut_type : "US");
}

static NegInstance *
make_instance (const NegInstance *like, const NegVolume *volume, const NegAnnotationPlane *plane, guint width,
               guint height, const char *name)
{
  NegInstance *instance = neg_instance_new ();
  NegFrameInfo *info = g_new0 (NegFrameInfo, 1);

  neg_frame_info_init (info);
  copy_fields (neg_instance_fields, neg_instance_n_fields, like, instance);
  if (like->n_frame_infos > 0)
    copy_fields (neg_frame_info_fields, neg_frame_info_n_fields, neg_instance_get_frame_info (like, 0), info);
  instance->frame_infos = info;
  instance->n_frame_infos = 1;
  copy_voi (instance, like);
  copy_real_world_maps (instance, like, volume);
  describe_pixels (instance, width, height);
  forget_object (instance, name);
  instance->slice_thickness_mm = plane->slab_mm > 0 ? plane->slab_mm : NAN;
  place_frame (info, plane);
  set_rescale (info, like, volume);
  return instance;
}

/* --- Pixels --- */

/* Nothing is measured where slices are missing, also through a slab that has others: what comes later would be another number. */
static gboolean
sample (const NegReformat *measuring, guint width, guint height, const NegVolume *volume, float *values)
{
  gsize n = (gsize) width * height;
  g_autofree guint8 *covers = g_try_malloc (n);

  if (covers == NULL)
    return FALSE;
  neg_reformat_rows (measuring, volume, width, values, covers, 0, height);
  for (gsize i = 0; i < n; i++)
    if (covers[i] >= NEG_COVER_PARTLY)
      values[i] = INFINITY;
  return TRUE;
}

static NegPixels *
make_pixels (const NegReformat *measuring, guint width, guint height, const NegVolume *volume, gboolean is_inverse,
             GError **error)
{
  NegFrameFormat format = { .rows = height, .columns = width, .samples = 1, .bits_stored = 32,
                            .sample_type = NEG_SAMPLE_F32,
                            .color = is_inverse ? NEG_COLOR_MONOCHROME1 : NEG_COLOR_MONOCHROME2 };
  guint64 bytes;
  g_autofree float *values = NULL;
  float *owned;

  if (width == 0 || height == 0 || !neg_frame_format_get_bytes (&format, &bytes)) {
    neg_fail (error, NEG_ERROR_SIZE_OVERFLOW, NULL, "the plane is too large");
    return NULL;
  }
  values = g_try_malloc (bytes);
  if (values == NULL || !sample (measuring, width, height, volume, values)) {
    neg_fail (error, NEG_ERROR_MEMORY, NULL, "no memory for a plane");
    return NULL;
  }
  owned = g_steal_pointer (&values);
  return neg_pixels_new_borrowed (&format, owned, owned, g_free);
}

static void
init_plane (NegAnnotationPlane *plane, const NegReformat *measuring, double slab_mm)
{
  *plane = (NegAnnotationPlane){ .slab_mm = slab_mm, .projection = measuring->projection };
  memcpy (plane->origin_mm, measuring->origin_mm, sizeof plane->origin_mm);
  memcpy (plane->x_mm, measuring->x_mm, sizeof plane->x_mm);
  memcpy (plane->y_mm, measuring->y_mm, sizeof plane->y_mm);
}

NegPlaneImage *
neg_plane_image_new (const NegReformat *measuring, double slab_mm, guint width, guint height, NegVolume *volume,
                     NegInstance *like, const char *name, GError **error)
{
  gboolean is_inverse = g_strcmp0 (like->photometric, "MONOCHROME1") == 0;
  NegAnnotationPlane plane;
  NegPlaneImage *image;
  NegPixels *pixels;

  init_plane (&plane, measuring, slab_mm);
  if (!neg_annotation_plane_is_valid (&plane)) {
    neg_fail (error, NEG_ERROR_INCONSISTENT, NULL, "this is no plane");
    return NULL;
  }
  pixels = make_pixels (measuring, width, height, volume, is_inverse, error);
  if (pixels == NULL)
    return NULL;
  image = g_new0 (NegPlaneImage, 1);
  g_atomic_ref_count_init (&image->ref_count);
  image->pixels = pixels;
  image->plane = plane;
  image->instance = make_instance (like, volume, &plane, width, height, name);
  return image;
}

NegPlaneImage *
neg_plane_image_ref (NegPlaneImage *image)
{
  g_atomic_ref_count_inc (&image->ref_count);
  return image;
}

void
neg_plane_image_unref (NegPlaneImage *image)
{
  if (image == NULL || !g_atomic_ref_count_dec (&image->ref_count))
    return;
  neg_instance_unref (image->instance);
  neg_pixels_unref (image->pixels);
  g_free (image);
}

NegInstance *
neg_plane_image_get_instance (NegPlaneImage *image)
{
  return image->instance;
}

NegPixels *
neg_plane_image_get_pixels (NegPlaneImage *image)
{
  return image->pixels;
}

const NegAnnotationPlane *
neg_plane_image_get_plane (NegPlaneImage *image)
{
  return &image->plane;
}

gboolean
neg_plane_image_is_plane (NegPlaneImage *image, const NegReformat *measuring)
{
  double slab_mm = get_length (measuring->step_mm) * measuring->n_samples;
  NegAnnotationPlane plane;

  init_plane (&plane, measuring, slab_mm);
  return neg_annotation_plane_is_same (&image->plane, &plane);
}

void
neg_plane_image_get_affine (NegPlaneImage *image, const NegReformat *shown, NegAffine *affine)
{
  const double *axes[2] = { image->plane.x_mm, image->plane.y_mm };
  double from_origin_mm[3];

  for (guint i = 0; i < 3; i++)
    from_origin_mm[i] = shown->origin_mm[i] - image->plane.origin_mm[i];
  for (guint i = 0; i < 2; i++) {
    double square = dot (axes[i], axes[i]);

    affine->m[3 * i] = dot (shown->x_mm, axes[i]) / square;
    affine->m[3 * i + 1] = dot (shown->y_mm, axes[i]) / square;
    affine->m[3 * i + 2] = dot (from_origin_mm, axes[i]) / square;
  }
}
