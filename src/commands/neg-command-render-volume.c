/* `render` of a plane out of a volume. */
#include "config.h"

#include <math.h>

#include "base/neg-error.h"
#include "commands/neg-command-render-private.h"
#include "commands/neg-commands-volume.h"
#include "export/neg-image-file.h"
#include "imaging/neg-color-map.h"
#include "render/neg-gl-volume.h"

#define OUTPUT_SIDE_MAX 16384.0

/* ---- where */

/* So that both ends are in the picture with the point in the middle. */
static double
get_width_mm (const NegVolume *volume, const double point_mm[3], const double direction[3])
{
  double from_mm, to_mm;

  neg_volume_get_extent (volume, point_mm, direction, &from_mm, &to_mm);
  return 2 * MAX (fabs (from_mm), fabs (to_mm));
}

/* All of the volume, in whole square pixels: the field follows the size where only one of them is given. */
static void
fit (const NegVolume *volume, const double point_mm[3], const NegRenderPlane *wanted, double size_px[2],
     double field_mm[2])
{
  const double *n = wanted->normal, *up = wanted->up;
  const double right[3] = { n[1] * up[2] - n[2] * up[1], n[2] * up[0] - n[0] * up[2], n[0] * up[1] - n[1] * up[0] };
  double pixel_mm = neg_volume_get_finest_mm (volume);
  const double all_mm[2] = { get_width_mm (volume, point_mm, right), get_width_mm (volume, point_mm, up) };

  if (size_px[0] > 0)
    pixel_mm = MAX (all_mm[0] / size_px[0], all_mm[1] / size_px[1]);
  for (guint i = 0; i < 2; i++) {
    /* What is a whole number of pixels on paper is not to become one more by its last binary digit. */
    if (!(size_px[0] > 0 && size_px[1] > 0))
      size_px[i] = MAX (ceil (all_mm[i] / pixel_mm - 1e-6), 1);
    field_mm[i] = size_px[i] * pixel_mm;
  }
}

static void
set_size (const NegVolume *volume, const NegRenderPlane *wanted, double size_px[2])
{
  for (guint i = 0; i < 2; i++)
    size_px[i] = MAX (round (wanted->field_mm[i] / neg_volume_get_finest_mm (volume)), 1);
}

/* Pixels need not be square where the field says so. */
static void
init_reformat (NegReformat *reformat, const double point_mm[3], const NegRenderPlane *wanted, const double size_px[2],
               const double field_mm[2])
{
  double pixel_mm[2] = { field_mm[0] / size_px[0], field_mm[1] / size_px[1] };

  neg_reformat_init (reformat, point_mm, wanted->normal, wanted->up, size_px[0], size_px[1], pixel_mm[0]);
  for (guint i = 0; i < 3; i++) {
    reformat->y_mm[i] *= pixel_mm[1] / pixel_mm[0];
    reformat->origin_mm[i] = point_mm[i] - (size_px[0] * reformat->x_mm[i] + size_px[1] * reformat->y_mm[i]) / 2;
  }
}

static gboolean
place (NegRenderSection *section, const NegRenderOptions *options, GError **error)
{
  const NegRenderPlane *wanted = &options->plane;
  double point_mm[3] = { wanted->point_mm[0], wanted->point_mm[1], wanted->point_mm[2] };
  double size_px[2] = { options->width, options->height };
  double field_mm[2] = { wanted->field_mm[0], wanted->field_mm[1] };

  if (!wanted->has_point)
    neg_volume_get_middle (section->volume, point_mm);
  if (field_mm[0] <= 0)
    fit (section->volume, point_mm, wanted, size_px, field_mm);
  else if (options->width == 0)
    set_size (section->volume, wanted, size_px);
  /* Written so that NaN fails. */
  if (!(size_px[0] <= OUTPUT_SIDE_MAX && size_px[1] <= OUTPUT_SIDE_MAX && field_mm[0] > 0 && field_mm[1] > 0))
    return neg_fail (error, NEG_ERROR_SIZE_OVERFLOW, NULL,
                     "the picture would be too large to make; --size gives it another size");
  section->width = size_px[0];
  section->height = size_px[1];
  /* One scale is right both ways then, to a pixel over the whole picture. */
  section->is_square = fabs (field_mm[0] * size_px[1] - field_mm[1] * size_px[0]) <= MAX (field_mm[0], field_mm[1]);
  init_reformat (&section->reformat, point_mm, wanted, size_px, field_mm);
  neg_reformat_set_slab (&section->reformat, section->volume, wanted->slab_mm, wanted->projection);
  section->reformat.interpolation = options->interpolation;
  return TRUE;
}

/* ---- how */

/* Of those that are there, the one nearest to the middle of the picture. */
static gboolean
find_nearest (const NegRenderSection *section, guint *slice)
{
  const double middle_px[2] = { section->width / 2.0, section->height / 2.0 };
  double point_mm[3], voxel[3], best = INFINITY;

  neg_reformat_to_patient (&section->reformat, middle_px, point_mm);
  neg_volume_to_voxel (section->volume, point_mm, voxel);
  for (guint i = 0; i < section->volume->n_slices; i++) {
    double distance = fabs (i + 0.5 - voxel[2]);

    if (neg_volume_get_state (section->volume, i) == NEG_SLICE_READY && distance < best) {
      best = distance;
      *slice = i;
    }
  }
  return isfinite (best);
}

static gboolean
fail_all (NegVolumeLoad *load, GError **error)
{
  const GError *failure = neg_volume_load_get_failure (load);

  if (failure == NULL)
    return neg_fail (error, NEG_ERROR_NOT_FOUND, NULL, "no slice is there");
  g_propagate_prefixed_error (error, g_error_copy (failure), "no slice can be decoded: ");
  return FALSE;
}

/* A window of no width is none (C.11.2.1.2): neg_draw_init() goes on to the next. */
static gboolean
has_own_window (const NegInstance *instance, guint32 frame, guint first)
{
  const NegFrameInfo *info = neg_instance_get_frame_info (instance, frame);

  for (guint i = first; i < info->n_windows; i++) {
    const NegWindow *window = &instance->windows[info->first_window + i];
    const NegVoi voi = { .function = info->voi_function, .center = window->center, .width = window->width };

    if (neg_voi_is_valid (&voi))
      return TRUE;
  }
  return instance->n_voi_luts > 0;
}

static gboolean
is_fractional (const NegVolume *volume)
{
  return volume->sample_type == NEG_SAMPLE_F32 || volume->sample_type == NEG_SAMPLE_F64
         || (volume->modality_lut == NULL
             && (!volume->same_rescale || volume->slopes[0] != round (volume->slopes[0])
                 || volume->intercepts[0] != round (volume->intercepts[0])));
}

/* Without a window of its own the range is that of all slices, so that planes beside each other look alike; at most 8 bits
 * without a modality stage are shown as they are. */
static void
choose_voi (NegRenderSection *section, const NegRenderOptions *options, const NegFrameFormat *format)
{
  const NegModality *modality = &section->look.modality;
  double minimum, maximum;

  if (options->has_window)
    section->look.voi = options->window;
  else if (!has_own_window (section->nearest->instance, section->nearest->frame, MAX (options->voi, 1) - 1)
           && !(format->bits_stored <= 8 && modality->lut == NULL && modality->slope == 1 && modality->intercept == 0)
           && neg_volume_get_range (section->volume, &minimum, &maximum))
    neg_voi_init_range (&section->look.voi, minimum, maximum, is_fractional (section->volume));
}

/* As its own image is drawn: window or VOI LUT, polarity. The values of the plane are the modality's already, and what is
 * padding among them is not a number. */
static gboolean
init_look (NegRenderSection *section, const NegRenderOptions *options, GError **error)
{
  NegFrame frame;
  guint slice = 0;

  if (!find_nearest (section, &slice))
    return fail_all (section->load, error);
  section->index = neg_volume_load_get_index (section->load, slice);
  section->nearest = neg_series_get_frame (neg_volume_load_get_series (section->load), section->index);
  frame.pixels = section->volume->voxels + slice * section->volume->slice_bytes;
  if (!neg_frame_format_init (&frame.format, section->nearest->instance, NEG_FRAME_STORED, error)
      || !neg_render_check_voi (options, section->nearest->instance, section->nearest->frame, error))
    return FALSE;
  neg_draw_init (&section->look, section->nearest->instance, section->nearest->frame, &frame,
                 MAX (options->voi, 1) - 1);
  choose_voi (section, options, &frame.format);
  section->look.modality = (NegModality){ .slope = 1 };
  section->look.padding = (NegPadding){ 0 };
  section->look.palette = NULL;
  section->look.interpolation = NEG_INTERPOLATION_NEAREST;
  return TRUE;
}

/* ---- the picture */

typedef struct {
  const NegRenderSection *section;
  const NegPicture *picture;
  float *values;
  guint8 *covers;
} Drawing;

static void
draw_cb (guint first_row, guint n_rows, gpointer user_data)
{
  const Drawing *drawing = user_data;
  const NegRenderSection *section = drawing->section;
  const NegFrame frame = {
    .format = { .rows = section->height, .columns = section->width, .samples = 1, .bits_stored = 32,
                .sample_type = NEG_SAMPLE_F32, .color = NEG_COLOR_MONOCHROME2 },
    .pixels = drawing->values,
  };

  neg_reformat_rows (&section->reformat, section->volume, section->width, drawing->values, drawing->covers, first_row,
                     n_rows);
  neg_draw_rows (&section->look, &frame, drawing->picture, first_row, n_rows);
  neg_cover_draw_rows (drawing->covers, drawing->picture, first_row, n_rows);
}

static gboolean
draw_cpu (const NegRenderSection *section, const NegPicture *picture, GError **error)
{
  gsize n = (gsize) section->width * section->height;
  g_autofree float *values = g_try_new (float, n);
  g_autofree guint8 *covers = g_try_malloc (n);
  g_autoptr (NegRowWorkers) workers = neg_row_workers_new (0);
  Drawing drawing = { section, picture, values, covers };

  if (values == NULL || covers == NULL)
    return neg_fail (error, NEG_ERROR_MEMORY, NULL, "no memory for a plane of %u x %u", section->width,
                     section->height);
  neg_row_workers_run (workers, section->height, draw_cb, &drawing);
  return TRUE;
}

static gboolean
draw_gl (const NegRenderSection *section, const NegPicture *picture, GError **error)
{
  NegGlContext *context = neg_gl_context_new_surfaceless (error);
  NegGlDevice *device = context != NULL ? neg_gl_device_new (error) : NULL;
  NegGlVolume *gl = device != NULL ? neg_gl_volume_new (device, section->volume, error) : NULL;
  gboolean drawn = FALSE;

  if (gl != NULL) {
    neg_gl_volume_update (gl, 0); /* what fails is said when it is drawn */
    drawn = neg_gl_volume_draw_to_picture (device, gl, &section->reformat, &section->look, NULL, NULL, picture, error);
  }
  g_clear_pointer (&gl, neg_gl_volume_free);
  g_clear_pointer (&device, neg_gl_device_free);
  g_clear_pointer (&context, neg_gl_context_free);
  return drawn;
}

/* The picture is there then, with what is missing marked on it; a script is told all the same. */
static gboolean
check_whole (const NegRenderSection *section, GError **error)
{
  const GError *failure = neg_volume_load_get_failure (section->load);
  guint n = neg_volume_load_get_n_failed (section->load);

  if (n == 0)
    return TRUE;
  g_propagate_error (error, failure != NULL
                                ? g_error_copy (failure)
                                : g_error_new (NEG_ERROR, NEG_ERROR_UNREADABLE, "they cannot be decoded"));
  g_prefix_error (error, "%u of %u slices are missing in the picture: ", n, section->volume->n_slices);
  return FALSE;
}

static gboolean
render (NegRenderSection *section, const NegRenderOptions *options, const char *output, GError **error)
{
  g_autofree guint8 *memory = NULL;
  NegPicture picture;
  gboolean drawn;

  if (!place (section, options, error) || !init_look (section, options, error)
      || !neg_render_picture_init (&picture, section->width, section->height, 1, error))
    return FALSE;
  memory = picture.pixels;
  drawn = options->renderer == NEG_RENDERER_GL ? draw_gl (section, &picture, error)
                                               : draw_cpu (section, &picture, error);
  return drawn && neg_render_annotate (section, options, &picture, error)
         && neg_image_file_write (&picture, NEG_IMAGE_PNG, 0, output, NULL, error)
         && check_whole (section, error);
}

gboolean
neg_render_volume (const NegRenderOptions *options, NegEnginePool *pool, const char *path, const char *output,
                   GError **error)
{
  g_autoptr (NegVolumeLoad) load = NULL;
  NegRenderSection section = { NULL };

  if (options->presentation_state != NULL)
    return neg_fail (error, NEG_ERROR_REFUSED, options->presentation_state,
                     "a presentation state is about images, not about planes out of a volume");
  load = neg_command_load_volume (pool, path, error);
  if (load == NULL)
    return FALSE;
  section.load = load;
  section.volume = neg_volume_load_get_volume (load);
  return render (&section, options, output, error);
}
