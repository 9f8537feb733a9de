#include "config.h"

#include "ui/neg-cpu-canvas.h"

#include <malloc.h>

#include "base/neg-error.h"
#include "imaging/neg-draw-samples.h"
#include "ui/neg-frame-memory.h"
#include "ui/neg-renderer.h"

#define CHANNELS 4
#define KEPT_BYTES (64 << 20)
#define BYTES_KEY "neg-cpu-canvas-bytes" /* of a texture: the GBytes that it shows */
#define HELPERS_MAX 31             /* besides the main thread, which draws too */
#define PLAIN_HELPERS_MAX 3        /* for a frame: more of them wait for memory */
#define PIXELS_PER_PART (192 * 1024) /* of a frame: below this handing over costs more than it saves */
#define SAMPLES_PER_PART (1024 * 1024) /* the same of samples that are there */

/* Picture memory comes back when GTK drops the texture: without this every redraw of a large window would have the
 * kernel clear fresh pages. Kept alive by the canvas and by every texture that is still out. */
typedef struct {
  gatomicrefcount ref_count;
  GMutex lock; /* guards the rest: textures die where GTK likes */
  gsize bytes; /* of every buffer here; others are freed */
  GPtrArray *idle;
} Buffers;

struct _NegCpuCanvas {
  Buffers *buffers;
  NegPixels *pixels;    /* of the samples; nullable */
  NegDrawSamples *samples;
  GThreadPool *helpers; /* NULL on a single processor */
  GMutex lock;
  GCond part_done;
  guint n_running; /* guarded by lock */
};

/* One picture: whoever is free takes the next band of rows. */
typedef struct {
  NegCpuCanvas *canvas;
  const NegPicture *picture;
  NegCanvasFunc function;
  gpointer data;
  guint band_rows;
  gint next_band; /* atomic */
} Work;

static Buffers *
buffers_ref (Buffers *buffers)
{
  g_atomic_ref_count_inc (&buffers->ref_count);
  return buffers;
}

static void
buffers_unref (Buffers *buffers)
{
  if (!g_atomic_ref_count_dec (&buffers->ref_count))
    return;
  g_ptr_array_unref (buffers->idle);
  g_mutex_clear (&buffers->lock);
  g_free (buffers);
}

/* A buffer on loan to a texture. */
typedef struct {
  Buffers *buffers;
  gpointer memory;
  gsize bytes;
} Loan;

static gpointer
buffers_take (Buffers *buffers, gsize bytes)
{
  gpointer memory = NULL;

  g_mutex_lock (&buffers->lock);
  if (buffers->bytes != bytes) {
    g_ptr_array_set_size (buffers->idle, 0);
    buffers->bytes = bytes;
  }
  if (buffers->idle->len > 0)
    memory = g_ptr_array_steal_index_fast (buffers->idle, buffers->idle->len - 1);
  g_mutex_unlock (&buffers->lock);
  return memory != NULL ? memory : g_try_malloc (bytes);
}

static void
loan_return_cb (gpointer data)
{
  Loan *loan = data;

  g_mutex_lock (&loan->buffers->lock);
  if (loan->bytes == loan->buffers->bytes && loan->buffers->idle->len < 2)
    g_ptr_array_add (loan->buffers->idle, g_steal_pointer (&loan->memory));
  g_mutex_unlock (&loan->buffers->lock);
  g_free (loan->memory);
  buffers_unref (loan->buffers);
  g_free (loan);
}

static void
draw_bands (Work *work)
{
  for (;;) {
    guint64 first = (guint64) g_atomic_int_add (&work->next_band, 1) * work->band_rows;

    if (first >= work->picture->height)
      return;
    work->function (work->picture, (guint) first, MIN (work->band_rows, work->picture->height - (guint) first),
                    work->data);
  }
}

static void
help_cb (gpointer data, gpointer user_data)
{
  Work *work = data;
  NegCpuCanvas *self = work->canvas;

  draw_bands (work);
  g_mutex_lock (&self->lock);
  if (--self->n_running == 0)
    g_cond_signal (&self->part_done);
  g_mutex_unlock (&self->lock);
}

/* GTK and cairo copy pictures of the size of the screen too: memory that is given back would be fetched again page by
 * page for every frame. */
static void
keep_memory (void)
{
#ifdef M_MMAP_THRESHOLD
  mallopt (M_MMAP_THRESHOLD, KEPT_BYTES / 2);
  mallopt (M_TRIM_THRESHOLD, KEPT_BYTES);
#endif
}

NegCpuCanvas *
neg_cpu_canvas_new (void)
{
  NegCpuCanvas *self = g_new0 (NegCpuCanvas, 1);
  guint n_processors = g_get_num_processors ();

  keep_memory ();
  self->samples = neg_draw_samples_new ();
  self->buffers = g_new0 (Buffers, 1);
  g_atomic_ref_count_init (&self->buffers->ref_count);
  g_mutex_init (&self->buffers->lock);
  self->buffers->idle = g_ptr_array_new_with_free_func (g_free);
  g_mutex_init (&self->lock);
  g_cond_init (&self->part_done);
  if (n_processors > 1)
    self->helpers = g_thread_pool_new (help_cb, NULL, MIN (n_processors - 1, HELPERS_MAX), FALSE, NULL);
  return self;
}

void
neg_cpu_canvas_free (NegCpuCanvas *self)
{
  if (self == NULL)
    return;
  if (self->helpers != NULL)
    g_thread_pool_free (self->helpers, FALSE, TRUE);
  neg_draw_samples_free (self->samples);
  g_clear_pointer (&self->pixels, neg_pixels_unref);
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->part_done);
  buffers_unref (self->buffers);
  g_free (self);
}

static void
draw_shared (NegCpuCanvas *self, Work *work, guint n_helpers)
{
  const guint n_bands = (work->picture->height - 1) / work->band_rows + 1;

  self->n_running = self->helpers == NULL
                        ? 0
                        : MIN (MIN (n_helpers, n_bands - 1), (guint) g_thread_pool_get_max_threads (self->helpers));
  for (guint i = self->n_running; i > 0; i--)
    g_thread_pool_push (self->helpers, work, NULL);
  draw_bands (work);
  g_mutex_lock (&self->lock);
  while (self->n_running > 0)
    g_cond_wait (&self->part_done, &self->lock);
  g_mutex_unlock (&self->lock);
}

static GdkTexture *
draw (NegCpuCanvas *self, Work *work, guint width, guint height, guint n_helpers, GError **error)
{
  NegPicture picture = { .width = width, .height = height, .stride = (gsize) width * CHANNELS, .channels = CHANNELS };
  g_autoptr (GBytes) bytes = NULL;
  GdkTexture *texture;
  gsize n_bytes;
  Loan *loan;

  if (!g_size_checked_mul (&n_bytes, picture.stride, height) || n_bytes == 0
      || (picture.pixels = buffers_take (self->buffers, n_bytes)) == NULL) {
    neg_fail (error, NEG_ERROR_MEMORY, NULL, "no memory for a picture of %u x %u", width, height);
    return NULL;
  }
  work->canvas = self;
  work->picture = &picture;
  draw_shared (self, work, n_helpers);
  loan = g_new (Loan, 1);
  *loan = (Loan){ buffers_ref (self->buffers), picture.pixels, n_bytes };
  bytes = g_bytes_new_with_free_func (picture.pixels, n_bytes, loan_return_cb, loan);
  texture = gdk_memory_texture_new (width, height, GDK_MEMORY_B8G8R8A8_PREMULTIPLIED, bytes, picture.stride);
  g_object_set_data_full (G_OBJECT (texture), BYTES_KEY, g_steal_pointer (&bytes), (GDestroyNotify) g_bytes_unref);
  return texture;
}

GdkTexture *
neg_cpu_canvas_draw_with (NegCpuCanvas *self, guint width, guint height, guint band_rows, NegCanvasFunc function,
                          gpointer user_data, GError **error)
{
  Work work = { .function = function, .data = user_data, .band_rows = MAX (band_rows, 1) };

  return draw (self, &work, width, height, HELPERS_MAX, error);
}

typedef struct {
  NegDrawSamples *samples;
  const NegDraw *draw;
  const NegFrame *frame;
} Plain;

static void
draw_plain_cb (const NegPicture *picture, guint first_row, guint n_rows, gpointer data)
{
  const Plain *plain = data;

  neg_draw_samples_rows (plain->samples, plain->draw, plain->frame, picture, first_row, n_rows);
}

/* Samples know pixels by their address: it belongs to nobody else as long as they are held here. */
static void
hold_pixels (NegCpuCanvas *self, NegPixels *pixels)
{
  if (self->pixels == pixels)
    return;
  neg_cpu_canvas_forget (self);
  self->pixels = neg_pixels_ref (pixels);
}

void
neg_cpu_canvas_forget (NegCpuCanvas *self)
{
  neg_draw_samples_forget (self->samples);
  g_clear_pointer (&self->pixels, neg_pixels_unref);
}

GdkTexture *
neg_cpu_canvas_draw (NegCpuCanvas *self, const NegDraw *description, NegPixels *pixels, guint width, guint height,
                     GError **error)
{
  Plain plain = { self->samples, description, neg_pixels_get_frame (pixels) };
  Work work = { .function = draw_plain_cb, .data = &plain };
  GdkTexture *texture;
  gboolean is_sampled;
  guint n_parts;

  hold_pixels (self, pixels);
  is_sampled = neg_draw_samples_begin (self->samples, description, plain.frame, width, height);
  n_parts = (guint) CLAMP ((guint64) width * height / (is_sampled ? SAMPLES_PER_PART : PIXELS_PER_PART), 1,
                           PLAIN_HELPERS_MAX + 1);
  work.band_rows = MAX ((height + n_parts - 1) / n_parts, 1);
  texture = draw (self, &work, width, height, n_parts - 1, error);
  neg_draw_samples_end (self->samples);
  return texture;
}

/* The texture's own memory as an image of cairo; NULL: not a picture of ours, or bytes in another order. */
static cairo_surface_t *
create_image (GdkTexture *picture)
{
  static const cairo_user_data_key_t key;
  GBytes *bytes = g_object_get_data (G_OBJECT (picture), BYTES_KEY);
  int width = gdk_texture_get_width (picture), height = gdk_texture_get_height (picture);
  cairo_surface_t *image;

  if (bytes == NULL || G_BYTE_ORDER != G_LITTLE_ENDIAN)
    return NULL;
  image = cairo_image_surface_create_for_data ((guint8 *) g_bytes_get_data (bytes, NULL), CAIRO_FORMAT_RGB24, width,
                                               height, width * CHANNELS);
  cairo_surface_set_user_data (image, &key, g_bytes_ref (bytes), (cairo_destroy_func_t) g_bytes_unref);
  return image;
}

static void
append_image (GtkSnapshot *snapshot, cairo_surface_t *image, GdkTexture *picture, const graphene_rect_t *area)
{
  cairo_t *cairo = gtk_snapshot_append_cairo (snapshot, area);

  cairo_translate (cairo, area->origin.x, area->origin.y);
  cairo_scale (cairo, area->size.width / gdk_texture_get_width (picture),
               area->size.height / gdk_texture_get_height (picture));
  cairo_set_source_surface (cairo, image, 0, 0);
  cairo_pattern_set_filter (cairo_get_source (cairo), CAIRO_FILTER_NEAREST);
  cairo_set_operator (cairo, CAIRO_OPERATOR_SOURCE);
  cairo_rectangle (cairo, 0, 0, gdk_texture_get_width (picture), gdk_texture_get_height (picture));
  cairo_fill (cairo);
  cairo_destroy (cairo);
}

void
neg_cpu_canvas_append (GtkWidget *widget, GtkSnapshot *snapshot, GdkTexture *picture, const graphene_rect_t *area)
{
  cairo_surface_t *image = neg_renderer_is_cairo (widget) ? create_image (picture) : NULL;

  neg_frame_memory_keep (widget);
  if (image != NULL)
    append_image (snapshot, image, picture, area);
  else
    gtk_snapshot_append_texture (snapshot, picture, area);
  g_clear_pointer (&image, cairo_surface_destroy);
}
