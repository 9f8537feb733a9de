#include "config.h"

#include "ui/neg-plane-canvas.h"

#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include "base/neg-error.h"
#include "ui/neg-plane-samples.h"

#define BAND_ROWS 16      /* what a thread takes at a time */
#define JOB_BAND_ROWS 4   /* a job that is given up ends after so many */
#define REST_MS 60        /* without a change, before threads go to work for long */
#define SOON_US 60000     /* what takes no longer than this they begin at once */
#define BUDGETS_MAX 3     /* what threads do in so many is waited for, in place of a coarse picture */
#define PRIORITY_PAINTED (GDK_PRIORITY_REDRAW + 10) /* after the frame that is being drawn */
#define WORKER_NICE 10    /* what is drawn meanwhile goes first */
#define CELL_MAX 8        /* coarser says nothing */
#define DELAY_MAX 2.0     /* coarser would not be sooner: what is waited for is a processor, not the samples */

enum { N_CELLS = 4 }; /* 1 2 4 8 */
/* Of a processor for a sample, until it was measured: the further apart, the less they have in common. */
static const double first_ns[N_CELLS] = { 4, 5, 8, 12 };

/* What threads compute while the main loop turns. Each of them holds a reference. */
typedef struct {
  gatomicrefcount ref_count;
  NegPlaneCanvas *canvas; /* main thread only; NULL: nobody waits for it any more */
  gboolean is_waited_for; /* there is nothing to draw before */
  gint is_cancelled, next_band, n_running; /* atomic */
  gsize cpu_ns;    /* atomic */
  NegPlaneSamples samples;
} Job;

struct _NegPlaneCanvas {
  void (*finer) (gpointer user_data);
  gpointer user_data;
  NegCpuCanvas *cpu;
  NegPlaneSamples samples; /* what is drawn */
  NegPlaneSamples spare;   /* room that a job may use */
  double sample_ns[2][N_CELLS]; /* of a processor; of planes and of slabs */
  double delay;            /* how many times longer it takes, as others are at work on the machine; at least 1 */
  guint64 n_samplings;     /* of the main thread */
  Job *job;                /* nullable */
  NegPlaneView wanted;     /* by the timer */
  NegVolume *wanted_volume, *wanted_fused; /* references of it */
  guint rest_source;
};

/* --- Threads --- */

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
  neg_plane_samples_clear (&job->samples);
  g_free (job);
}

static gint64
get_cpu_ns (void)
{
  struct timespec now;

  clock_gettime (CLOCK_THREAD_CPUTIME_ID, &now);
  return (gint64) now.tv_sec * 1000000000 + now.tv_nsec;
}

static double *
find_sample_ns (NegPlaneCanvas *self, const NegReformat *reformat, guint cell)
{
  return &self->sample_ns[reformat->n_samples > 1][g_bit_nth_msf (cell, -1)];
}

/* What it took tells what the next one will take. */
static void
learn (NegPlaneCanvas *self, const NegPlaneSamples *samples, gsize cpu_ns)
{
  double *sample_ns = find_sample_ns (self, &samples->reformat, samples->cell);

  *sample_ns = (*sample_ns + (double) cpu_ns / MAX (neg_plane_samples_count (samples), 1)) / 2;
}

static gboolean
job_done_cb (gpointer data)
{
  Job *job = data;
  NegPlaneCanvas *self = job->canvas;
  NegPlaneSamples before;

  if (self == NULL)
    return G_SOURCE_REMOVE;
  before = self->samples;
  self->samples = job->samples;
  neg_plane_samples_clear (&self->spare);
  self->spare = before;
  job->samples = (NegPlaneSamples){ .width = 0 };
  learn (self, &self->samples, job->cpu_ns);
  g_clear_pointer (&self->job, job_unref);
  self->finer (self->user_data);
  return G_SOURCE_REMOVE;
}

static void
work_cb (gpointer data, gpointer user_data)
{
  Job *job = data;
  NegPlaneSamples *samples = &job->samples;
  gint64 start_ns = get_cpu_ns ();

#ifdef __linux__ /* of this thread; elsewhere it would be of the program */
  if (!job->is_waited_for)
    (void) !setpriority (PRIO_PROCESS, 0, WORKER_NICE);
#endif
  while (!g_atomic_int_get (&job->is_cancelled)) {
    guint64 first = (guint64) g_atomic_int_add (&job->next_band, 1) * JOB_BAND_ROWS;

    if (first >= samples->rows)
      break;
    neg_plane_samples_rows (samples, (guint) first, MIN (JOB_BAND_ROWS, samples->rows - (guint) first));
  }
  g_atomic_pointer_add (&job->cpu_ns, get_cpu_ns () - start_ns);
  if (g_atomic_int_dec_and_test (&job->n_running))
    g_idle_add_full (G_PRIORITY_DEFAULT, job_done_cb, job_ref (job), (GDestroyNotify) job_unref);
  job_unref (job);
}

/* For all viewports: as many threads as processors, whatever is drawn. Those that give way do nothing else: they cannot take
 * it back. */
static GThreadPool *
get_workers (gboolean is_waited_for)
{
  static GThreadPool *workers[2]; /* main thread */

  if (workers[is_waited_for] == NULL)
    workers[is_waited_for] = g_thread_pool_new (work_cb, NULL, g_get_num_processors (), TRUE, NULL);
  return workers[is_waited_for];
}

static void
drop_job (NegPlaneCanvas *self)
{
  if (self->job == NULL)
    return;
  self->job->canvas = NULL;
  g_atomic_int_set (&self->job->is_cancelled, 1);
  g_clear_pointer (&self->job, job_unref);
}

static void
forget_wanted (NegPlaneCanvas *self)
{
  g_clear_handle_id (&self->rest_source, g_source_remove);
  g_clear_pointer (&self->wanted_volume, neg_volume_unref);
  g_clear_pointer (&self->wanted_fused, neg_volume_unref);
}

/* FALSE: there is no memory for it. */
static gboolean
start_job (NegPlaneCanvas *self, const NegPlaneView *view, gboolean is_waited_for)
{
  guint n_threads = g_get_num_processors ();
  Job *job = g_new0 (Job, 1);

  g_atomic_ref_count_init (&job->ref_count);
  job->samples = self->spare;
  self->spare = (NegPlaneSamples){ .width = 0 };
  if (!neg_plane_samples_begin (&job->samples, view, 1)) {
    job_unref (job);
    return FALSE;
  }
  job->canvas = self;
  job->is_waited_for = is_waited_for;
  job->n_running = n_threads;
  self->job = job;
  for (guint i = 0; i < n_threads; i++)
    g_thread_pool_push (get_workers (is_waited_for), job_ref (job), NULL);
  return TRUE;
}

static gboolean
rest_cb (gpointer data)
{
  NegPlaneCanvas *self = data;

  self->rest_source = 0;
  start_job (self, &self->wanted, FALSE); /* else the coarse picture stays */
  forget_wanted (self);
  return G_SOURCE_REMOVE;
}

/* By all processors. */
static double
get_cost_us (NegPlaneCanvas *self, const NegPlaneView *view, guint cell)
{
  return neg_plane_view_count_samples (view, cell) * *find_sample_ns (self, &view->reformat, cell) * self->delay / 1000
         / g_get_num_processors ();
}

/* After this frame where it is soon done: the next change ends it. Else when nothing has changed for a moment; slices that
 * come do not wait for each other. */
static void
want_finer (NegPlaneCanvas *self, const NegPlaneView *view, gboolean at_rest)
{
  if (self->job != NULL && neg_plane_samples_are_of (&self->job->samples, view))
    return; /* of more slices after this one */
  drop_job (self);
  if (self->rest_source != 0 && at_rest)
    return;
  forget_wanted (self);
  self->wanted = *view;
  self->wanted_volume = neg_volume_ref (view->volume);
  self->wanted_fused = view->has_fusion ? neg_volume_ref ((NegVolume *) view->fusion.volume) : NULL;
  if (!at_rest && get_cost_us (self, view, 1) <= SOON_US)
    self->rest_source = g_idle_add_full (PRIORITY_PAINTED, rest_cb, self, NULL);
  else
    self->rest_source = g_timeout_add (REST_MS, rest_cb, self);
}

/* --- Drawing --- */

typedef struct {
  NegPlaneSamples *samples;
  gboolean is_to_sample;
  NegDraw look;
  NegFrame frame;
  const NegFusion *fusion; /* nullable */
  gsize cpu_ns;            /* atomic */
} Drawing;

/* What was just sampled is still in the cache. */
static void
draw_rows_cb (const NegPicture *picture, guint first_row, guint n_rows, gpointer data)
{
  Drawing *drawing = data;
  NegPlaneSamples *samples = drawing->samples;
  gint64 start_ns = get_cpu_ns ();

  if (drawing->is_to_sample)
    neg_plane_samples_rows (samples, first_row, n_rows);
  neg_draw_rows (&drawing->look, &drawing->frame, picture, first_row, n_rows);
  if (drawing->fusion != NULL && samples->fused != NULL)
    neg_fusion_blend_rows (drawing->fusion, samples->fused_values,
                           samples->has_fused_covers ? samples->fused_covers : NULL, picture, first_row, n_rows);
  if (samples->has_covers)
    neg_cover_draw_rows (samples->covers, picture, first_row, n_rows);
  g_atomic_pointer_add (&drawing->cpu_ns, get_cpu_ns () - start_ns);
}

/* @cpu_ns: what it took, nullable. */
static GdkTexture *
draw (NegPlaneCanvas *self, const NegPlaneView *view, gboolean is_to_sample, gsize *cpu_ns, guint *cell, GError **error)
{
  NegPlaneSamples *samples = &self->samples;
  Drawing drawing = { .samples = samples,
                      .is_to_sample = is_to_sample,
                      .look = view->look,
                      .frame = { .format = { .rows = samples->rows,
                                             .columns = samples->columns,
                                             .samples = 1,
                                             .bits_stored = 32,
                                             .sample_type = NEG_SAMPLE_F32,
                                             .color = NEG_COLOR_MONOCHROME2 },
                                 .pixels = samples->values },
                      .fusion = view->has_fusion ? &view->fusion : NULL };
  GdkTexture *texture;

  drawing.look.interpolation = NEG_INTERPOLATION_NEAREST;
  drawing.look.is_dithered = samples->cell == 1; /* a pattern of blocks would be seen */
  *cell = samples->cell;
  texture = neg_cpu_canvas_draw_with (self->cpu, samples->columns, samples->rows, BAND_ROWS, draw_rows_cb, &drawing,
                                      error);
  if (cpu_ns != NULL)
    *cpu_ns = drawing.cpu_ns;
  return texture;
}

/* A coarse picture that a fine one follows leaves half of the time to it. */
static guint
choose_cell (NegPlaneCanvas *self, const NegPlaneView *view, gint64 budget_us)
{
  guint cell = get_cost_us (self, view, 1) <= budget_us ? 1 : 2;

  while (cell > 1 && cell < CELL_MAX && get_cost_us (self, view, cell) > budget_us / 2.0)
    cell *= 2;
  return cell;
}

static GdkTexture *
sample_and_draw (NegPlaneCanvas *self, const NegPlaneView *view, guint wanted_cell, guint *cell, GError **error)
{
  gint64 start_us = g_get_monotonic_time ();
  GdkTexture *texture;
  double delay;
  gsize cpu_ns;

  if (!neg_plane_samples_begin (&self->samples, view, wanted_cell)) {
    neg_fail (error, NEG_ERROR_MEMORY, NULL, "no memory for a plane of %u x %u", view->width, view->height);
    return NULL;
  }
  self->n_samplings++;
  texture = draw (self, view, TRUE, &cpu_ns, cell, error);
  learn (self, &self->samples, cpu_ns);
  delay = (g_get_monotonic_time () - start_us) * 1000.0 * g_get_num_processors () / MAX (cpu_ns, 1);
  self->delay = (self->delay + CLAMP (delay, 1, DELAY_MAX)) / 2;
  return texture;
}

gboolean
neg_plane_canvas_is_final (NegPlaneCanvas *self, const NegPlaneView *view)
{
  return self->samples.cell == 1 && neg_plane_samples_are_of (&self->samples, view)
         && neg_plane_samples_are_fresh (&self->samples, view);
}

GdkTexture *
neg_plane_canvas_draw (NegPlaneCanvas *self, const NegPlaneView *view, gint64 budget_us, guint *cell, GError **error)
{
  gboolean is_of_it = neg_plane_samples_are_of (&self->samples, view);
  guint wanted_cell;
  GdkTexture *texture;

  if (neg_plane_canvas_is_final (self, view))
    return draw (self, view, FALSE, NULL, cell, error);
  wanted_cell = choose_cell (self, view, budget_us);
  if (is_of_it && wanted_cell > 1) { /* stays until the fine one is there */
    want_finer (self, view, TRUE);
    return draw (self, view, FALSE, NULL, cell, error);
  }
  if (wanted_cell == 1 || self->job == NULL || !neg_plane_samples_are_of (&self->job->samples, view))
    drop_job (self);
  forget_wanted (self);
  texture = sample_and_draw (self, view, wanted_cell, cell, error);
  if (wanted_cell > 1 && texture != NULL)
    want_finer (self, view, FALSE);
  return texture;
}

gboolean
neg_plane_canvas_prepare (NegPlaneCanvas *self, const NegPlaneView *view, gint64 budget_us)
{
  const NegPlaneSamples *drawn = &self->samples;

  if (neg_plane_samples_are_of (drawn, view))
    return FALSE;
  if (self->job != NULL && self->job->is_waited_for)
    return neg_plane_samples_are_of (&self->job->samples, view);
  drop_job (self);
  forget_wanted (self);
  if (drawn->cell != 1 || drawn->volume != view->volume || drawn->width != view->width || drawn->height != view->height
      || choose_cell (self, view, budget_us) == 1 || get_cost_us (self, view, 1) > (double) BUDGETS_MAX * budget_us)
    return FALSE;
  return start_job (self, view, TRUE);
}

guint64
neg_plane_canvas_get_n_samplings (NegPlaneCanvas *self)
{
  return self->n_samplings;
}

void
neg_plane_canvas_append (GtkWidget *widget, GtkSnapshot *snapshot, GdkTexture *picture, guint cell)
{
  double scale = (double) cell / gtk_widget_get_scale_factor (widget);
  graphene_rect_t area = GRAPHENE_RECT_INIT (0, 0, (float) (gdk_texture_get_width (picture) * scale),
                                             (float) (gdk_texture_get_height (picture) * scale));

  if (cell == 1)
    neg_cpu_canvas_append (widget, snapshot, picture, &area);
  else
    gtk_snapshot_append_texture (snapshot, picture, &area); /* smooth between its pixels */
}

NegPlaneCanvas *
neg_plane_canvas_new (void (*finer) (gpointer user_data), gpointer user_data)
{
  NegPlaneCanvas *self = g_new0 (NegPlaneCanvas, 1);

  self->finer = finer;
  self->user_data = user_data;
  self->cpu = neg_cpu_canvas_new ();
  for (guint i = 0; i < G_N_ELEMENTS (self->sample_ns); i++)
    memcpy (self->sample_ns[i], first_ns, sizeof first_ns);
  self->delay = 1;
  return self;
}

void
neg_plane_canvas_free (NegPlaneCanvas *self)
{
  if (self == NULL)
    return;
  forget_wanted (self);
  drop_job (self);
  neg_plane_samples_clear (&self->samples);
  neg_plane_samples_clear (&self->spare);
  neg_cpu_canvas_free (self->cpu);
  g_free (self);
}
