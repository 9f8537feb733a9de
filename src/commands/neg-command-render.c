#include "config.h"

#include <glib/gi18n.h>
#include <math.h>

#include "base/neg-error.h"
#include "commands/neg-command-render-private.h"
#include "export/neg-export-picture.h"
#include "export/neg-image-file.h"
#include "export/neg-marks-cairo.h"
#include "export/neg-overlay-cairo.h"
#include "export/neg-picture-cairo.h"
#include "reading/neg-view-presentation.h"
#include "render/neg-gl.h"

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

gboolean
neg_render_picture_init (NegPicture *picture, guint width, guint height, guint channels, GError **error)
{
  *picture = (NegPicture){ .width = width, .height = height, .channels = channels, .stride = (gsize) width * channels };
  picture->pixels = g_try_malloc0_n (height, picture->stride);
  return picture->pixels != NULL
         || neg_fail (error, NEG_ERROR_MEMORY, NULL, "no memory for a picture of %u x %u", width, height);
}

static gboolean
render (const NegRenderOptions *options, NegSubject *subject, const NegRenderSource *source, const char *output,
        GError **error)
{
  const NegDraw *draw = &source->draw;
  g_autofree guint8 *memory = NULL;
  NegPicture picture;

  if (!neg_render_picture_init (&picture, source->width, source->height,
                                neg_draw_is_color (draw, &source->frame) ? 3 : 1, error))
    return FALSE;
  memory = picture.pixels;
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
render_image (const NegRenderOptions *options, NegEnginePool *pool, const char *path, const char *output, GError **error)
{
  g_auto (NegSubject) subject = { 0 };
  g_auto (NegRenderSource) source = { 0 };

  if (!neg_subject_find (pool, path, options->frame - 1, &subject, error)
      || !neg_render_source_init (&source, pool, options, &subject, error))
    return FALSE;
  source.draw.interpolation = options->interpolation;
  return render (options, &subject, &source, output, error);
}

static gboolean
run (const NegRenderOptions *options, const char *path, const char *output, GError **error)
{
  g_autoptr (NegEnginePool) pool = neg_engine_pool_new (NULL, error);

  if (pool == NULL)
    return FALSE;
  return options->plane.wanted ? neg_render_volume (options, pool, path, output, error)
                               : render_image (options, pool, path, output, error);
}

/* Of an image, and those that a plane has too. */
static gboolean
parse (int *argc, char ***argv, NegRenderOptions *options, NegRenderWords *words, char **output, char ***paths)
{
  const GOptionEntry entries[] = {
    { "output", 0, 0, G_OPTION_ARG_FILENAME, output, N_ ("where the picture goes"), N_ ("PNG") },
    { "frame", 0, 0, G_OPTION_ARG_INT, &options->frame, N_ ("which frame or image of the series, from 1"), N_ ("N") },
    { "size", 0, 0, G_OPTION_ARG_STRING, &words->size, N_ ("fit into W x H pixels"), N_ ("WxH") },
    { "window", 0, 0, G_OPTION_ARG_STRING, &words->window, N_ ("window center, width, function"), N_ ("C,W[,F]") },
    { "voi", 0, 0, G_OPTION_ARG_INT, &options->voi, N_ ("the Nth of the file's own windows or tables"), N_ ("N") },
    { "interpolation", 0, 0, G_OPTION_ARG_STRING, &words->interpolation, N_ ("nearest, linear or cubic"), N_ ("NAME") },
    { "presentation-state", 0, 0, G_OPTION_ARG_FILENAME, &options->presentation_state,
      N_ ("as this presentation state wants it"), N_ ("FILE") },
    { "subtract", 0, 0, G_OPTION_ARG_NONE, &options->subtract, N_ ("less the mask that the object names (DSA)"), NULL },
    { "renderer", 0, 0, G_OPTION_ARG_STRING, &words->renderer, N_ ("auto, gl or cpu"), N_ ("NAME") },
    { "annotations", 0, 0, G_OPTION_ARG_NONE, &options->annotations,
      N_ ("write on it what the viewport would, the patient's name too"), NULL },
    { "anonymous", 0, 0, G_OPTION_ARG_NONE, &options->anonymous, N_ ("annotations without who it is, and no dates"), NULL },
    { "plane", 0, 0, G_OPTION_ARG_STRING, &words->plane, N_ ("out of a volume: axial, coronal or sagittal"), N_ ("NAME") },
    { "normal", 0, 0, G_OPTION_ARG_STRING, &words->normal, N_ ("out of a volume: the direction one looks along"),
      N_ ("X,Y,Z") },
    { "up", 0, 0, G_OPTION_ARG_STRING, &words->up, N_ ("what points up then"), N_ ("X,Y,Z") },
    { "at", 0, 0, G_OPTION_ARG_STRING, &words->at, N_ ("the middle of the plane in the patient, in mm (the volume's)"),
      N_ ("X,Y,Z") },
    { "field-mm", 0, 0, G_OPTION_ARG_STRING, &words->field, N_ ("what the plane spans (all of the volume)"), N_ ("WxH") },
    { "slab-mm", 0, 0, G_OPTION_ARG_STRING, &words->slab, N_ ("thickness, the plane in its middle"), N_ ("T") },
    { "projection", 0, 0, G_OPTION_ARG_STRING, &words->projection, N_ ("through the slab: mip, minip or mean (mip)"),
      N_ ("NAME") },
    { NULL },
  };
  gboolean json = FALSE;

  return neg_command_parse (argc, argv, entries, _ ("PATH --output PNG"),
                            _ ("One image as the viewport draws it, without annotations unless asked: 8-bit grey or RGB; or a "
                               "plane out of the first series that is a volume."),
                            1, paths, &json);
}

int
neg_command_render (int argc, char **argv)
{
  NegRenderOptions options = { .frame = 1, .interpolation = NEG_INTERPOLATION_LINEAR };
  g_auto (NegRenderWords) words = { 0 };
  g_autofree char *output = NULL;
  g_auto (GStrv) paths = NULL;
  g_autoptr (GError) error = NULL;
  int status = NEG_EXIT_USAGE;

  if (!parse (&argc, &argv, &options, &words, &output, &paths))
    ;
  else if (g_strv_length (paths) != 1 || output == NULL)
    neg_command_usage (_ ("one PATH and --output PNG are needed"));
  else
    status = neg_render_options_parse (&options, &words);
  if (status == NEG_EXIT_DONE && !run (&options, paths[0], output, &error))
    status = neg_command_fail (paths[0], error);
  g_free (options.presentation_state);
  return status;
}
