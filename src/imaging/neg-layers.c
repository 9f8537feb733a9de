#include "config.h"

#include "imaging/neg-layers.h"

#include <math.h>
#include <string.h>

#include "imaging/neg-graphic.h"
#include "imaging/neg-layers-private.h"

/* An overlay that nobody gave a colour: apart from every grey, bright or dark; white where there is no colour. */
static const guint8 own_color[3] = { 0xff, 0xd2, 0x3f };

/* A plane that is to be seen. */
typedef struct {
  const NegOverlayPlane *plane;
  const NegGraphicLayer *layer; /* nullable */
  gint32 order;
} Shown;

static const NegGraphicLayer *
find_layer (const NegPresentation *presentation, const char *name)
{
  for (guint32 i = 0; i < presentation->n_layers; i++)
    if (g_strcmp0 (presentation->layers[i].name, name) == 0)
      return &presentation->layers[i];
  return NULL;
}

static const NegOverlayPlane *
find_plane (const NegOverlayPlane *planes, guint32 n_planes, guint16 group)
{
  for (guint32 i = 0; i < n_planes; i++)
    if (planes[i].group == group && planes[i].bits != NULL)
      return &planes[i];
  return NULL;
}

static int
compare_shown (gconstpointer a, gconstpointer b)
{
  const Shown *one = a, *other = b;

  if (one->order != other->order)
    return one->order < other->order ? -1 : 1;
  return (int) one->plane->group - (int) other->plane->group;
}

/* Under a state only what it activates (C.11.7): planes that it brings itself, else those of the image. */
static void
add_activated (GArray *shown, const NegInstance *instance, const NegPresentation *presentation)
{
  for (guint32 i = 0; i < presentation->n_overlays; i++) {
    const NegOverlayPlane *activation = &presentation->overlays[i];
    Shown one = { .plane = activation };

    if (activation->activation_layer == NULL || *activation->activation_layer == '\0')
      continue;
    if (activation->bits == NULL)
      one.plane = find_plane (instance->overlays, instance->n_overlays, activation->group);
    one.layer = find_layer (presentation, activation->activation_layer);
    one.order = one.layer != NULL ? one.layer->order : 0;
    if (one.plane != NULL)
      g_array_append_val (shown, one);
  }
}

/* In the order in which they are drawn. */
static GArray *
list_shown (const NegInstance *instance, const NegPresentation *presentation)
{
  GArray *shown = g_array_new (FALSE, FALSE, sizeof (Shown));

  if (presentation != NULL)
    add_activated (shown, instance, presentation);
  else
    for (guint32 i = 0; i < instance->n_overlays; i++)
      /* The ones of a bitmap shutter cover, they are no drawing (C.7.6.15). */
      if (instance->overlays[i].group != instance->shutter.bitmap_group
          && instance->overlays[i].bits != NULL)
        g_array_append_val (shown, (Shown){ .plane = &instance->overlays[i] });
  g_array_sort (shown, compare_shown);
  return shown;
}

/* The plane of a bitmap shutter: the state's own, else the image's. */
static const NegOverlayPlane *
find_bitmap (const NegInstance *instance, const NegPresentation *presentation)
{
  guint16 group = presentation != NULL ? presentation->shutter.bitmap_group : instance->shutter.bitmap_group;
  const NegOverlayPlane *plane = NULL;

  if (group != 0 && presentation != NULL)
    plane = find_plane (presentation->overlays, presentation->n_overlays, group);
  if (group != 0 && plane == NULL)
    plane = find_plane (instance->overlays, instance->n_overlays, group);
  return plane;
}

/* ---- planes */

typedef struct {
  NegLayers *layers;
  guint32 frame;
} Canvas;

/* @n bits from number @bit on; most bytes of most planes hold nothing. */
static void
put_bits (const guint8 *bits, guint64 bit, gint64 n, guint8 *cells, guint8 cell)
{
  for (gint64 i = 0; i < n;)
    if ((bit + i) % 8 == 0 && bits[(bit + i) / 8] == 0) {
      i += 8;
    } else {
      if (bits[(bit + i) / 8] >> ((bit + i) % 8) & 1)
        cells[i] = cell;
      i++;
    }
}

/* From the first pixel of the image to the last that the plane reaches; its origin may lie outside. */
static void
put_plane (const Canvas *canvas, const NegOverlayPlane *plane, guint8 cell)
{
  const NegLayers *layers = canvas->layers;
  const gint64 before = (gint64) plane->origin_column - 1, above = (gint64) plane->origin_row - 1;
  const gint64 frame = plane->first_frame == 0 ? 0 : (gint64) canvas->frame + 1 - plane->first_frame;
  gint64 left = MAX (before, 0), top = MAX (above, 0), right = MIN (before + plane->columns, layers->columns);
  gint64 bottom = MIN (above + plane->rows, layers->rows);

  if (plane->bits == NULL || frame < 0 || frame >= plane->n_frames)
    return;
  for (gint64 row = top; row < bottom && left < right; row++) {
    guint64 bit = ((guint64) frame * plane->rows + (row - above)) * plane->columns + (left - before);

    if ((bit + (right - left) + 7) / 8 > plane->n_bytes)
      return; /* fewer bytes than it promises */
    put_bits (plane->bits, bit, right - left, layers->cells + row * layers->columns + left, cell);
  }
}

/* ---- colours */

static guint8
level_of_p_value (guint16 p_value)
{
  return (p_value * 255u + 32767) / 65535;
}

/* The cell for a colour, the one that is there already where the same is asked for again; 0: no room left. */
static guint8
add_color (NegLayers *layers, const guint8 rgb[3], guint8 grey)
{
  for (guint i = 1; i <= layers->n_colors; i++)
    if (memcmp (layers->colors[i], rgb, 3) == 0 && layers->greys[i] == grey)
      return i;
  if (layers->n_colors == G_MAXUINT8)
    return G_MAXUINT8;
  layers->n_colors++;
  memcpy (layers->colors[layers->n_colors], rgb, 3);
  layers->greys[layers->n_colors] = grey;
  return layers->n_colors;
}

static guint8
get_grey (const guint8 rgb[3])
{
  return 0.299 * rgb[0] + 0.587 * rgb[1] + 0.114 * rgb[2] + 0.5;
}

static guint8
add_layer_color (NegLayers *layers, const NegGraphicLayer *layer)
{
  guint8 rgb[3], grey = 0xff;

  if (layer == NULL || (!layer->has_color && !layer->has_gray))
    return add_color (layers, own_color, grey);
  if (layer->has_gray)
    grey = rgb[0] = rgb[1] = rgb[2] = level_of_p_value (layer->gray);
  if (layer->has_color) {
    neg_lab_to_rgb (layer->color_lab, rgb);
    if (!layer->has_gray)
      grey = get_grey (rgb);
  }
  return add_color (layers, rgb, grey);
}

/* ---- together */

static void
put_shutter (const Canvas *canvas, const NegInstance *instance, const NegPresentation *presentation)
{
  const NegShutter *shutter = presentation != NULL ? &presentation->shutter : &instance->shutter;
  const NegOverlayPlane *bitmap = find_bitmap (instance, presentation);
  guint8 level = shutter->has_value ? level_of_p_value (shutter->value) : 0, cell;
  guint8 rgb[3] = { level, level, level };

  if (!neg_shutter_is_set (shutter))
    return;
  if (shutter->has_color)
    neg_lab_to_rgb (shutter->color_lab, rgb);
  if (shutter->has_color && !shutter->has_value)
    level = get_grey (rgb);
  cell = add_color (canvas->layers, rgb, level);
  _neg_layers_put_shapes (canvas->layers, shutter, neg_instance_get_pixel_aspect (instance, canvas->frame), cell);
  if (bitmap != NULL)
    put_plane (canvas, bitmap, cell);
}

static gboolean
is_empty (const NegLayers *layers)
{
  gsize n = (gsize) layers->columns * layers->rows;

  for (gsize i = 0; i < n; i++)
    if (layers->cells[i] != 0)
      return FALSE;
  return TRUE;
}

static NegLayers *
layers_new_clear (guint32 columns, guint32 rows)
{
  static gsize last_serial = 0;
  NegLayers *layers;
  guint8 *cells = columns > 0 && rows > 0 ? g_try_malloc0_n (rows, columns) : NULL;

  if (cells == NULL)
    return NULL;
  layers = g_new0 (NegLayers, 1);
  layers->columns = columns;
  layers->rows = rows;
  layers->cells = cells;
  layers->serial = (gsize) g_atomic_pointer_add (&last_serial, 1) + 1;
  return layers;
}

static void
put_box (const NegLayers *layers, const double box[4], guint8 cell)
{
  gint64 left = MAX ((gint64) floor (box[0]) - 1, 0), right = MIN ((gint64) ceil (box[0] + box[2]) + 1, layers->columns);
  gint64 top = MAX ((gint64) floor (box[1]) - 1, 0), bottom = MIN ((gint64) ceil (box[1] + box[3]) + 1, layers->rows);

  for (gint64 row = top; row < bottom && left < right; row++)
    memset (layers->cells + row * layers->columns + left, cell, right - left);
}

NegLayers *
neg_layers_new_covering (const NegInstance *instance, guint32 frame, const NegPresentation *presentation,
                         const double (*boxes)[4], guint n_boxes)
{
  static const guint8 cover[3] = { 0x2a, 0x2a, 0x2a };
  NegLayers *layers = layers_new_clear (instance->columns, instance->rows);
  const Canvas canvas = { layers, frame };
  guint8 cell;

  if (layers == NULL)
    return NULL;
  put_shutter (&canvas, instance, presentation);
  cell = add_color (layers, cover, cover[0]);
  for (guint i = 0; i < n_boxes; i++)
    put_box (layers, boxes[i], cell);
  return layers;
}

NegLayers *
neg_layers_new (const NegInstance *instance, guint32 frame, const NegPresentation *presentation)
{
  g_autoptr (GArray) shown = list_shown (instance, presentation);
  g_autoptr (NegLayers) layers = NULL;
  Canvas canvas = { NULL, frame };

  if (shown->len == 0 && !neg_shutter_is_set (presentation != NULL ? &presentation->shutter : &instance->shutter))
    return NULL;
  layers = layers_new_clear (instance->columns, instance->rows);
  if (layers == NULL)
    return NULL;
  canvas.layers = layers;
  put_shutter (&canvas, instance, presentation);
  for (guint i = 0; i < shown->len; i++) {
    const Shown *one = &g_array_index (shown, Shown, i);

    put_plane (&canvas, one->plane, add_layer_color (layers, one->layer));
  }
  return is_empty (layers) ? NULL : g_steal_pointer (&layers);
}

void
neg_layers_free (NegLayers *layers)
{
  if (layers == NULL)
    return;
  g_free (layers->cells);
  g_free (layers);
}
