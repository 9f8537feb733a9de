#include "config.h"

#include "ui/neg-cpu-canvas.h"

#include <malloc.h>

#include "base/neg-error.h"
#include "ui/neg-renderer.h"

#define CHANNELS 4
#define KEPT_BYTES (64 << 20)
#define BYTES_KEY "neg-cpu-canvas-bytes" /* of a texture: the GBytes that it shows */
#define HELPERS_MAX 3              /* besides the main thread, which draws too */
#define PIXELS_PER_PART (192 * 1024) /* below this handing over costs more than it saves */

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
  GThreadPool *helpers; /* NULL on a single processor */
  GMutex lock;
  GCond part_done;
  guint n_running; /* guarded by lock */
};

typedef struct {
  NegCpuCanvas *canvas;
  const NegDraw *draw;
  const NegFrame *frame;
  const NegPicture *picture;
  guint first_row, n_rows;
} Part;

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
draw_part_cb (gpointer data, gpointer user_data)
{
  Part *part = data;

  neg_draw_rows (part->draw, part->frame, part->picture, part->first_row, part->n_rows);
  g_mutex_lock (&part->canvas->lock);
  if (--part->canvas->n_running == 0)
    g_cond_signal (&part->canvas->part_done);
  g_mutex_unlock (&part->canvas->lock);
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
  self->buffers = g_new0 (Buffers, 1);
  g_atomic_ref_count_init (&self->buffers->ref_count);
  g_mutex_init (&self->buffers->lock);
  self->buffers->idle = g_ptr_array_new_with_free_func (g_free);
  g_mutex_init (&self->lock);
  g_cond_init (&self->part_done);
  if (n_processors > 1)
    self->helpers = g_thread_pool_new (draw_part_cb, NULL, MIN (n_processors - 1, HELPERS_MAX), FALSE, NULL);
  return self;
}

void
neg_cpu_canvas_free (NegCpuCanvas *self)
{
  if (self == NULL)
    return;
  if (self->helpers != NULL)
    g_thread_pool_free (self->helpers, FALSE, TRUE);
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->part_done);
  buffers_unref (self->buffers);
  g_free (self);
}

static guint
count_parts (NegCpuCanvas *self, const NegPicture *picture)
{
  guint64 n_pixels = (guint64) picture->width * picture->height;
  guint n_threads = self->helpers != NULL ? 1 + (guint) g_thread_pool_get_max_threads (self->helpers) : 1;

  return CLAMP (n_pixels / PIXELS_PER_PART, 1, n_threads);
}

static void
draw_shared (NegCpuCanvas *self, const NegDraw *draw, const NegFrame *frame, const NegPicture *picture)
{
  Part parts[HELPERS_MAX + 1];
  guint n_parts = count_parts (self, picture);

  self->n_running = n_parts - 1;
  for (guint i = 0; i < n_parts; i++) {
    guint first = (guint64) picture->height * i / n_parts;
    guint end = (guint64) picture->height * (i + 1) / n_parts;

    parts[i] = (Part){ self, draw, frame, picture, first, end - first };
    if (i > 0)
      g_thread_pool_push (self->helpers, &parts[i], NULL);
  }
  neg_draw_rows (draw, frame, picture, parts[0].first_row, parts[0].n_rows);
  g_mutex_lock (&self->lock);
  while (self->n_running > 0)
    g_cond_wait (&self->part_done, &self->lock);
  g_mutex_unlock (&self->lock);
}

GdkTexture *
neg_cpu_canvas_draw (NegCpuCanvas *self, const NegDraw *draw, const NegFrame *frame, guint width, guint height,
                     GError **error)
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
  draw_shared (self, draw, frame, &picture);
  loan = g_new (Loan, 1);
  *loan = (Loan){ buffers_ref (self->buffers), picture.pixels, n_bytes };
  bytes = g_bytes_new_with_free_func (picture.pixels, n_bytes, loan_return_cb, loan);
  texture = gdk_memory_texture_new (width, height, GDK_MEMORY_B8G8R8A8_PREMULTIPLIED, bytes, picture.stride);
  g_object_set_data_full (G_OBJECT (texture), BYTES_KEY, g_steal_pointer (&bytes), (GDestroyNotify) g_bytes_unref);
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

  if (image != NULL)
    append_image (snapshot, image, picture, area);
  else
    gtk_snapshot_append_texture (snapshot, picture, area);
  g_clear_pointer (&image, cairo_surface_destroy);
}
