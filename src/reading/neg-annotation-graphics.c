#include "config.h"

#include "reading/neg-annotation-graphics.h"

#include <math.h>

#include "reading/neg-annotation-values.h"
#include "reading/neg-presentation-private.h"

#define WHITE 0xFFFF

static void
add_graphic (NegGraphicAnnotation *annotation, NegGraphicType type, const double *points, guint n_points)
{
  annotation->graphics = g_renew (NegGraphic, annotation->graphics, annotation->n_graphics + 1);
  annotation->graphics[annotation->n_graphics++]
      = (NegGraphic){ type, NEG_UNITS_PIXEL, FALSE, n_points, g_memdup2 (points, 2 * n_points * sizeof *points) };
}

/* Ends of the longer axis first (C.10.5.1.2). */
static void
add_ellipse (NegGraphicAnnotation *annotation, const double *p)
{
  const double x = (p[0] + p[2]) / 2, y = (p[1] + p[3]) / 2;
  const double wide[] = { p[0], y, p[2], y, x, p[1], x, p[3] }, high[] = { x, p[1], x, p[3], p[0], y, p[2], y };

  add_graphic (annotation, NEG_GRAPHIC_ELLIPSE, fabs (p[2] - p[0]) >= fabs (p[3] - p[1]) ? wide : high, 4);
}

static void
add_outline (NegGraphicAnnotation *annotation, const double *points, guint n_points)
{
  g_autofree double *closed = g_new (double, 2 * (n_points + 1));

  for (guint i = 0; i < 2 * n_points; i++)
    closed[i] = points[i];
  closed[2 * n_points] = points[0];
  closed[2 * n_points + 1] = points[1];
  add_graphic (annotation, NEG_GRAPHIC_POLYLINE, closed, n_points + 1);
}

static void
add_shape (NegGraphicAnnotation *to, const NegAnnotation *annotation)
{
  const double *p = annotation->points_px;
  const double box[] = { p[0], p[1], p[annotation->n_points > 1 ? 2 : 0], p[1], p[annotation->n_points > 1 ? 2 : 0],
                         p[annotation->n_points > 1 ? 3 : 1], p[0], p[annotation->n_points > 1 ? 3 : 1] };

  switch (annotation->kind) {
  case NEG_ANNOTATION_COBB:
    add_graphic (to, NEG_GRAPHIC_POLYLINE, p, 2);
    add_graphic (to, NEG_GRAPHIC_POLYLINE, p + 4, 2);
    break;
  case NEG_ANNOTATION_ELLIPSE:
    add_ellipse (to, p);
    break;
  case NEG_ANNOTATION_RECTANGLE:
    add_outline (to, box, 4);
    break;
  case NEG_ANNOTATION_FREEHAND:
    add_outline (to, p, annotation->n_points);
    break;
  case NEG_ANNOTATION_PROBE:
    add_graphic (to, NEG_GRAPHIC_POINT, p, 1);
    break;
  case NEG_ANNOTATION_LENGTH:
  case NEG_ANNOTATION_ANGLE:
  case NEG_ANNOTATION_ARROW:
  case NEG_ANNOTATION_N_KINDS:
  default:
    add_graphic (to, NEG_GRAPHIC_POLYLINE, p, annotation->n_points);
    break;
  }
}

/* Lines of a text are parted by CR LF (C.10.5: ST). */
static void
add_text (NegGraphicAnnotation *to, const NegAnnotation *annotation)
{
  const char *words = annotation->text != NULL ? annotation->text : "";
  g_autofree char *numbers = neg_annotation_dup_lines (annotation, NULL);
  g_autofree char *lines = g_strconcat (words, *words != '\0' && *numbers != '\0' ? "\n" : "", numbers, NULL);
  g_auto (GStrv) parts = g_strsplit (lines, "\n", -1);
  const guint last = annotation->n_points - 1;

  if (*lines == '\0')
    return;
  to->n_texts = 1;
  to->texts = g_new0 (NegGraphicText, 1);
  to->texts[0] = (NegGraphicText){ .text = g_strjoinv ("\r\n", parts), .has_anchor = TRUE,
                                   .anchor_units = NEG_UNITS_PIXEL,
                                   .anchor = { annotation->points_px[2 * last], annotation->points_px[2 * last + 1] } };
}

static void
add_annotation (NegPresentation *presentation, const NegAnnotation *annotation)
{
  NegGraphicAnnotation *to;

  presentation->annotations
      = g_renew (NegGraphicAnnotation, presentation->annotations, presentation->n_annotations + 1);
  to = &presentation->annotations[presentation->n_annotations++];
  *to = (NegGraphicAnnotation){ .layer = g_strdup (NEG_LAYER_MEASUREMENTS) };
  to->references = (NegImageReferences){ 1, g_new0 (NegImageReference, 1) };
  to->references.items[0] = (NegImageReference){ .sop_class_uid = g_strdup (annotation->sop_class_uid),
                                                 .sop_instance_uid = g_strdup (annotation->sop_instance_uid) };
  to->references.items[0].n_frames = 1;
  to->references.items[0].frames = g_memdup2 (&annotation->frame, sizeof annotation->frame);
  add_shape (to, annotation);
  add_text (to, annotation);
}

static void
add_layer (NegPresentation *presentation, const char *name, gint32 order)
{
  presentation->layers = g_renew (NegGraphicLayer, presentation->layers, presentation->n_layers + 1);
  presentation->layers[presentation->n_layers++]
      = (NegGraphicLayer){ .name = g_strdup (name), .order = order, .has_gray = TRUE, .gray = WHITE };
}

static void
define_layer (NegPresentation *presentation, GHashTable *names, const char *name)
{
  gint32 order = 0;

  if (name == NULL || g_hash_table_contains (names, name))
    return;
  for (guint32 i = 0; i < presentation->n_layers; i++)
    order = MAX (order, presentation->layers[i].order);
  add_layer (presentation, name, order < G_MAXINT32 ? order + 1 : order);
  g_hash_table_add (names, (char *) name);
}

/* Measurements last: above all. Names of a hostile state are as many as it has drawings. */
void
neg_presentation_define_layers (NegPresentation *presentation)
{
  g_autoptr (GHashTable) names = g_hash_table_new (g_str_hash, g_str_equal);
  const char *measurements = NULL;

  for (guint32 i = 0; i < presentation->n_layers; i++)
    g_hash_table_add (names, presentation->layers[i].name);
  for (guint32 i = 0; i < presentation->n_overlays; i++)
    define_layer (presentation, names, presentation->overlays[i].activation_layer);
  for (guint32 i = 0; i < presentation->n_annotations; i++)
    if (g_strcmp0 (presentation->annotations[i].layer, NEG_LAYER_MEASUREMENTS) == 0)
      measurements = presentation->annotations[i].layer;
    else
      define_layer (presentation, names, presentation->annotations[i].layer);
  define_layer (presentation, names, measurements);
}

void
neg_presentation_add_annotations (NegPresentation *presentation, const GPtrArray *annotations)
{
  g_autoptr (NegPresentationIndex) index = _neg_presentation_index_new (presentation);

  for (guint i = 0; annotations != NULL && i < annotations->len; i++) {
    const NegAnnotation *annotation = g_ptr_array_index (annotations, i);

    if (annotation->n_points > 0
        && _neg_presentation_index_means (index, annotation->sop_instance_uid, annotation->frame - 1))
      add_annotation (presentation, annotation);
  }
  neg_presentation_define_layers (presentation);
}
