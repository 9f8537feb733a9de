#include "config.h"

#include "ui/neg-bench-planes.h"

#include <glib/gi18n-lib.h>
#include <math.h>

#include "ui/neg-frame-times.h"
#include "ui/neg-mpr-viewport-private.h"

#define WARM_UP_STEPS 10
#define LIMIT_S 300
#define SLAB_MM 20.0
/* As large, as far apart and as far from the middle as in the measurement of other programs that this is compared with. */
#define PICTURE_MM 300.0
#define STEP_MM 2.0
#define REACH_MM 60.0
#define TURN_PX 12.0
#define FIRST_TURN_X_PX 130.0
#define FIRST_TURN_Y_PX 80.0
#define CIRCLE_MM 50.0
#define WINDOW_STEPS 100

typedef struct {
  const char *name;
  gboolean is_alone;     /* the free plane fills the window; else all four are there */
  double slab_mm;
  gboolean waits_for_fine; /* the next step waits for the finished picture; else for any of this step, as a hand does */
  void (*step) (NegBenchPlanes *self, guint n);
} Phase;

typedef struct {
  GArray *steps_ms; /* from one step's last picture to the next one's */
  NegFrameTimesSummary times[NEG_FRAME_TIME_N];
  guint n_coarse;
  guint64 n_samplings;
  guint width_px, height_px;
} Result;

static void scroll (NegBenchPlanes *self, guint n);
static void turn (NegBenchPlanes *self, guint n);
static void drag_window (NegBenchPlanes *self, guint n);
static void drag_crosshair (NegBenchPlanes *self, guint n);

static const Phase phases[] = {
  { "scroll", TRUE, 0, TRUE, scroll },
  { "turn", TRUE, 0, TRUE, turn },
  { "mip", TRUE, SLAB_MM, TRUE, scroll },
  { "mip-moving", TRUE, SLAB_MM, FALSE, scroll },
  { "window", FALSE, 0, TRUE, drag_window },
  { "crosshair", FALSE, 0, FALSE, drag_crosshair },
  { "crosshair-mip", FALSE, SLAB_MM, FALSE, drag_crosshair },
};

struct _NegBenchPlanes {
  NegMprView *view;
  NegMpr *mpr;
  NegVolumeLoad *load;
  guint n_steps;
  NegFrameTimes *times;
  GdkFrameClock *clock; /* NULL until the volume is there */
  GMainLoop *loop;
  guint check_source, limit_source;

  guint phase, step;
  gboolean is_open; /* a step waits for its picture */
  guint step_source;
  gint64 last_us;   /* when the picture before was there */
  guint64 n_samplings; /* when the phase began */
  double middle_mm[3];
  NegVoi voi;
  guint gesture;
  Result results[G_N_ELEMENTS (phases)];
  GError *error;
};

static NegMprViewport *
get_viewport (NegBenchPlanes *self, NegMprPlane plane)
{
  return neg_mpr_view_get_viewport (self->view, plane);
}

static gboolean
is_in_sight (NegBenchPlanes *self, NegMprPlane plane)
{
  return !neg_mpr_view_is_maximized (self->view) || plane == neg_mpr_view_get_active (self->view);
}

/* --- Steps --- */

/* There and back again, along the normal of the free plane. */
static void
scroll (NegBenchPlanes *self, guint n)
{
  guint reach = REACH_MM / STEP_MM, at = n % (4 * reach);
  int sense = at < reach || at >= 3 * reach ? 1 : -1;

  neg_mpr_scroll (self->mpr, NEG_MPR_OBLIQUE, sense * STEP_MM / neg_mpr_get_step_mm (self->mpr, NEG_MPR_OBLIQUE));
}

static void
turn (NegBenchPlanes *self, guint n)
{
  neg_mpr_turn_oblique (self->mpr, TURN_PX, (n / 20) % 2 == 0 ? TURN_PX / 3 : -TURN_PX / 3);
}

static void
drag_window (NegBenchPlanes *self, guint n)
{
  NegVoi voi = self->voi;

  voi.center += (n % WINDOW_STEPS) * 2.0;
  voi.width += (n % WINDOW_STEPS) * 3.0;
  neg_mpr_set_voi (self->mpr, NEG_MPR_AXIAL, &voi);
}

/* In a circle in the axial plane: the lines of that one move, the others show other places. */
static void
drag_crosshair (NegBenchPlanes *self, guint n)
{
  double angle_rad = n * 0.1, point_mm[3];

  point_mm[0] = self->middle_mm[0] + CIRCLE_MM * cos (angle_rad);
  point_mm[1] = self->middle_mm[1] + CIRCLE_MM * sin (angle_rad);
  point_mm[2] = self->middle_mm[2];
  neg_mpr_set_point (self->mpr, point_mm);
}

/* --- Phases --- */

static guint64
count_samplings (NegBenchPlanes *self)
{
  guint64 n = 0;

  for (NegMprPlane plane = 0; plane < NEG_MPR_N_PLANES; plane++)
    n += neg_plane_canvas_get_n_samplings (get_viewport (self, plane)->canvas);
  return n;
}

static void
stop (NegBenchPlanes *self, const char *message)
{
  if (message != NULL && self->error == NULL)
    g_set_error_literal (&self->error, G_IO_ERROR, G_IO_ERROR_FAILED, message);
  g_main_loop_quit (self->loop);
}

/* Millimetres a pixel as in PICTURE_MM from top to bottom, in the middle of the volume, slanting in every direction. */
static void
place_free_plane (NegBenchPlanes *self)
{
  NegMprViewport *viewport = get_viewport (self, NEG_MPR_OBLIQUE);
  guint width = neg_mpr_viewport_get_width_px (viewport), height = neg_mpr_viewport_get_height_px (viewport);
  NegReformat reformat;

  neg_mpr_turn_oblique (self->mpr, FIRST_TURN_X_PX, FIRST_TURN_Y_PX);
  if (neg_mpr_get_reformat (self->mpr, NEG_MPR_OBLIQUE, width, height, &reformat))
    neg_mpr_zoom_at (self->mpr, NEG_MPR_OBLIQUE, width, height, width / 2.0, height / 2.0,
                     neg_reformat_get_pixel_mm (&reformat) * height / PICTURE_MM);
}

static void
begin_measuring (NegBenchPlanes *self)
{
  neg_frame_times_reset (self->times);
  self->n_samplings = count_samplings (self);
}

static void
set_up (NegBenchPlanes *self)
{
  const Phase *phase = &phases[self->phase];

  self->step = 0;
  neg_mpr_reset (self->mpr);
  neg_mpr_set_slab (self->mpr, NEG_MPR_OBLIQUE, phase->slab_mm, NEG_PROJECTION_MIP);
  if (phase->is_alone)
    place_free_plane (self);
  neg_mpr_get_point (self->mpr, self->middle_mm);
  neg_mpr_get_voi (self->mpr, NEG_MPR_AXIAL, &self->voi);
}

/* The next frame has it. */
static void
lay_out (NegBenchPlanes *self)
{
  while (neg_mpr_view_get_active (self->view) != NEG_MPR_OBLIQUE)
    neg_mpr_view_step_active (self->view, 1);
  if (neg_mpr_view_is_maximized (self->view) != phases[self->phase].is_alone)
    neg_mpr_view_set_maximized (self->view, phases[self->phase].is_alone);
  gtk_widget_queue_draw (GTK_WIDGET (get_viewport (self, NEG_MPR_OBLIQUE)));
}

static void
end_phase (NegBenchPlanes *self)
{
  Result *result = &self->results[self->phase];
  NegMprViewport *viewport = get_viewport (self, NEG_MPR_OBLIQUE);

  for (guint i = 0; i < NEG_FRAME_TIME_N; i++)
    neg_frame_times_get (self->times, i, &result->times[i]);
  result->n_samplings = count_samplings (self) - self->n_samplings;
  result->width_px = neg_mpr_viewport_get_width_px (viewport);
  result->height_px = neg_mpr_viewport_get_height_px (viewport);
  self->phase++;
  self->step = 0;
  if (self->phase == G_N_ELEMENTS (phases))
    stop (self, NULL);
  else
    lay_out (self);
}

/* --- Pictures --- */

typedef enum { PICTURE_NONE, PICTURE_COARSE, PICTURE_FINE } PictureState;

/* The least of what is in sight. */
static PictureState
get_picture (NegBenchPlanes *self)
{
  PictureState state = PICTURE_FINE;

  for (NegMprPlane plane = 0; plane < NEG_MPR_N_PLANES; plane++) {
    const NegMprViewport *viewport = get_viewport (self, plane);

    if (is_in_sight (self, plane) && viewport->texture == NULL)
      return PICTURE_NONE;
    if (is_in_sight (self, plane) && viewport->texture_cell > 1)
      state = PICTURE_COARSE;
  }
  return state;
}

/* --- One after the other --- */

/* Another turn of the main loop than the frame's, as what a hand does. */
static gboolean
step_cb (gpointer data)
{
  NegBenchPlanes *self = data;

  self->step_source = 0;
  if (self->step == 0)
    set_up (self);
  if (self->step == WARM_UP_STEPS)
    begin_measuring (self);
  phases[self->phase].step (self, self->step);
  self->step++;
  self->is_open = TRUE;
  if (get_picture (self) == PICTURE_FINE) /* nothing changed: a frame all the same */
    gtk_widget_queue_draw (GTK_WIDGET (get_viewport (self, NEG_MPR_OBLIQUE)));
  return G_SOURCE_REMOVE;
}

static void
ask_for_step (NegBenchPlanes *self)
{
  if (self->step_source == 0)
    self->step_source = g_idle_add_full (G_PRIORITY_DEFAULT, step_cb, self, NULL);
}

/* --- Frames --- */

static void
end_step (NegBenchPlanes *self)
{
  gint64 now_us = g_get_monotonic_time ();
  double step_ms = (now_us - self->last_us) / 1000.0;

  self->is_open = FALSE;
  self->last_us = now_us;
  if (self->step > WARM_UP_STEPS)
    g_array_append_val (self->results[self->phase].steps_ms, step_ms);
  if (self->step == WARM_UP_STEPS + self->n_steps)
    end_phase (self);
  else
    ask_for_step (self);
}

static void
after_paint_cb (NegBenchPlanes *self)
{
  PictureState state = get_picture (self);

  if (state == PICTURE_NONE)
    return;
  if (self->is_open && state == PICTURE_COARSE && self->step > WARM_UP_STEPS)
    self->results[self->phase].n_coarse++;
  if (state == PICTURE_COARSE && phases[self->phase].waits_for_fine)
    return;
  if (self->is_open)
    end_step (self);
  else if (self->phase < G_N_ELEMENTS (phases))
    ask_for_step (self); /* laid out as this phase wants it */
}

/* --- The volume --- */

static void
begin (NegBenchPlanes *self)
{
  self->clock = g_object_ref (gtk_widget_get_frame_clock (GTK_WIDGET (self->view)));
  self->times = neg_frame_times_new (GTK_WIDGET (self->view));
  g_signal_connect_swapped (self->clock, "after-paint", G_CALLBACK (after_paint_cb), self);
  lay_out (self);
}

static gboolean
check_cb (gpointer data)
{
  NegBenchPlanes *self = data;

  if (!neg_volume_load_is_finished (self->load) || !gtk_widget_get_mapped (GTK_WIDGET (self->view)))
    return G_SOURCE_CONTINUE;
  self->check_source = 0;
  if (neg_volume_load_get_n_ready (self->load) == 0)
    stop (self, _ ("no slice of the volume could be decoded"));
  else
    begin (self);
  return G_SOURCE_REMOVE;
}

static gboolean
limit_cb (gpointer data)
{
  NegBenchPlanes *self = data;

  self->limit_source = 0;
  stop (self, _ ("the planes are not drawn within five minutes"));
  return G_SOURCE_REMOVE;
}

gboolean
neg_bench_planes_run (NegBenchPlanes *self, GError **error)
{
  self->check_source = g_timeout_add (20, check_cb, self);
  self->limit_source = g_timeout_add_seconds (LIMIT_S, limit_cb, self);
  g_main_loop_run (self->loop);
  g_clear_handle_id (&self->check_source, g_source_remove);
  g_clear_handle_id (&self->limit_source, g_source_remove);
  g_clear_handle_id (&self->step_source, g_source_remove);
  if (self->clock != NULL)
    g_signal_handlers_disconnect_by_data (self->clock, self);
  g_clear_object (&self->clock);
  g_clear_pointer (&self->times, neg_frame_times_free);
  if (self->error == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&self->error));
  return FALSE;
}

NegBenchPlanes *
neg_bench_planes_new (NegMprView *view, guint n_steps)
{
  NegBenchPlanes *self = g_new0 (NegBenchPlanes, 1);
  NegVolumeReading *volumes = neg_mpr_view_get_volumes (view);

  self->view = view;
  self->mpr = g_object_ref (neg_volume_reading_get_mpr (volumes));
  self->load = g_object_ref (neg_volume_reading_get_load (volumes));
  self->n_steps = n_steps;
  self->loop = g_main_loop_new (NULL, FALSE);
  for (guint i = 0; i < G_N_ELEMENTS (phases); i++)
    self->results[i].steps_ms = g_array_new (FALSE, FALSE, sizeof (double));
  return self;
}

void
neg_bench_planes_free (NegBenchPlanes *self)
{
  if (self == NULL)
    return;
  for (guint i = 0; i < G_N_ELEMENTS (phases); i++)
    g_array_unref (self->results[i].steps_ms);
  g_main_loop_unref (self->loop);
  g_clear_object (&self->load);
  g_clear_object (&self->mpr);
  g_free (self);
}

/* --- What is printed --- */

static int
compare_doubles (const void *a, const void *b)
{
  double left = *(const double *) a, right = *(const double *) b;

  return (left > right) - (left < right);
}

static double
get_quantile (GArray *sorted, double share)
{
  return g_array_index (sorted, double, (guint) (share * (sorted->len - 1) + 0.5));
}

static void
add_number (JsonBuilder *builder, const char *name, double value)
{
  json_builder_set_member_name (builder, name);
  json_builder_add_double_value (builder, value);
}

static void
add_phase (JsonBuilder *builder, const Phase *phase, Result *result)
{
  g_array_sort (result->steps_ms, compare_doubles);
  json_builder_set_member_name (builder, phase->name);
  json_builder_begin_object (builder);
  add_number (builder, "fps", 1000 / get_quantile (result->steps_ms, 0.5));
  add_number (builder, "median_ms", get_quantile (result->steps_ms, 0.5));
  add_number (builder, "p95_ms", get_quantile (result->steps_ms, 0.95));
  add_number (builder, "worst_ms", get_quantile (result->steps_ms, 1));
  add_number (builder, "paint_ms", result->times[NEG_FRAME_TIME_PAINT].median_ms);
  add_number (builder, "paint_worst_ms", result->times[NEG_FRAME_TIME_PAINT].worst_ms);
  add_number (builder, "hold_p95_ms", result->times[NEG_FRAME_TIME_HOLD].p95_ms);
  add_number (builder, "hold_worst_ms", result->times[NEG_FRAME_TIME_HOLD].worst_ms);
  add_number (builder, "work_worst_ms", result->times[NEG_FRAME_TIME_WORK].worst_ms);
  add_number (builder, "frames", result->times[NEG_FRAME_TIME_PAINT].n);
  add_number (builder, "coarse_frames", result->n_coarse);
  add_number (builder, "samplings", result->n_samplings);
  add_number (builder, "width_px", result->width_px);
  add_number (builder, "height_px", result->height_px);
  json_builder_end_object (builder);
}

void
neg_bench_planes_add_json (NegBenchPlanes *self, JsonBuilder *builder)
{
  for (guint i = 0; i < G_N_ELEMENTS (phases); i++)
    add_phase (builder, &phases[i], &self->results[i]);
}

void
neg_bench_planes_print (NegBenchPlanes *self)
{
  for (guint i = 0; i < G_N_ELEMENTS (phases); i++) {
    Result *result = &self->results[i];

    g_array_sort (result->steps_ms, compare_doubles);
    g_print (_ ("%-13s %4u x %-4u %6.1f frames/s; step median %.1f, p95 %.1f, worst %.1f ms; drawing %.1f, worst %.1f ms; main "
                "loop held %.1f ms at worst, besides drawing %.1f; coarse frames %u; planes sampled %.0f\n"),
             phases[i].name, result->width_px, result->height_px, 1000 / get_quantile (result->steps_ms, 0.5),
             get_quantile (result->steps_ms, 0.5), get_quantile (result->steps_ms, 0.95),
             get_quantile (result->steps_ms, 1), result->times[NEG_FRAME_TIME_PAINT].median_ms,
             result->times[NEG_FRAME_TIME_PAINT].worst_ms, result->times[NEG_FRAME_TIME_HOLD].worst_ms,
             result->times[NEG_FRAME_TIME_WORK].worst_ms, result->n_coarse, (double) result->n_samplings);
  }
}
