#include "config.h"

#include "ui/neg-reject-report-window.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "base/neg-error.h"
#include "base/neg-paths.h"
#include "model/neg-site.h"
#include "store/neg-archive.h"
#include "ui/neg-accessible.h"
#include "ui/neg-close-keys.h"
#include "ui/neg-reject-plot.h"
#include "ui/neg-support-button.h"

#define WIDTH 760
#define HEIGHT 680
#define ROWS_MAX 400u
#define DATA_KEY "neg-reject-report"
#define WINDOW_KEY "neg-reject-report-window"

static const char *const dimensions[NEG_REJECTS_BY_N + 1] = {
  [NEG_REJECTS_BY_TECHNOLOGIST] = N_ ("by technologist"), [NEG_REJECTS_BY_STATION] = N_ ("by room"),
  [NEG_REJECTS_BY_BODY_PART] = N_ ("by body part"),       [NEG_REJECTS_BY_REASON] = N_ ("by reason"),
  [NEG_REJECTS_BY_MODALITY] = N_ ("by modality"),         [NEG_REJECTS_BY_DAY] = N_ ("by day"),
};

static const struct {
  const char *name;
  int days;
} periods[] = {
  { N_ ("today"), 1 }, { N_ ("7 days"), 7 }, { N_ ("30 days"), 30 }, { N_ ("90 days"), 90 }, { N_ ("365 days"), 365 },
};

#define FIRST_PERIOD 2

typedef struct {
  char *folder;
  GTimeZone *zone;
  GtkWindow *window;
  GtkWidget *period, *modality, *by, *from, *to, *plot, *table, *words, *save;
  GtkFileChooserNative *chooser; /* while it is open */
  GCancellable *cancellable;     /* of what is read now */
  char **modalities;             /* as the list shows them; its first is all of them */
  gboolean is_filling;           /* what changes now nobody has chosen */
} Report;

/* --- reading --- */

typedef struct {
  char *folder, *from_day, *to_day, *modality;
  NegRejectsBy by;
  GPtrArray *counts, *modalities; /* NegRejectCount */
} Question;

static void
question_free (gpointer data)
{
  Question *question = data;

  g_free (question->folder);
  g_free (question->from_day);
  g_free (question->to_day);
  g_free (question->modality);
  g_clear_pointer (&question->counts, g_ptr_array_unref);
  g_clear_pointer (&question->modalities, g_ptr_array_unref);
  g_free (question);
}

/* Before anything has come there is no archive, and nothing was rejected. */
static gboolean
read_counts (Question *question, GError **error)
{
  g_autoptr (GError) missing = NULL;
  g_autoptr (NegDatabase) reader = neg_archive_open_reader (question->folder, &missing);

  if (g_error_matches (missing, NEG_ERROR, NEG_ERROR_NOT_FOUND)) {
    question->counts = g_ptr_array_new ();
    question->modalities = g_ptr_array_new ();
    return TRUE;
  }
  if (reader == NULL) {
    g_propagate_error (error, g_steal_pointer (&missing));
    return FALSE;
  }
  question->modalities
      = neg_rejections_count (reader, NEG_REJECTS_BY_MODALITY, question->from_day, question->to_day, "", error);
  if (question->modalities == NULL)
    return FALSE;
  question->counts = neg_rejections_count (reader, question->by, question->from_day, question->to_day, question->modality,
                                           error);
  return question->counts != NULL;
}

static void
read_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  GError *error = NULL;

  if (read_counts (data, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

/* --- showing --- */

static void
attach (Report *report, const char *text, int column, int row, gboolean is_heading)
{
  GtkWidget *label = gtk_label_new (text);

  gtk_label_set_xalign (GTK_LABEL (label), column == 0 ? 0 : 1);
  gtk_widget_set_hexpand (label, column == 0);
  if (is_heading)
    gtk_widget_add_css_class (label, "dim");
  gtk_grid_attach (GTK_GRID (report->table), label, column, row, 1, 1);
}

static void
attach_count (Report *report, const NegRejectCount *count, int row)
{
  g_autofree char *made = g_strdup_printf ("%u", count->n_made);
  g_autofree char *rejected = g_strdup_printf ("%u", count->n_rejected);
  g_autofree char *repeats = g_strdup_printf ("%u", count->n_repeats);
  g_autofree char *rate = count->n_made > 0 ? g_strdup_printf ("%.1f %%", 100.0 * count->n_rejected / count->n_made)
                                            : g_strdup ("–");
  const char *const cells[] = { *count->key != '\0' ? count->key : _ ("(not said)"), count->n_made > 0 ? made : "–",
                                rejected, rate, repeats };

  for (guint i = 0; i < G_N_ELEMENTS (cells); i++)
    attach (report, cells[i], (int) i, row, FALSE);
}

static void
show_table (Report *report, GPtrArray *counts)
{
  const char *const headings[] = { "", _ ("Made"), _ ("Rejected"), _ ("Rate"), _ ("To be repeated") };
  GtkWidget *child;

  while ((child = gtk_widget_get_first_child (report->table)) != NULL)
    gtk_grid_remove (GTK_GRID (report->table), child);
  for (guint i = 0; i < G_N_ELEMENTS (headings); i++)
    attach (report, headings[i], (int) i, 0, TRUE);
  for (guint i = 0; i < MIN (counts->len, ROWS_MAX); i++)
    attach_count (report, counts->pdata[i], (int) i + 1);
}

/* The list is filled anew only when it is another one: else what somebody has open would close. */
static void
show_modalities (Report *report, GPtrArray *counts)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  const guint selected = gtk_drop_down_get_selected (GTK_DROP_DOWN (report->modality));
  g_autofree char *chosen = selected > 0 && selected < g_strv_length (report->modalities)
                                ? g_strdup (report->modalities[selected])
                                : g_strdup ("");
  g_auto (GStrv) names = NULL;
  g_autoptr (GtkStringList) list = NULL;
  guint place = 0;

  g_strv_builder_add (builder, _ ("all modalities"));
  for (guint i = 0; i < counts->len; i++)
    if (*((const NegRejectCount *) counts->pdata[i])->key != '\0')
      g_strv_builder_add (builder, ((const NegRejectCount *) counts->pdata[i])->key);
  names = g_strv_builder_end (builder);
  if (g_strv_equal ((const char *const *) names, (const char *const *) report->modalities))
    return;
  for (guint i = 1; names[i] != NULL; i++)
    if (strcmp (names[i], chosen) == 0)
      place = i;
  g_strfreev (report->modalities);
  report->modalities = g_steal_pointer (&names);
  list = gtk_string_list_new ((const char *const *) report->modalities);
  report->is_filling = TRUE;
  gtk_drop_down_set_model (GTK_DROP_DOWN (report->modality), G_LIST_MODEL (list));
  gtk_drop_down_set_selected (GTK_DROP_DOWN (report->modality), place);
  report->is_filling = FALSE;
}

static void
show_sum (Report *report, const Question *question)
{
  guint n_made = 0, n_rejected = 0;
  g_autofree char *text = NULL;

  for (guint i = 0; i < question->modalities->len; i++) {
    const NegRejectCount *count = question->modalities->pdata[i];

    if (*question->modality != '\0' && strcmp (question->modality, count->key) != 0)
      continue;
    n_made += count->n_made;
    n_rejected += count->n_rejected;
  }
  if (n_made == 0 && n_rejected == 0)
    text = g_strdup (_ ("Nothing was made and nothing rejected in this time."));
  else
    text = g_strdup_printf (_ ("%u of %u images were rejected."), n_rejected, n_made);
  gtk_label_set_text (GTK_LABEL (report->words), text);
  gtk_widget_set_sensitive (report->save, n_rejected > 0);
}

static void
read_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  Report *report = g_object_get_data (source, DATA_KEY);
  const Question *question = g_task_get_task_data (G_TASK (result));
  g_autoptr (GError) error = NULL;
  const gboolean done = g_task_propagate_boolean (G_TASK (result), &error);

  if (report == NULL || g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  if (!done) {
    gtk_label_set_text (GTK_LABEL (report->words), error->message);
    return;
  }
  show_modalities (report, question->modalities);
  show_table (report, question->counts);
  show_sum (report, question);
  neg_reject_plot_set (NEG_REJECT_PLOT (report->plot), question->counts, question->by);
}

/* --- what is chosen --- */

/* YYYY-MM-DD, as shown, to YYYYMMDD; NULL: no day. Given. */
static char *
dup_day (GtkWidget *entry)
{
  const char *text = gtk_editable_get_text (GTK_EDITABLE (entry));
  g_auto (GStrv) parts = g_strsplit (text, "-", 4);
  guint64 numbers[3] = { 0 };
  gboolean is_day = g_strv_length (parts) == 3 && strlen (parts[0]) == 4 && strlen (parts[1]) == 2 && strlen (parts[2]) == 2;

  for (guint i = 0; is_day && i < 3; i++)
    is_day = g_ascii_string_to_unsigned (parts[i], 10, 1, 9999, &numbers[i], NULL);
  return is_day && g_date_valid_dmy ((GDateDay) numbers[2], (GDateMonth) numbers[1], (GDateYear) numbers[0])
             ? g_strjoinv ("", parts)
             : NULL;
}

static Question *
new_question (Report *report)
{
  Question *question = g_new0 (Question, 1);
  const guint modality = gtk_drop_down_get_selected (GTK_DROP_DOWN (report->modality));

  question->folder = g_strdup (report->folder);
  question->from_day = dup_day (report->from);
  question->to_day = dup_day (report->to);
  question->by = (NegRejectsBy) MIN (gtk_drop_down_get_selected (GTK_DROP_DOWN (report->by)), NEG_REJECTS_BY_N - 1);
  question->modality = g_strdup (modality > 0 && modality < g_strv_length (report->modalities) ? report->modalities[modality] : "");
  return question;
}

static void
read_again (Report *report)
{
  Question *question;
  GTask *task;

  if (report->is_filling)
    return;
  g_cancellable_cancel (report->cancellable);
  g_clear_object (&report->cancellable);
  question = new_question (report);
  if (question->from_day == NULL || question->to_day == NULL) {
    gtk_label_set_text (GTK_LABEL (report->words), _ ("A day is written as YYYY-MM-DD."));
    question_free (question);
    return;
  }
  report->cancellable = g_cancellable_new ();
  task = g_task_new (report->window, report->cancellable, read_cb, NULL);
  g_task_set_task_data (task, question, question_free);
  g_task_run_in_thread (task, read_thread);
  g_object_unref (task);
}

static void
set_period (Report *report)
{
  const guint selected = MIN (gtk_drop_down_get_selected (GTK_DROP_DOWN (report->period)), G_N_ELEMENTS (periods) - 1);
  g_autoptr (GDateTime) to = g_date_time_new_now (report->zone);
  g_autoptr (GDateTime) from = g_date_time_add_days (to, 1 - periods[selected].days);
  g_autofree char *from_text = g_date_time_format (from, "%Y-%m-%d");
  g_autofree char *to_text = g_date_time_format (to, "%Y-%m-%d");

  report->is_filling = TRUE;
  gtk_editable_set_text (GTK_EDITABLE (report->from), from_text);
  gtk_editable_set_text (GTK_EDITABLE (report->to), to_text);
  report->is_filling = FALSE;
  read_again (report);
}

/* --- CSV --- */

static gboolean
write_csv (Report *report, GFile *file, GError **error)
{
  g_autoptr (NegDatabase) reader = neg_archive_open_reader (report->folder, error);
  g_autofree char *from = dup_day (report->from);
  g_autofree char *to = dup_day (report->to);
  g_autofree char *csv = reader != NULL && from != NULL && to != NULL
                             ? neg_rejections_dup_csv (reader, from, to, report->zone, error)
                             : NULL;

  return csv != NULL && g_file_replace_contents (file, csv, strlen (csv), NULL, FALSE, G_FILE_CREATE_PRIVATE, NULL, NULL, error);
}

static void
chosen_cb (Report *report, int response)
{
  g_autoptr (GFile) file
      = response == GTK_RESPONSE_ACCEPT ? gtk_file_chooser_get_file (GTK_FILE_CHOOSER (report->chooser)) : NULL;
  g_autoptr (GError) error = NULL;

  if (file != NULL && write_csv (report, file, &error))
    gtk_label_set_text (GTK_LABEL (report->words), _ ("Saved: one line for each rejected image."));
  else if (file != NULL)
    gtk_label_set_text (GTK_LABEL (report->words), error != NULL ? error->message : _ ("A day is written as YYYY-MM-DD."));
  g_clear_object (&report->chooser);
}

static void
save_cb (Report *report)
{
  if (report->chooser != NULL)
    return;
  report->chooser = gtk_file_chooser_native_new (_ ("Save the Rejected Images"), report->window, GTK_FILE_CHOOSER_ACTION_SAVE,
                                                 _ ("_Save"), _ ("_Cancel"));
  gtk_file_chooser_set_current_name (GTK_FILE_CHOOSER (report->chooser), "rejected.csv");
  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (report->chooser), TRUE);
  g_signal_connect_swapped (report->chooser, "response", G_CALLBACK (chosen_cb), report);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (report->chooser));
}

/* --- the window --- */

static void
report_free (gpointer data)
{
  Report *report = data;

  g_cancellable_cancel (report->cancellable);
  g_clear_object (&report->cancellable);
  g_clear_object (&report->chooser);
  g_strfreev (report->modalities);
  g_time_zone_unref (report->zone);
  g_free (report->folder);
  g_free (report);
}

static GtkWidget *
new_choice (Report *report, const char *name, const char *const *strings, guint selected, GCallback changed)
{
  GtkWidget *choice = gtk_drop_down_new_from_strings (strings);

  neg_accessible_set_name (choice, name);
  gtk_drop_down_set_selected (GTK_DROP_DOWN (choice), selected);
  g_signal_connect_swapped (choice, "notify::selected", changed, report);
  return choice;
}

static GtkWidget *
new_day (Report *report, const char *name)
{
  GtkWidget *entry = gtk_entry_new ();

  neg_accessible_set_name (entry, name);
  gtk_editable_set_width_chars (GTK_EDITABLE (entry), 10);
  gtk_editable_set_max_width_chars (GTK_EDITABLE (entry), 10);
  g_signal_connect_swapped (entry, "changed", G_CALLBACK (read_again), report);
  return entry;
}

static GtkWidget *
new_choices (Report *report)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 8);
  const char *period_names[G_N_ELEMENTS (periods) + 1] = { NULL };
  const char *by_names[NEG_REJECTS_BY_N + 1] = { NULL };

  for (guint i = 0; i < G_N_ELEMENTS (periods); i++)
    period_names[i] = _ (periods[i].name);
  for (guint i = 0; i < NEG_REJECTS_BY_N; i++)
    by_names[i] = _ (dimensions[i]);
  report->from = new_day (report, _ ("From"));
  report->to = new_day (report, _ ("To"));
  report->period = new_choice (report, C_ ("of a report", "Period"), period_names, FIRST_PERIOD, G_CALLBACK (set_period));
  report->modality = new_choice (report, _ ("Modality"), (const char *const *) report->modalities, 0, G_CALLBACK (read_again));
  report->by = new_choice (report, _ ("Counted"), by_names, NEG_REJECTS_BY_REASON, G_CALLBACK (read_again));
  gtk_box_append (GTK_BOX (box), report->by);
  gtk_box_append (GTK_BOX (box), report->modality);
  gtk_box_append (GTK_BOX (box), report->period);
  gtk_box_append (GTK_BOX (box), report->from);
  gtk_box_append (GTK_BOX (box), gtk_label_new ("–"));
  gtk_box_append (GTK_BOX (box), report->to);
  return box;
}

static GtkWidget *
new_foot (Report *report)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 8);

  report->words = gtk_label_new (NULL);
  gtk_label_set_xalign (GTK_LABEL (report->words), 0);
  gtk_label_set_wrap (GTK_LABEL (report->words), TRUE);
  gtk_widget_set_hexpand (report->words, TRUE);
  report->save = gtk_button_new_with_mnemonic (_ ("_Save as CSV…"));
  neg_accessible_set_name (report->save, _ ("Save as CSV…"));
  g_signal_connect_swapped (report->save, "clicked", G_CALLBACK (save_cb), report);
  gtk_box_append (GTK_BOX (box), report->words);
  gtk_box_append (GTK_BOX (box), report->save);
  return box;
}

static GtkWidget *
new_content (Report *report)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 12);
  GtkWidget *scroller = gtk_scrolled_window_new ();

  report->table = gtk_grid_new ();
  gtk_grid_set_column_spacing (GTK_GRID (report->table), 24);
  gtk_grid_set_row_spacing (GTK_GRID (report->table), 4);
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (scroller), GTK_POLICY_NEVER, GTK_POLICY_AUTOMATIC);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scroller), report->table);
  gtk_widget_set_vexpand (scroller, TRUE);
  report->plot = neg_reject_plot_new ();
  gtk_box_append (GTK_BOX (box), new_choices (report));
  gtk_box_append (GTK_BOX (box), report->plot);
  gtk_box_append (GTK_BOX (box), scroller);
  gtk_box_append (GTK_BOX (box), new_foot (report));
  gtk_widget_set_margin_start (box, 16);
  gtk_widget_set_margin_end (box, 16);
  gtk_widget_set_margin_top (box, 16);
  gtk_widget_set_margin_bottom (box, 16);
  return box;
}

static GTimeZone *
get_zone (const char *home, const char *config)
{
  g_autoptr (NegSite) site = neg_site_load (home, config, NULL, NULL);

  return site != NULL ? g_time_zone_ref (neg_site_get_timezone (site)) : g_time_zone_new_local ();
}

static GtkWindow *
new_window (const char *home, const char *config, GtkWindow *parent)
{
  GtkWindow *window = GTK_WINDOW (gtk_window_new ());
  Report *report = g_new0 (Report, 1);

  report->window = window;
  report->folder = neg_paths_dup_data_folder (home);
  report->zone = get_zone (home, config);
  report->modalities = g_strdupv ((char *[]) { (char *) _ ("all modalities"), NULL });
  g_object_set_data_full (G_OBJECT (window), DATA_KEY, report, report_free);
  gtk_window_set_child (window, new_content (report));
  gtk_window_set_title (window, _ ("Rejected images"));
  gtk_window_set_default_size (window, WIDTH, HEIGHT);
  gtk_window_set_transient_for (window, parent);
  neg_support_button_add (window, "reject-report");
  gtk_window_set_destroy_with_parent (window, TRUE);
  gtk_window_set_hide_on_close (window, TRUE);
  gtk_widget_add_css_class (GTK_WIDGET (window), "negatoscope");
  gtk_widget_add_css_class (GTK_WIDGET (window), "pane-window");
  neg_close_keys_attach (window);
  set_period (report);
  return window;
}

GtkWindow *
neg_reject_report_window_open (const char *home, const char *config, GtkWindow *parent)
{
  GtkWindow *window = g_object_get_data (G_OBJECT (parent), WINDOW_KEY);

  if (window != NULL) {
    read_again (g_object_get_data (G_OBJECT (window), DATA_KEY));
    return window;
  }
  window = new_window (home, config, parent);
  g_object_set_data (G_OBJECT (parent), WINDOW_KEY, window);
  return window;
}
