#include "config.h"

#include "ui/neg-training-window.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

#include "learning/neg-practice.h"
#include "learning/neg-training-report.h"
#include "learning/neg-xapi.h"
#include "ui/neg-accessible.h"
#include "ui/neg-close-keys.h"
#include "ui/neg-day-plot.h"
#include "ui/neg-quality-parts.h"
#include "ui/neg-support-button.h"

#define WIDTH 820
#define HEIGHT 760
#define ROWS_MAX 400u
#define DATA_KEY "neg-training"
#define WINDOW_KEY "neg-training-window"

static const int periods[] = { 30, 90, 365 };

static const char *const role_titles[NEG_ROLE_N] = { N_ ("Radiologists"), N_ ("Technologists"), N_ ("Superusers"), N_ ("Administrators") };

typedef struct {
  char *home, *config;
  GtkWindow *window;
  GtkWidget *mine, *all, *period, *role, *topic, *views, *done, *required, *uses, *words;
  GtkFileChooserNative *chooser; /* while it is open */
  gboolean chooses_xapi;
  GCancellable *cancellable;
  NegTrainingReport *report; /* nullable */
  gboolean sees_all, is_filling;
  char **topics; /* of the drop-down, the first is all of them */
} Training;

/* --- what is read --- */

typedef struct {
  char *home, *config;
} Question;

static void
question_free (gpointer data)
{
  Question *question = data;

  g_free (question->home);
  g_free (question->config);
  g_free (question);
}

static void
read_in_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  const Question *question = data;
  GError *error = NULL;
  NegTrainingReport *report
      = neg_training_report_read (question->home, question->config, g_get_real_time (), cancellable, &error);

  if (report != NULL)
    g_task_return_pointer (task, report, (GDestroyNotify) neg_training_report_free);
  else
    g_task_return_error (task, error);
}

/* --- tables --- */

static void
add_cell (GtkWidget *grid, int column, int row, const char *text, const char *css_class)
{
  GtkWidget *label = gtk_label_new (text);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_END);
  gtk_label_set_width_chars (GTK_LABEL (label), column == 0 ? 24 : 8);
  gtk_widget_set_hexpand (label, column == 0);
  if (css_class != NULL)
    gtk_widget_add_css_class (label, css_class);
  gtk_grid_attach (GTK_GRID (grid), label, column, row, 1, 1);
}

static void
add_row (GtkWidget *grid, int row, const char *const *cells, guint n, const char *css_class)
{
  for (guint i = 0; i < n; i++)
    add_cell (grid, (int) i, row, cells[i], css_class);
}

static void
empty_grid (GtkWidget *grid)
{
  GtkWidget *child;

  while ((child = gtk_widget_get_first_child (grid)) != NULL)
    gtk_grid_remove (GTK_GRID (grid), child);
}

static const char *
get_title (const Training *training, const char *topic)
{
  const NegTopic *known = neg_library_find_topic (training->report->library, topic);
  const NegExercise *exercise = neg_exercises_find (topic);
  const char *title = known != NULL ? neg_library_choose_words (known->title, g_get_language_names ()) : "";

  if (*title != '\0')
    return title;
  return exercise != NULL ? _ (exercise->title) : topic;
}

static char *
dup_day (const Training *training, gint64 time_us)
{
  return time_us != 0 ? neg_training_dup_day (training->report->training->zone, time_us) : g_strdup ("");
}

static const char *
get_state_words (const char *state)
{
  static const struct {
    const char *state, *words;
  } states[] = { { "done", N_ ("done") },
                 { "done-before", N_ ("done with the video before; it is to be seen again") },
                 { "late", N_ ("late") },
                 { "begun", N_ ("begun") },
                 { "open", N_ ("not begun") } };

  for (guint i = 0; i < G_N_ELEMENTS (states); i++)
    if (strcmp (states[i].state, state) == 0)
      return _ (states[i].words);
  return state;
}

/* --- one's own --- */

static void
add_own (Training *training, int row, const char *topic, const NegRequirement *requirement)
{
  const NegTrainingRecord *record = neg_training_find (training->report->training, g_get_user_name (), topic);
  const char *state = neg_training_get_state (record, requirement, g_get_real_time ());
  g_autofree char *percent = g_strdup_printf (_ ("%d %%"), record != NULL ? (int) (record->fraction * 100) : 0);
  g_autofree char *day = dup_day (training, record != NULL ? record->done_us : 0);
  const char *const cells[] = { get_title (training, topic), get_state_words (state), percent, requirement != NULL ? requirement->due : "", day };

  add_row (training->mine, row, cells, G_N_ELEMENTS (cells), strcmp (state, "late") == 0 ? "attention" : NULL);
}

static gboolean
is_required (GPtrArray *required, const char *topic)
{
  for (guint i = 0; i < required->len; i++)
    if (strcmp (((const NegRequirement *) required->pdata[i])->topic, topic) == 0)
      return TRUE;
  return FALSE;
}

static void
add_own_practice (Training *training, int row, const NegPracticeRecord *record)
{
  g_autofree char *times = g_strdup_printf (ngettext ("practised, done %u time", "practised, done %u times", record->n_done), record->n_done);
  g_autofree char *day = dup_day (training, record->first_done_us);
  const char *const cells[] = { get_title (training, record->exercise), times, "", "", day };

  add_row (training->mine, row, cells, G_N_ELEMENTS (cells), NULL);
}

static void
show_own (Training *training)
{
  const char *const headings[] = { _ ("Topic"), _ ("State"), _ ("Seen"), _ ("By"), _ ("Done on") };
  const NegTraining *all = training->report->training;
  g_autoptr (GPtrArray) required = NULL;
  guint roles = 0;
  int row = 1;

  neg_roles_of_user (training->report->site, NULL, &roles, NULL);
  required = neg_training_list_required (training->report->rules, roles);
  empty_grid (training->mine);
  add_row (training->mine, 0, headings, G_N_ELEMENTS (headings), "subtitle");
  for (guint i = 0; i < required->len; i++)
    add_own (training, row++, ((const NegRequirement *) required->pdata[i])->topic, required->pdata[i]);
  for (guint i = 0; i < all->records->len && row < (int) ROWS_MAX; i++) {
    const NegTrainingRecord *record = all->records->pdata[i];

    if (strcmp (record->person, g_get_user_name ()) == 0 && !is_required (required, record->topic))
      add_own (training, row++, record->topic, NULL);
  }
  for (guint i = 0; i < all->practices->len && row < (int) ROWS_MAX; i++) {
    const NegPracticeRecord *record = all->practices->pdata[i];

    if (strcmp (record->person, g_get_user_name ()) == 0)
      add_own_practice (training, row++, record);
  }
  if (row == 1)
    add_cell (training->mine, 0, 1, _ ("Nothing is required, and nothing was seen yet."), NULL);
}

/* --- everybody's --- */

static void
show_required (Training *training)
{
  const char *const headings[] = { _ ("Topic"), _ ("Role"), _ ("By"), _ ("Persons"), C_ ("training", "Done"), C_ ("training", "Late") };
  const NegTrainingReport *report = training->report;
  g_autoptr (GArray) rows = neg_training_list_compliance (report->training, report->rules, report->people, g_get_real_time ());

  empty_grid (training->required);
  add_row (training->required, 0, headings, G_N_ELEMENTS (headings), "subtitle");
  for (guint i = 0; i < MIN (rows->len, ROWS_MAX); i++) {
    const NegCompliance *row = &g_array_index (rows, NegCompliance, i);
    const gboolean is_known = neg_library_find_topic (report->library, row->requirement->topic) != NULL;
    g_autofree char *title = is_known ? g_strdup (get_title (training, row->requirement->topic))
                                      : g_strdup_printf (_ ("%s (there is no such topic)"), row->requirement->topic);
    g_autofree char *persons = g_strdup_printf ("%u", row->n_persons);
    g_autofree char *done = g_strdup_printf (_ ("%u (%.0f %%)"), row->n_done, row->n_persons > 0 ? 100.0 * row->n_done / row->n_persons : 0);
    g_autofree char *late = g_strdup_printf ("%u", row->n_late);
    const guint role = (guint) g_bit_nth_lsf (row->requirement->role, -1);
    const char *const cells[] = { title, _ (role_titles[role]), row->requirement->due, persons, done, late };

    add_row (training->required, (int) i + 1, cells, G_N_ELEMENTS (cells), row->n_late > 0 || !is_known ? "attention" : NULL);
  }
  if (rows->len == 0)
    add_cell (training->required, 0, 1, _ ("The site requires nothing."), NULL);
}

static void
show_uses (Training *training)
{
  const char *const headings[] = { _ ("Topic"), _ ("Views"), _ ("Persons"), C_ ("training", "Done") };
  g_autoptr (GArray) uses = neg_training_list_use (training->report->training, training->report->library);

  empty_grid (training->uses);
  add_row (training->uses, 0, headings, G_N_ELEMENTS (headings), "subtitle");
  for (guint i = 0; i < MIN (uses->len, ROWS_MAX); i++) {
    const NegTopicUse *use = &g_array_index (uses, NegTopicUse, i);
    g_autofree char *views = g_strdup_printf ("%u", use->n_views);
    g_autofree char *persons = g_strdup_printf ("%u", use->n_persons);
    g_autofree char *done = g_strdup_printf ("%u", use->n_done);
    const char *const cells[] = { get_title (training, use->topic), views, persons, done };

    add_row (training->uses, (int) i + 1, cells, G_N_ELEMENTS (cells), NULL);
  }
}

static void
show_plots (Training *training)
{
  const guint period = MIN (gtk_drop_down_get_selected (GTK_DROP_DOWN (training->period)), G_N_ELEMENTS (periods) - 1);
  const guint role = gtk_drop_down_get_selected (GTK_DROP_DOWN (training->role));
  const guint topic = gtk_drop_down_get_selected (GTK_DROP_DOWN (training->topic));
  const NegTrainingReport *report = training->report;
  g_autofree char *today = neg_training_dup_day (report->training->zone, g_get_real_time ());
  g_autoptr (GArray) days = neg_training_list_days (report->training, report->rules, report->people,
                                                    role > 0 && role <= NEG_ROLE_N ? 1u << (role - 1) : 0,
                                                    topic > 0 && topic < g_strv_length (training->topics) ? training->topics[topic] : NULL,
                                                    today, (guint) periods[period]);
  g_autofree NegDayNumber *views = g_new0 (NegDayNumber, days->len + 1), *done = g_new0 (NegDayNumber, days->len + 1);

  for (guint i = 0; i < days->len; i++) {
    const NegTrainingDay *day = &g_array_index (days, NegTrainingDay, i);

    views[i] = (NegDayNumber) { day->day, day->n_views };
    done[i] = (NegDayNumber) { day->day, isfinite (day->done) ? (guint) lround (day->done * 100) : 0 };
  }
  neg_day_plot_set (NEG_DAY_PLOT (training->views), views, days->len);
  neg_day_plot_set (NEG_DAY_PLOT (training->done), done, days->len);
}

static void
choice_cb (Training *training)
{
  if (training->report != NULL && training->sees_all && !training->is_filling)
    show_plots (training);
}

/* The topics that are required or were seen, in the order of the report. */
static void
fill_topics (Training *training)
{
  g_autoptr (GArray) uses = neg_training_list_use (training->report->training, training->report->library);
  g_autoptr (GStrvBuilder) ids = g_strv_builder_new (), titles = g_strv_builder_new ();
  g_auto (GStrv) names = NULL;
  g_autoptr (GtkStringList) model = NULL;

  g_strv_builder_add (ids, "");
  g_strv_builder_add (titles, _ ("all topics"));
  for (guint i = 0; i < MIN (uses->len, ROWS_MAX); i++) {
    g_strv_builder_add (ids, g_array_index (uses, NegTopicUse, i).topic);
    g_strv_builder_add (titles, get_title (training, g_array_index (uses, NegTopicUse, i).topic));
  }
  g_strfreev (training->topics);
  training->topics = g_strv_builder_end (ids);
  names = g_strv_builder_end (titles);
  model = gtk_string_list_new ((const char *const *) names);
  training->is_filling = TRUE;
  gtk_drop_down_set_model (GTK_DROP_DOWN (training->topic), G_LIST_MODEL (model));
  training->is_filling = FALSE;
}

static void
show_remarks (Training *training)
{
  const NegTrainingReport *report = training->report;
  const NegProgressFiles *files = report->files;
  g_autoptr (GString) text = g_string_new (NULL);

  if (strcmp (report->remark, "no-library") == 0 || strcmp (report->remark, "no-folder") == 0)
    g_string_append (text, _ ("The site has no folder of a library: this is what was learned in this home."));
  else if (*report->remark != '\0')
    g_string_append_printf (text, _ ("The site's progress cannot be read, this is what was learned in this home: %s"), report->remark);
  if (training->sees_all && files->n_damaged + files->n_strange + files->n_doubled + files->n_left_out > 0)
    g_string_append_printf (text, _ ("%sLines that do not count: %u damaged, %u of a wrong person or clock, %u doubled; %u left out."),
                            text->len > 0 ? " " : "", files->n_damaged, files->n_strange, files->n_doubled, files->n_left_out);
  neg_quality_set_text (training->words, text->str);
}

static void
read_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  Training *training = g_object_get_data (source, DATA_KEY);
  g_autoptr (GError) error = NULL;
  NegTrainingReport *report = g_task_propagate_pointer (G_TASK (result), &error);
  guint roles = 0;

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  if (report == NULL) {
    neg_quality_set_text (training->words, error->message);
    return;
  }
  neg_training_report_free (training->report);
  training->report = report;
  neg_roles_of_user (report->site, NULL, &roles, NULL);
  training->sees_all = (roles & (NEG_ROLE_SUPERUSER | NEG_ROLE_ADMINISTRATOR)) != 0;
  gtk_widget_set_visible (training->all, training->sees_all);
  show_own (training);
  show_remarks (training);
  if (!training->sees_all)
    return;
  show_required (training);
  show_uses (training);
  fill_topics (training);
  show_plots (training);
}

static void
read_again (Training *training)
{
  Question *question = g_new0 (Question, 1);
  g_autoptr (GTask) task = NULL;

  g_cancellable_cancel (training->cancellable);
  g_clear_object (&training->cancellable);
  training->cancellable = g_cancellable_new ();
  question->home = g_strdup (training->home);
  question->config = g_strdup (training->config);
  task = g_task_new (training->window, training->cancellable, read_cb, NULL);
  g_task_set_task_data (task, question, question_free);
  g_task_run_in_thread (task, read_in_thread);
}

/* --- what is taken elsewhere --- */

static char *
dup_file (const Training *training)
{
  const NegTrainingReport *report = training->report;

  return training->chooses_xapi ? neg_xapi_dup_lines (report->files->lines, report->rules->home_page)
                                : neg_training_dup_csv (report->training, report->rules, report->people, g_get_real_time ());
}

static void
chosen_cb (Training *training, int response)
{
  g_autoptr (GFile) file
      = response == GTK_RESPONSE_ACCEPT ? gtk_file_chooser_get_file (GTK_FILE_CHOOSER (training->chooser)) : NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *text = file != NULL ? dup_file (training) : NULL;

  if (file != NULL
      && g_file_replace_contents (file, text, strlen (text), NULL, FALSE, G_FILE_CREATE_PRIVATE, NULL, NULL, &error))
    neg_quality_set_text (training->words, training->chooses_xapi ? _ ("Saved: a statement in each line.")
                                                                  : _ ("Saved: a line for each person and topic."));
  else if (file != NULL)
    neg_quality_set_text (training->words, error->message);
  g_clear_object (&training->chooser);
}

static void
choose_file (Training *training, gboolean xapi)
{
  if (training->chooser != NULL || training->report == NULL)
    return;
  training->chooses_xapi = xapi;
  training->chooser = gtk_file_chooser_native_new (_ ("Save the Training Report"), training->window, GTK_FILE_CHOOSER_ACTION_SAVE,
                                                   _ ("_Save"), _ ("_Cancel"));
  gtk_file_chooser_set_current_name (GTK_FILE_CHOOSER (training->chooser), xapi ? "training.jsonl" : "training.csv");
  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (training->chooser), TRUE);
  g_signal_connect_swapped (training->chooser, "response", G_CALLBACK (chosen_cb), training);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (training->chooser));
}

static void
csv_cb (GtkButton *button, Training *training)
{
  choose_file (training, FALSE);
}

static void
xapi_cb (GtkButton *button, Training *training)
{
  choose_file (training, TRUE);
}

/* --- the window --- */

static void
training_free (gpointer data)
{
  Training *training = data;

  g_cancellable_cancel (training->cancellable);
  g_clear_object (&training->cancellable);
  g_clear_object (&training->chooser);
  neg_training_report_free (training->report);
  g_strfreev (training->topics);
  g_free (training->home);
  g_free (training->config);
  g_free (training);
}

static GtkWidget *
new_choice (Training *training, const char *name, const char *const *strings, guint selected)
{
  GtkWidget *choice = gtk_drop_down_new_from_strings (strings);

  neg_accessible_set_name (choice, name);
  gtk_drop_down_set_selected (GTK_DROP_DOWN (choice), selected);
  g_signal_connect_swapped (choice, "notify::selected", G_CALLBACK (choice_cb), training);
  return choice;
}

static GtkWidget *
new_choices (Training *training)
{
  const char *const period_names[] = { _ ("30 days"), _ ("90 days"), _ ("365 days"), NULL };
  const char *role_names[NEG_ROLE_N + 2] = { _ ("everybody") };
  const char *const topic_names[] = { _ ("all topics"), NULL };
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 8);

  for (guint i = 0; i < NEG_ROLE_N; i++)
    role_names[i + 1] = _ (role_titles[i]);
  training->period = new_choice (training, C_ ("of a report", "Period"), period_names, 1);
  training->role = new_choice (training, _ ("Role"), role_names, 0);
  training->topic = new_choice (training, _ ("Topic"), topic_names, 0);
  gtk_box_append (GTK_BOX (box), training->role);
  gtk_box_append (GTK_BOX (box), training->topic);
  gtk_box_append (GTK_BOX (box), training->period);
  return box;
}

static GtkWidget *
new_table (void)
{
  GtkWidget *grid = gtk_grid_new ();

  gtk_grid_set_column_spacing (GTK_GRID (grid), 16);
  gtk_grid_set_row_spacing (GTK_GRID (grid), 4);
  return grid;
}

static void
add_part (GtkWidget *box, const char *title, GtkWidget *part)
{
  gtk_box_append (GTK_BOX (box), neg_quality_new_title (title));
  gtk_box_append (GTK_BOX (box), part);
}

static void
add_button (Training *training, GtkWidget *box, const char *text, GCallback callback)
{
  GtkWidget *button = gtk_button_new_with_label (text);

  g_signal_connect (button, "clicked", callback, training);
  gtk_box_append (GTK_BOX (box), button);
}

static GtkWidget *
new_all (Training *training)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 12), *buttons = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 8);

  training->views = neg_day_plot_new (_ ("Views per day"));
  training->done = neg_day_plot_new (_ ("Done of what is required, percent by day"));
  training->required = new_table ();
  training->uses = new_table ();
  add_part (box, _ ("What is required"), training->required);
  gtk_box_append (GTK_BOX (box), new_choices (training));
  add_part (box, _ ("Done of what is required, percent by day"), training->done);
  add_part (box, _ ("Views per day"), training->views);
  add_part (box, _ ("Views: a person and a day each"), training->uses);
  add_button (training, buttons, _ ("Save as CSV…"), G_CALLBACK (csv_cb));
  add_button (training, buttons, _ ("Save as xAPI…"), G_CALLBACK (xapi_cb));
  gtk_box_append (GTK_BOX (box), buttons);
  gtk_widget_set_visible (box, FALSE);
  return box;
}

static GtkWidget *
new_content (Training *training)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 12), *scroller = gtk_scrolled_window_new ();

  training->mine = new_table ();
  training->all = new_all (training);
  training->words = neg_quality_new_label ("", "attention");
  gtk_widget_set_visible (training->words, FALSE);
  add_part (box, _ ("My training"), training->mine);
  gtk_box_append (GTK_BOX (box), training->words);
  gtk_box_append (GTK_BOX (box), training->all);
  gtk_widget_set_margin_start (box, 16);
  gtk_widget_set_margin_end (box, 16);
  gtk_widget_set_margin_top (box, 16);
  gtk_widget_set_margin_bottom (box, 16);
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (scroller), GTK_POLICY_NEVER, GTK_POLICY_AUTOMATIC);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scroller), box);
  return scroller;
}

static GtkWindow *
new_window (const char *home, const char *config, GtkWindow *parent)
{
  GtkWindow *window = GTK_WINDOW (gtk_window_new ());
  Training *training = g_new0 (Training, 1);

  training->window = window;
  training->home = g_strdup (home);
  training->config = g_strdup (config);
  g_object_set_data_full (G_OBJECT (window), DATA_KEY, training, training_free);
  gtk_window_set_child (window, new_content (training));
  gtk_window_set_title (window, _ ("Training"));
  gtk_window_set_default_size (window, WIDTH, HEIGHT);
  gtk_window_set_transient_for (window, parent);
  gtk_window_set_destroy_with_parent (window, TRUE);
  gtk_window_set_hide_on_close (window, TRUE);
  gtk_widget_add_css_class (GTK_WIDGET (window), "negatoscope");
  gtk_widget_add_css_class (GTK_WIDGET (window), "pane-window");
  neg_support_button_add (window, "training");
  neg_close_keys_attach (window);
  return window;
}

GtkWindow *
neg_training_window_open (const char *home, const char *config, GtkWindow *parent)
{
  GtkWindow *window = g_object_get_data (G_OBJECT (parent), WINDOW_KEY);

  if (window == NULL) {
    window = new_window (home, config, parent);
    g_object_set_data (G_OBJECT (parent), WINDOW_KEY, window);
  }
  read_again (g_object_get_data (G_OBJECT (window), DATA_KEY));
  return window;
}
