/* The planes of a volume, moved, turned and windowed in a window: one step, one finished picture, the next step. */
#pragma once

#include <gtk/gtk.h>
#include <json-glib/json-glib.h>

#include "ui/neg-mpr-view.h"

G_BEGIN_DECLS

typedef struct _NegBenchPlanes NegBenchPlanes;

/* @view: in a window, its volume on the way; borrowed, it has to live until neg_bench_planes_run() returns. */
NegBenchPlanes *neg_bench_planes_new (NegMprView *view, guint n_steps);
void neg_bench_planes_free (NegBenchPlanes *planes);

/* Turns the main loop until all is measured. */
gboolean neg_bench_planes_run (NegBenchPlanes *planes, GError **error);

void neg_bench_planes_print (NegBenchPlanes *planes);
/* Into an object that is open. */
void neg_bench_planes_add_json (NegBenchPlanes *planes, JsonBuilder *builder);

G_END_DECLS
