#include "config.h"

#include "ui/neg-cast-canvas.h"

#include <string.h>

#define CHANNELS 4
#define CELL_MAX 8
#define COARSE_BAND_ROWS 8
#define FINE_BAND_ROWS 1   /* a job that is given up ends after so many */
#define COARSE_STEP 2.0    /* steps are so much longer */
#define BUDGET_US 16000    /* for a coarse picture */
#define FIRST_NS 4000.0    /* for a pixel, until it was measured */

/* What of a volume is empty: filled by the threads of one job at a time. */
typedef struct {
  gatomicrefcount ref_count;
  NegVolume *volume;
  NegRaycastBlocks *blocks; /* NULL until the first job; stays so without memory */
} Skips;

/* What threads compute. Each of them holds a reference. */
typedef struct {
  gatomicrefcount ref_count;
  NegCastCanvas *canvas; /* main thread only; NULL: nobody waits for it any more */
  NegCastView view;      /* its volume is that of skips */
  Skips *skips;
  gboolean is_fine;      /* every pixel, small steps */
  guint cell;
  NegRaycast raycast;    /* of the picture's own pixels */
  NegLut voi_lut;        /* of it: threads may outlive whoever lends the view's */
  NegPicture picture;
  gsize n_bytes;
  gint64 start_us;
  gint is_begun, is_cancelled, next_band, n_running; /* atomic */
} Job;

struct _NegCastCanvas {
  void (*drawn) (gpointer user_data);
  gpointer user_data;
  Job *job;             /* nullable; one at a time */
  Skips *skips;         /* nullable */
  gboolean has_wanted, wants_fine;
  NegCastView wanted;   /* after the job */
  NegVolume *wanted_volume; /* a reference of it */
  GdkTexture *texture;  /* nullable */
  NegCastView shown;    /* what it is of; the volume only to be compared */
  guint shown_cell;
  gboolean shown_fine;
  double pixel_ns;      /* of coarse pictures, all threads together */
};

/* --- Memory --- */

static Skips *
skips_new (NegVolume *volume)
{
  Skips *skips = g_new0 (Skips, 1);

  g_atomic_ref_count_init (&skips->ref_count);
  skips->volume = neg_volume_ref (volume);
  return skips;
}

static Skips *
skips_ref (Skips *skips)
{
  g_atomic_ref_count_inc (&skips->ref_count);
  return skips;
}

static void
skips_unref (Skips *skips)
{
  if (!g_atomic_ref_count_dec (&skips->ref_count))
    return;
  neg_raycast_blocks_free (skips->blocks);
  neg_volume_unref (skips->volume);
  g_free (skips);
}

static Job *
job_ref (Job *job)
{
  g_atomic_ref_count_inc (&job->ref_count);
  return job;
}

static void
job_unref (Job *job)
{
  if (!g_atomic_ref_count_dec (&job->ref_count))
    return;
  skips_unref (job->skips);
  g_free (job->voi_lut.entries);
  g_free (job->picture.pixels);
  g_free (job);
}

/* --- Threads --- */

static void set_wanted (NegCastCanvas *self, const NegCastView *view, gboolean is_fine);
static void start_next (NegCastCanvas *self);
static void work_cb (gpointer data, gpointer user_data);

/* One for all viewports. */
static GThreadPool *
get_workers (void)
{
  static gsize workers;

  if (g_once_init_enter (&workers))
    g_once_init_leave (&workers,
                       (gsize) g_thread_pool_new (work_cb, NULL, (int) g_get_num_processors (), FALSE, NULL));
  return (GThreadPool *) workers;
}

static void
show (NegCastCanvas *self, Job *job)
{
  g_autoptr (GBytes) bytes = g_bytes_new_take (g_steal_pointer (&job->picture.pixels), job->n_bytes);

  g_clear_object (&self->texture);
  self->texture = gdk_memory_texture_new ((int) job->picture.width, (int) job->picture.height,
                                          GDK_MEMORY_B8G8R8A8_PREMULTIPLIED, bytes, job->picture.stride);
  self->shown = job->view;
  self->shown_cell = job->cell;
  self->shown_fine = job->is_fine;
}

static void
learn (NegCastCanvas *self, const Job *job)
{
  double ns = (g_get_monotonic_time () - job->start_us) * 1000.0 / ((double) job->picture.width * job->picture.height);

  if (!job->is_fine)
    self->pixel_ns = (self->pixel_ns + ns) / 2;
}

static gboolean
job_done_cb (gpointer data)
{
  Job *job = data;
  NegCastCanvas *self = job->canvas;

  if (self == NULL)
    return G_SOURCE_REMOVE;
  self->job = NULL;
  if (!g_atomic_int_get (&job->is_cancelled)) {
    learn (self, job);
    show (self, job);
    self->drawn (self->user_data);
  }
  if (!self->has_wanted && !g_atomic_int_get (&job->is_cancelled) && !job->is_fine && !job->view.is_moving)
    set_wanted (self, &job->view, TRUE);
  start_next (self);
  job_unref (job);
  return G_SOURCE_REMOVE;
}

/* One thread alone looks at the slices that have come; then there is work for the others. */
static void
begin (Job *job)
{
  Skips *skips = job->skips;
  guint n_more = g_get_num_processors () - 1;

  if (skips->blocks == NULL)
    skips->blocks = neg_raycast_blocks_new (skips->volume);
  if (skips->blocks != NULL)
    neg_raycast_blocks_update (skips->blocks, skips->volume, &job->is_cancelled);
  job->raycast.blocks = skips->blocks;
  job->start_us = g_get_monotonic_time ();
  g_atomic_int_add (&job->n_running, (int) n_more);
  for (guint i = 0; i < n_more; i++)
    g_thread_pool_push (get_workers (), job_ref (job), NULL);
}

static void
work_cb (gpointer data, gpointer user_data)
{
  Job *job = data;
  const NegPicture *picture = &job->picture;
  guint band_rows = job->is_fine ? FINE_BAND_ROWS : COARSE_BAND_ROWS;

  if (g_atomic_int_compare_and_exchange (&job->is_begun, 0, 1))
    begin (job);
  while (!g_atomic_int_get (&job->is_cancelled)) {
    guint64 first = (guint64) g_atomic_int_add (&job->next_band, 1) * band_rows;

    if (first >= picture->height)
      break;
    neg_raycast_draw_rows (&job->raycast, job->skips->volume, picture, 1, (guint) first,
                           MIN (band_rows, picture->height - (guint) first));
  }
  if (g_atomic_int_dec_and_test (&job->n_running))
    g_idle_add_full (G_PRIORITY_DEFAULT, job_done_cb, job_ref (job), (GDestroyNotify) job_unref);
  job_unref (job);
}

/* --- Jobs --- */

static guint
choose_cell (const NegCastCanvas *self, const NegCastView *view)
{
  double cost_us = (double) view->width * view->height * self->pixel_ns / 1000;
  guint cell = 1;

  while (cell < CELL_MAX && cost_us / (cell * cell) > BUDGET_US)
    cell++;
  return cell;
}

static void
copy_voi_lut (Job *job)
{
  const NegLut *lut = job->raycast.voi.lut;

  if (lut == NULL)
    return;
  job->voi_lut = *lut;
  job->voi_lut.explanation = NULL;
  job->voi_lut.entries = g_memdup2 (lut->entries, lut->n_entries * sizeof *lut->entries);
  job->raycast.voi.lut = &job->voi_lut;
}

/* The same place of the patient in the first pixel's corner, of pixels that are cells. */
static gboolean
init_picture (Job *job)
{
  const NegRaycast *whole = &job->view.raycast;
  NegPicture *picture = &job->picture;
  double more_px[2], right[3];

  picture->width = (job->view.width + job->cell - 1) / job->cell;
  picture->height = (job->view.height + job->cell - 1) / job->cell;
  picture->channels = CHANNELS;
  picture->stride = (gsize) picture->width * CHANNELS;
  if (!g_size_checked_mul (&job->n_bytes, picture->stride, picture->height)
      || (picture->pixels = g_try_malloc (job->n_bytes)) == NULL)
    return FALSE;
  job->raycast = *whole;
  copy_voi_lut (job);
  job->raycast.pixel_mm *= job->cell;
  job->raycast.step_mm *= job->is_fine ? 1 : COARSE_STEP;
  more_px[0] = ((double) picture->width * job->cell - job->view.width) / 2;
  more_px[1] = ((double) picture->height * job->cell - job->view.height) / 2;
  for (guint i = 0; i < 3; i++) {
    right[i] = whole->normal[(i + 1) % 3] * whole->up[(i + 2) % 3] - whole->normal[(i + 2) % 3] * whole->up[(i + 1) % 3];
    job->raycast.middle_mm[i] += (more_px[0] * right[i] - more_px[1] * whole->up[i]) * whole->pixel_mm;
  }
  return TRUE;
}

static gboolean
is_same_view (const NegCastView *a, const NegCastView *b)
{
  return a->volume == b->volume && a->width == b->width && a->height == b->height
         && memcmp (&a->raycast, &b->raycast, sizeof a->raycast) == 0;
}

static void
forget_wanted (NegCastCanvas *self)
{
  self->has_wanted = FALSE;
  g_clear_pointer (&self->wanted_volume, neg_volume_unref);
}

static Skips *
get_skips (NegCastCanvas *self, NegVolume *volume)
{
  if (self->skips == NULL || self->skips->volume != volume) {
    g_clear_pointer (&self->skips, skips_unref);
    self->skips = skips_new (volume);
  }
  return self->skips;
}

static void
set_wanted (NegCastCanvas *self, const NegCastView *view, gboolean is_fine)
{
  NegVolume *volume = neg_volume_ref (view->volume);

  forget_wanted (self);
  self->has_wanted = TRUE;
  self->wants_fine = is_fine;
  self->wanted = *view;
  self->wanted_volume = volume;
}

static void
start_next (NegCastCanvas *self)
{
  Job *job;

  if (!self->has_wanted || self->job != NULL)
    return;
  job = g_new0 (Job, 1);
  g_atomic_ref_count_init (&job->ref_count);
  job->view = self->wanted;
  job->skips = skips_ref (get_skips (self, self->wanted_volume));
  job->is_fine = self->wants_fine;
  job->cell = job->is_fine ? 1 : choose_cell (self, &job->view);
  forget_wanted (self);
  if (!init_picture (job)) { /* what is shown stays */
    job_unref (job);
    return;
  }
  job->canvas = self;
  job->n_running = 1;
  self->job = job;
  g_thread_pool_push (get_workers (), job_ref (job), NULL);
}

/* One may be seen while the other is awaited. */
static gboolean
fits (const NegCastView *a, const NegCastView *b)
{
  return a->volume == b->volume && a->width == b->width && a->height == b->height
         && a->raycast.is_mip == b->raycast.is_mip;
}

/* Slices that come do not wait for each other, nor do hands for a coarse picture. */
static gboolean
is_in_vain (const Job *job, const NegCastView *view)
{
  return view == NULL || !fits (&job->view, view) || (job->is_fine && !is_same_view (&job->view, view));
}

void
neg_cast_canvas_want (NegCastCanvas *self, const NegCastView *view)
{
  gboolean is_shown;

  forget_wanted (self);
  if (self->texture != NULL && (view == NULL || !fits (&self->shown, view)))
    g_clear_object (&self->texture);
  if (self->job != NULL && is_in_vain (self->job, view))
    g_atomic_int_set (&self->job->is_cancelled, 1);
  if (view == NULL)
    return;
  is_shown = self->texture != NULL && is_same_view (&self->shown, view);
  if (is_shown && self->job == NULL && self->shown_fine && self->shown.serial == view->serial)
    return;
  set_wanted (self, view, is_shown && !view->is_moving); /* what is seen is not made coarse again */
  start_next (self);
}

gboolean
neg_cast_canvas_is_settled (NegCastCanvas *self)
{
  return self->texture != NULL && self->shown_fine && self->job == NULL && !self->has_wanted;
}

GdkTexture *
neg_cast_canvas_get (NegCastCanvas *self, guint *cell)
{
  *cell = self->shown_cell;
  return self->texture;
}

NegCastCanvas *
neg_cast_canvas_new (void (*drawn) (gpointer user_data), gpointer user_data)
{
  NegCastCanvas *self = g_new0 (NegCastCanvas, 1);

  self->drawn = drawn;
  self->user_data = user_data;
  self->pixel_ns = FIRST_NS;
  return self;
}

void
neg_cast_canvas_free (NegCastCanvas *self)
{
  if (self == NULL)
    return;
  forget_wanted (self);
  if (self->job != NULL) {
    self->job->canvas = NULL;
    g_atomic_int_set (&self->job->is_cancelled, 1);
    job_unref (self->job);
  }
  g_clear_pointer (&self->skips, skips_unref);
  g_clear_object (&self->texture);
  g_free (self);
}
