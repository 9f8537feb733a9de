#include "config.h"

#include "ui/neg-display-report.h"

#include <glib/gi18n-lib.h>
#include <math.h>

#include "ui/neg-display-plot.h"
#include "ui/neg-display-words.h"

#define N_FIGURES 6

struct _NegDisplayReport {
  GtkBox parent_instance;

  GtkWidget *luminance_plot, *contrast_plot;
  GtkLabel *figures[2][N_FIGURES];
  GtkLabel *verdict, *corrected_verdict;
};

G_DEFINE_FINAL_TYPE (NegDisplayReport, neg_display_report, GTK_TYPE_BOX)

static void
set_figure (GtkLabel *label, const char *format, double value)
{
  g_autofree char *text = isfinite (value) ? g_strdup_printf (format, value) : g_strdup ("–");

  gtk_label_set_text (label, text);
}

static void
show_figures (NegDisplayReport *self, guint column, const NegConformance *conformance)
{
  static const NegConformance none = { .luminance_min = NAN, .luminance_max = NAN, .ratio = NAN, .greatest_error = NAN,
                                       .jnd_mean = NAN, .jnd_sd = NAN };
  const NegConformance *values = conformance != NULL ? conformance : &none;

  set_figure (self->figures[column][0], "%.3g", values->luminance_min);
  set_figure (self->figures[column][1], "%.4g", values->luminance_max);
  set_figure (self->figures[column][2], "%.0f", values->ratio);
  set_figure (self->figures[column][3], "%.1f %%", 100 * values->greatest_error);
  set_figure (self->figures[column][4], "%.2f", values->jnd_mean);
  set_figure (self->figures[column][5], "%.2f", values->jnd_sd);
}

static void
show_verdict (GtkLabel *label, const char *format, const NegConformance *conformance)
{
  g_autofree char *verdict = conformance != NULL ? neg_display_words_dup_verdict (conformance) : NULL;
  g_autofree char *text = verdict != NULL ? g_strdup_printf (format, verdict) : NULL;

  gtk_label_set_text (label, text != NULL ? text : "");
  gtk_widget_set_visible (GTK_WIDGET (label), text != NULL); /* an empty one is told of by its class */
}

void
neg_display_report_set (NegDisplayReport *self, const NegLuminanceTable *table, const NegDisplayCurve *curve)
{
  NegConformance bare = { 0 }, corrected = { 0 };
  const NegConformance *first = table != NULL ? &bare : NULL;
  const NegConformance *second = table != NULL && curve != NULL ? &corrected : NULL;

  g_return_if_fail (NEG_IS_DISPLAY_REPORT (self));

  if (first != NULL)
    neg_conformance_init (&bare, table, NULL, NEG_DISPLAY_STEPS);
  if (second != NULL)
    neg_conformance_init (&corrected, table, curve, NEG_DISPLAY_STEPS);
  show_figures (self, 0, first);
  show_figures (self, 1, second);
  show_verdict (self->verdict, _ ("As it is: %s"), first);
  show_verdict (self->corrected_verdict, _ ("With the calibration, as computed: %s"), second);
  neg_display_plot_set (NEG_DISPLAY_PLOT (self->luminance_plot), first, second);
  neg_display_plot_set (NEG_DISPLAY_PLOT (self->contrast_plot), first, second);
  neg_conformance_clear (&bare);
  neg_conformance_clear (&corrected);
}

static GtkWidget *
new_label (const char *text, const char *class)
{
  GtkWidget *label = gtk_label_new (text);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  if (class != NULL)
    gtk_widget_add_css_class (label, class);
  return label;
}

static GtkWidget *
new_figures (NegDisplayReport *self)
{
  const char *const titles[N_FIGURES] = { _ ("Darkest, cd/m²"),     _ ("Brightest, cd/m²"),        _ ("Ratio"),
                                          _ ("Greatest deviation"), _ ("JNDs per step, mean"), _ ("JNDs per step, SD") };
  const char *const columns[2] = { _ ("● As it is"), _ ("○ With the calibration") };
  GtkGrid *grid = GTK_GRID (gtk_grid_new ());

  gtk_grid_set_column_spacing (grid, 16);
  for (guint i = 0; i < N_FIGURES; i++)
    gtk_grid_attach (grid, new_label (titles[i], "dim"), 0, i + 1, 1, 1);
  for (guint column = 0; column < 2; column++) {
    GtkWidget *title = new_label (columns[column], column == 0 ? "attention" : "accent");

    gtk_grid_attach (grid, title, column + 1, 0, 1, 1);
    for (guint i = 0; i < N_FIGURES; i++) {
      GtkWidget *label = new_label ("–", NULL);

      gtk_label_set_xalign (GTK_LABEL (label), 1);
      gtk_widget_add_css_class (label, "numeric");
      gtk_grid_attach (grid, label, column + 1, i + 1, 1, 1);
      self->figures[column][i] = GTK_LABEL (label);
    }
  }
  return GTK_WIDGET (grid);
}

static void
neg_display_report_init (NegDisplayReport *self)
{
  gtk_orientable_set_orientation (GTK_ORIENTABLE (self), GTK_ORIENTATION_VERTICAL);
  gtk_box_set_spacing (GTK_BOX (self), 8);
  gtk_widget_set_hexpand (GTK_WIDGET (self), TRUE);
  self->luminance_plot = neg_display_plot_new (NEG_DISPLAY_PLOT_LUMINANCE);
  self->contrast_plot = neg_display_plot_new (NEG_DISPLAY_PLOT_CONTRAST);
  self->verdict = GTK_LABEL (new_label (NULL, NULL));
  self->corrected_verdict = GTK_LABEL (new_label (NULL, NULL));
  gtk_box_append (GTK_BOX (self), self->luminance_plot);
  gtk_box_append (GTK_BOX (self), self->contrast_plot);
  gtk_box_append (GTK_BOX (self), new_figures (self));
  gtk_box_append (GTK_BOX (self), GTK_WIDGET (self->verdict));
  gtk_box_append (GTK_BOX (self), GTK_WIDGET (self->corrected_verdict));
}

static void
neg_display_report_class_init (NegDisplayReportClass *class)
{
}

GtkWidget *
neg_display_report_new (void)
{
  return g_object_new (NEG_TYPE_DISPLAY_REPORT, NULL);
}
