#include "config.h"

#include <glib/gi18n.h>
#include <math.h>
#include <string.h>

#include "base/neg-error.h"
#include "commands/neg-command-render-private.h"
#include "export/neg-export-picture.h"
#include "export/neg-image-file.h"
#include "export/neg-marks-cairo.h"
#include "export/neg-overlay-cairo.h"
#include "export/neg-picture-cairo.h"
#include "reading/neg-view-presentation.h"
#include "render/neg-gl.h"

#define OUTPUT_SIDE_MAX 16384

static const char *const interpolation_names[] = { "nearest", "linear", "cubic", NULL };
static const char *const renderer_names[] = { "auto", "gl", "cpu", NULL };
static const char *const function_names[] = { "linear", "linear-exact", "sigmoid", NULL };

static gboolean
parse_name (const char *text, const char *const *names, guint *value)
{
  for (guint i = 0; names[i] != NULL; i++)
    if (strcmp (text, names[i]) == 0) {
      *value = i;
      return TRUE;
    }
  return FALSE;
}

static gboolean
parse_double (const char *text, double *value)
{
  char *end;

  *value = g_ascii_strtod (text, &end);
  return end != text && *end == '\0' && isfinite (*value);
}

/* C,W[,linear|linear-exact|sigmoid] */
static gboolean
parse_window (const char *text, NegRenderOptions *options)
{
  g_auto (GStrv) parts = g_strsplit (text, ",", 4);
  guint n = g_strv_length (parts);
  guint function = NEG_VOI_LINEAR;

  if (n < 2 || n > 3 || !parse_double (parts[0], &options->window.center)
      || !parse_double (parts[1], &options->window.width) || (n == 3 && !parse_name (parts[2], function_names, &function)))
    return FALSE;
  options->window.function = function;
  options->window.lut = NULL;
  options->has_window = TRUE;
  return neg_voi_is_valid (&options->window);
}

/* WxH */
static gboolean
parse_size (const char *text, NegRenderOptions *options)
{
  char *end;
  guint64 width = g_ascii_strtoull (text, &end, 10);
  guint64 height = *end == 'x' ? g_ascii_strtoull (end + 1, &end, 10) : 0;

  options->width = width;
  options->height = height;
  return *end == '\0' && width > 0 && height > 0 && width <= OUTPUT_SIDE_MAX && height <= OUTPUT_SIDE_MAX;
}

/* A file by itself is a series too: what is written about an image is told by its place in one. */
static void
find_series (NegSubject *subject)
{
  g_autoptr (GPtrArray) instances = g_ptr_array_new (), blobs = g_ptr_array_new (), built = NULL;

  g_ptr_array_add (instances, subject->instance);
  g_ptr_array_add (blobs, subject->blob);
  built = neg_series_build (instances, blobs);
  for (guint i = 0; i < built->len && subject->series == NULL; i++) {
    NegSeries *series = g_ptr_array_index (built, i);

    for (guint j = 0; j < neg_series_get_n_frames (series) && subject->series == NULL; j++)
      if (neg_series_get_frame (series, j)->frame == subject->frame) {
        subject->series = g_object_ref (series);
        subject->index = j;
      }
  }
}

static gboolean
draw_gl (const NegDraw *draw, const NegFrame *frame, NegPicture *picture, GError **error)
{
  NegGlContext *context = neg_gl_context_new_surfaceless (error);
  NegGlDevice *device = context ? neg_gl_device_new (error) : NULL;
  NegGlImage *image = device ? neg_gl_image_new (device, frame, error) : NULL;
  gboolean drawn = image != NULL && neg_gl_draw_to_picture (device, image, draw, picture, error);

  g_clear_pointer (&image, neg_gl_image_free);
  g_clear_pointer (&device, neg_gl_device_free);
  g_clear_pointer (&context, neg_gl_context_free);
  return drawn;
}

static gboolean
same_affine (const NegAffine *a, const NegAffine *b)
{
  for (guint i = 0; i < G_N_ELEMENTS (a->m); i++)
    if (fabs (a->m[i] - b->m[i]) > 1e-6)
      return FALSE;
  return TRUE;
}

/* Above the picture as the viewport would have it; the pixels below are those without. */
static gboolean
annotate (const NegRenderOptions *options, NegSubject *subject, const NegRenderSource *source,
          const NegPicture *picture, GError **error)
{
  const NegExportLook look = { .size = NEG_EXPORT_AS_SHOWN, .width = picture->width, .height = picture->height,
                               .annotated = TRUE, .identified = !options->anonymous };
  const NegVoi *voi = picture->channels == 1 ? &source->draw.voi : NULL;
  NegViewState state;
  NegOverlay overlay;
  NegAffine affine;
  gboolean drawn;

  neg_view_state_init (&state);
  neg_view_state_set_series (&state, subject->series);
  neg_view_state_set_index (&state, subject->index);
  neg_view_state_set_preset (&state, MAX (options->voi, 1) - 1);
  if (source->state != NULL
      && !neg_view_state_set_presentation (&state, source->state->presentation, source->state->study_uid,
                                           picture->width, picture->height, 0, error)) {
    neg_view_state_clear (&state);
    return FALSE;
  }
  if (options->has_window)
    neg_view_state_set_window (&state, &options->window);
  neg_export_init_overlay (&overlay, &state, &look, voi, picture->width, picture->height, NULL);
  /* Pixel by pixel, an image whose pixels are not square has no scale that is right both ways. */
  if (!neg_view_state_get_affine (&state, picture->width, picture->height, &affine)
      || !same_affine (&affine, &source->draw.output_to_image))
    overlay.has_scale_bar = FALSE;
  drawn = neg_overlay_draw (&overlay, picture, error);
  neg_overlay_clear (&overlay);
  neg_view_state_clear (&state);
  return drawn;
}

typedef struct {
  NegMarksStyle style;
  const NegPresentation *presentation;
  const NegSubject *subject;
} Marking;

static void
paint_marks (cairo_t *cr, gpointer user_data)
{
  const Marking *marking = user_data;

  neg_marks_draw_presentation (cr, &marking->style, marking->presentation, marking->subject->instance->sop_instance_uid,
                               marking->subject->frame);
}

/* What the state draws; a text of it may be a name, as any text of a file. */
static gboolean
mark (const NegRenderOptions *options, const NegSubject *subject, const NegRenderSource *source,
      const NegPicture *picture, GError **error)
{
  Marking marking = {
    .style = { .output_to_image = source->draw.output_to_image, .width = picture->width, .height = picture->height },
    .presentation = neg_render_source_get_presentation (source),
    .subject = subject,
  };

  if (marking.presentation == NULL || options->anonymous)
    return TRUE;
  marking.style.line_px = CLAMP (MIN (picture->width, picture->height) / 40.0, 9, 84);
  neg_presentation_get_area (marking.presentation, subject->instance, subject->frame, &source->draw.output_to_image,
                             marking.style.area_px);
  return neg_picture_paint (picture, paint_marks, &marking, error);
}

static gboolean
write_above (const NegRenderOptions *options, NegSubject *subject, const NegRenderSource *source,
             const NegPicture *picture, GError **error)
{
  if (!options->annotations)
    return TRUE;
  if (subject->series == NULL)
    find_series (subject);
  if (subject->series == NULL)
    return neg_fail (error, NEG_ERROR_UNSUPPORTED, NULL, "there is nothing to write about this image");
  return mark (options, subject, source, picture, error) && annotate (options, subject, source, picture, error);
}

static gboolean
render (const NegRenderOptions *options, NegSubject *subject, const NegRenderSource *source, const char *output,
        GError **error)
{
  const NegDraw *draw = &source->draw;
  g_autofree guint8 *memory = NULL;
  NegPicture picture = { .width = source->width, .height = source->height };

  picture.channels = neg_draw_is_color (draw, &source->frame) ? 3 : 1;
  picture.stride = (gsize) picture.width * picture.channels;
  memory = g_try_malloc0_n (picture.height, picture.stride);
  if (memory == NULL)
    return neg_fail (error, NEG_ERROR_MEMORY, NULL, "no memory for a picture of %u x %u", picture.width,
                     picture.height);
  picture.pixels = memory;
  if (options->renderer == NEG_RENDERER_GL) {
    if (!draw_gl (draw, &source->frame, &picture, error))
      return FALSE;
  } else {
    neg_draw_rows (draw, &source->frame, &picture, 0, picture.height);
  }
  return write_above (options, subject, source, &picture, error)
         && neg_image_file_write (&picture, NEG_IMAGE_PNG, 0, output, NULL, error);
}

static gboolean
run (const NegRenderOptions *options, const char *path, const char *output, GError **error)
{
  g_autoptr (NegEnginePool) pool = neg_engine_pool_new (NULL, error);
  g_auto (NegSubject) subject = { 0 };
  g_auto (NegRenderSource) source = { 0 };

  if (pool == NULL || !neg_subject_find (pool, path, options->frame - 1, &subject, error)
      || !neg_render_source_init (&source, pool, options, &subject, error))
    return FALSE;
  source.draw.interpolation = options->interpolation;
  return render (options, &subject, &source, output, error);
}

static int
check_usage (NegRenderOptions *options, char **paths, const char *output, const char *size, const char *window,
             const char *interpolation, const char *renderer)
{
  guint value;

  if (g_strv_length (paths) != 1 || output == NULL)
    return neg_command_usage (_ ("one PATH and --output PNG are needed"));
  if (options->frame < 1 || options->voi < 0)
    return neg_command_usage (_ ("--frame and --voi count from 1"));
  if (size != NULL && !parse_size (size, options))
    return neg_command_usage (_ ("--size is WxH in pixels"));
  if (window != NULL && !parse_window (window, options))
    return neg_command_usage (_ ("--window is C,W[,linear|linear-exact|sigmoid] with a width that the function allows"));
  if (interpolation != NULL) {
    if (!parse_name (interpolation, interpolation_names, &value))
      return neg_command_usage (_ ("--interpolation is nearest, linear or cubic"));
    options->interpolation = value;
  }
  if (renderer != NULL) {
    if (!parse_name (renderer, renderer_names, &value))
      return neg_command_usage (_ ("--renderer is auto, gl or cpu"));
    options->renderer = value;
  }
  return NEG_EXIT_DONE;
}

int
neg_command_render (int argc, char **argv)
{
  NegRenderOptions options = { .frame = 1, .interpolation = NEG_INTERPOLATION_LINEAR };
  g_autofree char *output = NULL, *size = NULL, *window = NULL, *interpolation = NULL, *renderer = NULL,
                   *state = NULL;
  g_auto (GStrv) paths = NULL;
  gboolean json = FALSE;
  g_autoptr (GError) error = NULL;
  const GOptionEntry entries[] = {
    { "output", 0, 0, G_OPTION_ARG_FILENAME, &output, N_ ("where the picture goes"), N_ ("PNG") },
    { "frame", 0, 0, G_OPTION_ARG_INT, &options.frame, N_ ("which frame or image of the series, from 1"), N_ ("N") },
    { "size", 0, 0, G_OPTION_ARG_STRING, &size, N_ ("fit into W x H pixels"), N_ ("WxH") },
    { "window", 0, 0, G_OPTION_ARG_STRING, &window, N_ ("window center, width, function"), N_ ("C,W[,F]") },
    { "voi", 0, 0, G_OPTION_ARG_INT, &options.voi, N_ ("the Nth of the file's own windows or tables"), N_ ("N") },
    { "interpolation", 0, 0, G_OPTION_ARG_STRING, &interpolation, N_ ("nearest, linear or cubic"), N_ ("NAME") },
    { "presentation-state", 0, 0, G_OPTION_ARG_FILENAME, &state, N_ ("as this presentation state wants it"),
      N_ ("FILE") },
    { "subtract", 0, 0, G_OPTION_ARG_NONE, &options.subtract, N_ ("less the mask that the object names (DSA)"), NULL },
    { "renderer", 0, 0, G_OPTION_ARG_STRING, &renderer, N_ ("auto, gl or cpu"), N_ ("NAME") },
    { "annotations", 0, 0, G_OPTION_ARG_NONE, &options.annotations,
      N_ ("write on it what the viewport would, the patient's name too"), NULL },
    { "anonymous", 0, 0, G_OPTION_ARG_NONE, &options.anonymous, N_ ("annotations without who it is, and no dates"), NULL },
    { NULL },
  };
  int status;

  if (!neg_command_parse (&argc, &argv, entries, _ ("PATH --output PNG"),
                          _ ("One image as the viewport draws it, without annotations unless asked: 8-bit grey or RGB."), 1, &paths,
                          &json))
    return NEG_EXIT_USAGE;
  status = check_usage (&options, paths, output, size, window, interpolation, renderer);
  if (status != NEG_EXIT_DONE)
    return status;
  options.presentation_state = state;
  return run (&options, paths[0], output, &error) ? NEG_EXIT_DONE : neg_command_fail (paths[0], error);
}
