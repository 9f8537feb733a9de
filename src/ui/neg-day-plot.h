/* A number for each day, as bars from the first day to the last. Thread: main. */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define NEG_DAY_PLOT_DAYS_MAX 400u

typedef struct {
  const char *day; /* YYYY-MM-DD */
  guint number;
} NegDayNumber;

#define NEG_TYPE_DAY_PLOT (neg_day_plot_get_type ())
G_DECLARE_FINAL_TYPE (NegDayPlot, neg_day_plot, NEG, DAY_PLOT, GtkWidget)

/* @name for the screen reader, translated. */
GtkWidget *neg_day_plot_new (const char *name);

/* Every day from the first to the last, the newest NEG_DAY_PLOT_DAYS_MAX of them; copied. */
void neg_day_plot_set (NegDayPlot *plot, const NegDayNumber *days, guint n);

G_END_DECLS
