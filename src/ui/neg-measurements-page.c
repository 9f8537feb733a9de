#include "config.h"

#include "ui/neg-measurements-page.h"

#include <glib/gi18n-lib.h>

#include "model/neg-fiction.h"
#include "reading/neg-annotation-values.h"
#include "reading/neg-captions.h"
#include "ui/neg-histogram.h"
#include "ui/neg-measurement-place.h"
#include "ui/neg-privacy.h"

struct _NegMeasurementsPage {
  GtkWidget parent_instance;

  NegReading *reading;
  NegAnnotations *annotations;
  NegFrameStore *store; /* nullable */
  gulong frame_ready_handler;
  GtkWidget *box, *empty, *list, *histogram, *remark, *remove_button, *copy_button, *export_button;
  GHashTable *rows; /* uid -> GtkListBoxRow, borrowed from the list */
  char *study_uid;  /* whose rows they are; nullable */
  gboolean is_loading;   /* more images may come */
  gboolean is_selecting; /* by what was selected elsewhere */
  gboolean has_gone;     /* the row that is being clicked was not the selected one */
  GtkFileChooserNative *chooser;
  guint tick;
};

G_DEFINE_FINAL_TYPE (NegMeasurementsPage, neg_measurements_page, GTK_TYPE_WIDGET)

enum { FAILED, HINT, IMAGE_WANTED, PLANE_WANTED, N_SIGNALS };
static guint signals[N_SIGNALS];

/* --- Where an annotation is --- */

static NegInstance *
find_instance (NegMeasurementsPage *self, const NegAnnotation *annotation)
{
  guint index;
  NegSeries *series = neg_measurement_find_series (self->reading, annotation, &index);

  return series != NULL ? neg_series_get_frame (series, index)->instance : NULL;
}

static const char *
get_study_uid (NegMeasurementsPage *self)
{
  const NegSeriesFrame *frame
      = neg_view_state_get_frame (neg_reading_get_state (self->reading, neg_reading_get_active (self->reading)));

  return frame != NULL ? frame->instance->study_uid : NULL;
}

static NegAnnotation *
get_selected (NegMeasurementsPage *self)
{
  return neg_annotations_find (self->annotations, neg_annotations_get_selected (self->annotations));
}

/* --- Rows --- */

/* What sorts rows, and what they say. */
typedef struct {
  char *uid;
  gint64 series_number, position;
  guint64 order;
} RowPlace;

static void
free_place (gpointer data)
{
  RowPlace *place = data;

  g_free (place->uid);
  g_free (place);
}

static RowPlace *
get_place (gpointer row)
{
  return g_object_get_data (G_OBJECT (row), "place");
}

static int
compare (gint64 a, gint64 b)
{
  return a < b ? -1 : a > b;
}

static int
sort_cb (GtkListBoxRow *a, GtkListBoxRow *b, gpointer data)
{
  const RowPlace *one = get_place (a), *other = get_place (b);
  int by_series = compare (one->series_number, other->series_number);
  int by_image = compare (one->position, other->position);

  return by_series != 0 ? by_series : by_image != 0 ? by_image : compare ((gint64) one->order, (gint64) other->order);
}

static GtkWidget *
new_label (const char *css_class)
{
  GtkWidget *label = gtk_label_new (NULL);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_wrap_mode (GTK_LABEL (label), PANGO_WRAP_WORD_CHAR);
  gtk_widget_add_css_class (label, css_class);
  return label;
}

static GtkWidget *
new_row (const char *uid, guint64 order)
{
  static const char *const classes[] = { "title", "value", "subtitle" };
  GtkWidget *row = gtk_list_box_row_new (), *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  RowPlace *place = g_new0 (RowPlace, 1);

  place->uid = g_strdup (uid);
  place->order = order;
  g_object_set_data_full (G_OBJECT (row), "place", place, free_place);
  for (guint i = 0; i < G_N_ELEMENTS (classes); i++)
    gtk_box_append (GTK_BOX (box), new_label (classes[i]));
  gtk_widget_add_css_class (box, "row-content");
  gtk_list_box_row_set_child (GTK_LIST_BOX_ROW (row), box);
  return row;
}

static void
set_label (GtkWidget *label, const char *text)
{
  if (g_strcmp0 (gtk_label_get_text (GTK_LABEL (label)), text) != 0)
    gtk_label_set_text (GTK_LABEL (label), text);
  gtk_widget_set_visible (label, *text != '\0');
}

static char *
dup_numbers (const NegAnnotation *annotation, const NegInstance *instance)
{
  g_autofree char *lines = neg_annotation_dup_lines (annotation, instance);
  g_autofree char *words = g_strdelimit (neg_text_dup_shown (NEG_TEXT_PROSE, annotation->text), "\n\t", ' ');

  return g_strconcat (words, *words != '\0' && *lines != '\0' ? "\n" : "", lines, NULL);
}

/* TRUE when the row belongs elsewhere now. */
static gboolean
fill_row (NegMeasurementsPage *self, GtkWidget *row, const NegAnnotation *annotation)
{
  GtkWidget *title = gtk_widget_get_first_child (gtk_list_box_row_get_child (GTK_LIST_BOX_ROW (row)));
  GtkWidget *value = gtk_widget_get_next_sibling (title), *where = gtk_widget_get_next_sibling (value);
  RowPlace *place = get_place (row);
  guint index = place->position >= 0 && place->position < G_MAXUINT ? (guint) place->position : G_MAXUINT;
  NegSeries *series = neg_measurement_find_series_at (self->reading, annotation, &index);
  const NegInstance *instance = series != NULL ? neg_series_get_frame (series, index)->instance : NULL;
  const NegInstance *of_number = annotation->plane != NULL ? neg_measurement_find_first (self->reading, annotation) : instance;
  gint64 number = of_number == NULL ? G_MAXINT64 : of_number->has_series_number ? of_number->series_number : -1;
  gboolean moves = place->series_number != number || place->position != index;
  g_autofree char *numbers = dup_numbers (annotation, instance), *place_words = annotation->plane != NULL ? neg_measurement_dup_place_of_plane (annotation, of_number)
                                                                : neg_measurement_dup_place (annotation, instance, index);
  g_autofree char *kind = g_strconcat (neg_annotation_kind_get_title (annotation->kind),
                                       annotation->is_foreign ? _ (" (of a report)") : "", NULL);
  g_autofree char *spoken = g_strjoin (", ", kind, *numbers != '\0' ? numbers : place_words,
                                         *numbers != '\0' ? place_words : NULL, NULL);

  place->series_number = number;
  place->position = index;
  set_label (title, kind);
  set_label (value, numbers);
  set_label (where, place_words);
  g_strdelimit (spoken, "\n", ' ');
  gtk_accessible_update_property (GTK_ACCESSIBLE (row), GTK_ACCESSIBLE_PROPERTY_LABEL, spoken, -1);
  return moves;
}

static void
drop_rows (NegMeasurementsPage *self, GHashTable *wanted)
{
  GHashTableIter iter;
  gpointer uid, row;

  g_hash_table_iter_init (&iter, self->rows);
  while (g_hash_table_iter_next (&iter, &uid, &row))
    if (!g_hash_table_contains (wanted, uid)) {
      g_hash_table_iter_remove (&iter);
      gtk_list_box_remove (GTK_LIST_BOX (self->list), row);
    }
}

/* Rows stay the same objects while they are there: focus and place stay. */
static void
update_rows (NegMeasurementsPage *self)
{
  g_autoptr (GPtrArray) list = self->study_uid != NULL
                                   ? neg_annotations_list_study (self->annotations, self->study_uid)
                                   : g_ptr_array_new ();
  g_autoptr (GHashTable) wanted = g_hash_table_new (g_str_hash, g_str_equal);
  gboolean moves = FALSE;

  for (guint i = 0; i < list->len; i++)
    g_hash_table_add (wanted, ((NegAnnotation *) g_ptr_array_index (list, i))->uid);
  drop_rows (self, wanted);
  for (guint i = 0; i < list->len; i++) {
    const NegAnnotation *annotation = g_ptr_array_index (list, i);
    GtkWidget *row = g_hash_table_lookup (self->rows, annotation->uid);

    if (row == NULL) {
      row = new_row (annotation->uid, i);
      gtk_list_box_append (GTK_LIST_BOX (self->list), row);
      g_hash_table_insert (self->rows, g_strdup (annotation->uid), row);
      moves = TRUE;
    }
    get_place (row)->order = i;
    moves |= fill_row (self, row, annotation);
  }
  if (moves)
    gtk_list_box_invalidate_sort (GTK_LIST_BOX (self->list));
  gtk_widget_set_visible (self->empty, list->len == 0);
  gtk_widget_set_sensitive (self->export_button, list->len > 0);
}

/* --- The histogram --- */

static gboolean
is_region (const NegAnnotation *annotation)
{
  return annotation != NULL
         && (annotation->kind == NEG_ANNOTATION_ELLIPSE || annotation->kind == NEG_ANNOTATION_RECTANGLE
             || annotation->kind == NEG_ANNOTATION_FREEHAND);
}

/* From the frame as it is decoded, never from what a viewport shows; nothing while it is not there. */
static void
update_histogram (NegMeasurementsPage *self)
{
  NegAnnotation *annotation = get_selected (self);
  guint index = 0;
  NegSeries *series = annotation != NULL ? neg_measurement_find_series (self->reading, annotation, &index) : NULL;
  const NegSeriesFrame *frame = series != NULL ? neg_series_get_frame (series, index) : NULL;
  g_autoptr (NegPixels) pixels
      = series != NULL && self->store != NULL ? neg_frame_store_peek (self->store, series, index) : NULL;
  NegSuv suv;
  gboolean has_suv = pixels != NULL && !self->is_loading && neg_annotation_init_suv (&suv, series, index);

  neg_histogram_count (NEG_HISTOGRAM_VIEW (self->histogram), annotation, frame != NULL ? frame->instance : NULL,
                       frame != NULL ? frame->frame : 0, pixels, has_suv ? &suv : NULL);
}

static void
counted_cb (NegMeasurementsPage *self, const char *remark)
{
  set_label (self->remark, remark);
}

static void
update_selection (NegMeasurementsPage *self)
{
  const NegAnnotation *annotation = get_selected (self);
  gpointer row = annotation != NULL ? g_hash_table_lookup (self->rows, annotation->uid) : NULL;

  self->is_selecting = TRUE;
  gtk_list_box_select_row (GTK_LIST_BOX (self->list), row);
  self->is_selecting = FALSE;
  gtk_widget_set_sensitive (self->remove_button, row != NULL && !annotation->is_foreign);
  gtk_widget_set_sensitive (self->copy_button, row != NULL);
}

/* --- Once a frame, and only in sight; of another patient nothing stays, in sight or not --- */

static void
update (NegMeasurementsPage *self)
{
  const char *study_uid = get_study_uid (self);

  if (g_strcmp0 (study_uid, self->study_uid) != 0) {
    g_free (self->study_uid);
    self->study_uid = g_strdup (study_uid);
  }
  update_rows (self);
  update_selection (self);
  if (neg_annotations_get_undo_serial (self->annotations) != G_MAXUINT64) /* a hand that drags does not wait for it */
    update_histogram (self);
}

static gboolean
tick_cb (GtkWidget *widget, GdkFrameClock *clock, gpointer data)
{
  NegMeasurementsPage *self = NEG_MEASUREMENTS_PAGE (widget);

  self->tick = 0;
  update (self);
  return G_SOURCE_REMOVE;
}

static void
schedule (NegMeasurementsPage *self)
{
  if (self->tick == 0 && gtk_widget_get_mapped (GTK_WIDGET (self)))
    self->tick = gtk_widget_add_tick_callback (GTK_WIDGET (self), tick_cb, NULL, NULL);
}

static void
cell_changed_cb (NegMeasurementsPage *self, guint cell, guint changes)
{
  if ((changes & NEG_CHANGED_IMAGE) && cell == neg_reading_get_active (self->reading)
      && g_strcmp0 (get_study_uid (self), self->study_uid) != 0)
    schedule (self);
}

static void
frame_ready_cb (NegMeasurementsPage *self)
{
  if (is_region (get_selected (self)) && !gtk_widget_get_visible (self->histogram))
    schedule (self);
}

void
neg_measurements_page_set_store (NegMeasurementsPage *self, NegFrameStore *store)
{
  g_return_if_fail (NEG_IS_MEASUREMENTS_PAGE (self));

  if (self->store != NULL)
    g_clear_signal_handler (&self->frame_ready_handler, self->store);
  if (g_set_object (&self->store, store) && store != NULL)
    self->frame_ready_handler
        = g_signal_connect_swapped (store, "frame-ready", G_CALLBACK (frame_ready_cb), self);
  schedule (self);
}

void
neg_measurements_page_set_loading (NegMeasurementsPage *self, gboolean is_loading)
{
  g_return_if_fail (NEG_IS_MEASUREMENTS_PAGE (self));

  if (is_loading == self->is_loading)
    return;
  self->is_loading = is_loading;
  schedule (self);
}

/* --- Hands --- */

/* In the viewport that shows its series already, else in the active one; a plane where planes are. */
static void
go_to (NegMeasurementsPage *self, const NegAnnotation *annotation)
{
  guint index, cell = neg_reading_get_active (self->reading);
  NegSeries *series = annotation->plane == NULL ? neg_measurement_find_series (self->reading, annotation, &index) : NULL;

  if (annotation->plane != NULL)
    g_signal_emit (self, signals[PLANE_WANTED], 0, annotation->uid);
  if (series == NULL)
    return;
  g_signal_emit (self, signals[IMAGE_WANTED], 0);
  for (guint i = 0; i < neg_reading_get_n_cells (self->reading); i++)
    if (neg_reading_is_visible (self->reading, i) && neg_reading_get_state (self->reading, i)->series == series
        && neg_reading_get_state (self->reading, cell)->series != series)
      cell = i;
  neg_reading_set_active (self->reading, cell);
  if (neg_reading_get_state (self->reading, cell)->series != series
      && !neg_reading_show (self->reading, cell, series))
    return;
  neg_reading_set_index (self->reading, cell, index);
}

static void
row_selected_cb (NegMeasurementsPage *self, GtkListBoxRow *row)
{
  const NegAnnotation *annotation;

  self->has_gone = !self->is_selecting;
  if (self->is_selecting || row == NULL)
    return;
  annotation = neg_annotations_find (self->annotations, get_place (row)->uid);
  if (annotation == NULL)
    return;
  go_to (self, annotation);
  neg_annotations_select (self->annotations, get_place (row)->uid);
}

/* Back to the one that is selected already. */
static void
row_activated_cb (NegMeasurementsPage *self, GtkListBoxRow *row)
{
  if (!self->has_gone)
    row_selected_cb (self, row);
  self->has_gone = FALSE;
}

static void
remove_cb (NegMeasurementsPage *self)
{
  const NegAnnotation *annotation = get_selected (self);
  g_autofree char *uid = annotation != NULL ? g_strdup (annotation->uid) : NULL;
  g_autoptr (GError) error = NULL;

  if (uid != NULL && !neg_annotations_remove (self->annotations, uid, &error))
    g_signal_emit (self, signals[FAILED], 0, error);
}

/* What would leave names nobody, but may be of a day that somebody knows. */
static gboolean
is_refused (NegMeasurementsPage *self)
{
  const char *refusal = neg_privacy_get_refusal ();

  if (refusal != NULL)
    g_signal_emit (self, signals[HINT], 0, refusal);
  return refusal != NULL;
}

static void
copy_cb (NegMeasurementsPage *self)
{
  const NegAnnotation *annotation = get_selected (self);
  g_autofree char *text = NULL;

  if (annotation == NULL || is_refused (self))
    return;
  text = neg_annotation_dup_copy (annotation, find_instance (self, annotation));
  gdk_clipboard_set_text (gtk_widget_get_clipboard (GTK_WIDGET (self)), text);
  g_signal_emit (self, signals[HINT], 0, _ ("The measurement is in the clipboard, without the patient's name."));
}

static char *
dup_table (NegMeasurementsPage *self)
{
  g_autoptr (GPtrArray) list = neg_annotations_list_study (self->annotations, self->study_uid);
  g_autofree char *header = neg_annotation_dup_csv_header ();
  GString *table = g_string_new (header);

  for (guint i = 0; i < list->len; i++) {
    const NegAnnotation *annotation = g_ptr_array_index (list, i);
    g_autofree char *lines = neg_annotation_dup_csv (annotation, find_instance (self, annotation));

    g_string_append (table, lines);
  }
  return g_string_free (table, FALSE);
}

static void
written_cb (GObject *file, GAsyncResult *result, gpointer data)
{
  g_autoptr (NegMeasurementsPage) self = data;
  g_autoptr (GError) error = NULL;

  if (g_file_replace_contents_finish (G_FILE (file), result, NULL, &error))
    g_signal_emit (self, signals[HINT], 0, _ ("The table is written, without the patient's name."));
  else
    g_signal_emit (self, signals[FAILED], 0, error);
}

static void
chosen_cb (GtkNativeDialog *dialog, int response, NegMeasurementsPage *self)
{
  g_autoptr (GFile) file = gtk_file_chooser_get_file (GTK_FILE_CHOOSER (dialog));

  if (response == GTK_RESPONSE_ACCEPT && file != NULL && self->study_uid != NULL) {
    g_autofree char *table = dup_table (self);
    g_autoptr (GBytes) bytes = g_bytes_new (table, strlen (table));

    g_file_replace_contents_bytes_async (file, bytes, NULL, FALSE, G_FILE_CREATE_PRIVATE, NULL, written_cb,
                                         g_object_ref (self));
  }
  g_clear_object (&self->chooser);
}

static void
export_cb (NegMeasurementsPage *self)
{
  GtkWindow *window = GTK_WINDOW (gtk_widget_get_root (GTK_WIDGET (self)));

  if (self->chooser != NULL || is_refused (self))
    return;
  self->chooser = gtk_file_chooser_native_new (_ ("Export Measurements"), window, GTK_FILE_CHOOSER_ACTION_SAVE,
                                               _ ("_Save"), _ ("_Cancel"));
  gtk_file_chooser_set_current_name (GTK_FILE_CHOOSER (self->chooser), "measurements.csv");
  g_signal_connect_object (self->chooser, "response", G_CALLBACK (chosen_cb), self, 0);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (self->chooser));
}

static gboolean
key_cb (NegMeasurementsPage *self, guint keyval, guint keycode, GdkModifierType modifiers)
{
  if ((keyval != GDK_KEY_Delete && keyval != GDK_KEY_KP_Delete && keyval != GDK_KEY_BackSpace)
      || (modifiers & (GDK_CONTROL_MASK | GDK_ALT_MASK | GDK_SHIFT_MASK)))
    return FALSE;
  remove_cb (self);
  return TRUE;
}

/* --- The widget --- */

static GtkWidget *
new_button (NegMeasurementsPage *self, const char *text, const char *tooltip, GCallback clicked)
{
  GtkWidget *button = gtk_button_new_with_mnemonic (text);

  gtk_widget_set_tooltip_text (button, tooltip);
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, tooltip, -1);
  gtk_widget_set_sensitive (button, FALSE);
  gtk_widget_set_hexpand (button, TRUE);
  g_signal_connect_object (button, "clicked", clicked, self, G_CONNECT_SWAPPED);
  return button;
}

static GtkWidget *
new_buttons (NegMeasurementsPage *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 4);

  self->remove_button = new_button (self, _ ("_Delete"), _ ("Delete the selected measurement"), G_CALLBACK (remove_cb));
  self->copy_button = new_button (self, _ ("_Copy"), _ ("Copy the numbers, without the patient's name"),
                                  G_CALLBACK (copy_cb));
  self->export_button = new_button (self, _ ("_Export…"), _ ("All of this study as a table (CSV), without the patient's name"),
                                    G_CALLBACK (export_cb));
  gtk_box_append (GTK_BOX (box), self->remove_button);
  gtk_box_append (GTK_BOX (box), self->copy_button);
  gtk_box_append (GTK_BOX (box), self->export_button);
  gtk_widget_add_css_class (box, "page-buttons");
  return box;
}

static GtkWidget *
new_list (NegMeasurementsPage *self)
{
  GtkEventController *keys = gtk_event_controller_key_new ();
  GtkWidget *scrolled = gtk_scrolled_window_new ();

  self->list = gtk_list_box_new ();
  gtk_list_box_set_sort_func (GTK_LIST_BOX (self->list), sort_cb, NULL, NULL);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->list), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("Measurements of this study"), -1);
  g_signal_connect_object (self->list, "row-activated", G_CALLBACK (row_activated_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->list, "row-selected", G_CALLBACK (row_selected_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (keys, "key-pressed", G_CALLBACK (key_cb), self, G_CONNECT_SWAPPED);
  gtk_widget_add_controller (self->list, keys);
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (scrolled), GTK_POLICY_NEVER, GTK_POLICY_AUTOMATIC);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scrolled), self->list);
  gtk_widget_set_vexpand (scrolled, TRUE);
  return scrolled;
}

static void
neg_measurements_page_map (GtkWidget *widget)
{
  update (NEG_MEASUREMENTS_PAGE (widget)); /* before it is painted */
  GTK_WIDGET_CLASS (neg_measurements_page_parent_class)->map (widget);
}

static void
neg_measurements_page_dispose (GObject *object)
{
  NegMeasurementsPage *self = NEG_MEASUREMENTS_PAGE (object);

  if (self->tick != 0)
    gtk_widget_remove_tick_callback (GTK_WIDGET (self), self->tick);
  self->tick = 0;
  if (self->store != NULL)
    g_clear_signal_handler (&self->frame_ready_handler, self->store);
  g_clear_object (&self->store);
  g_clear_object (&self->chooser);
  self->is_selecting = TRUE; /* the list lets its row go */
  g_clear_pointer (&self->box, gtk_widget_unparent);
  G_OBJECT_CLASS (neg_measurements_page_parent_class)->dispose (object);
}

static void
neg_measurements_page_finalize (GObject *object)
{
  NegMeasurementsPage *self = NEG_MEASUREMENTS_PAGE (object);

  g_clear_object (&self->reading);
  g_clear_object (&self->annotations);
  g_hash_table_unref (self->rows);
  g_free (self->study_uid);
  G_OBJECT_CLASS (neg_measurements_page_parent_class)->finalize (object);
}

static void
neg_measurements_page_class_init (NegMeasurementsPageClass *class)
{
  GObjectClass *object_class = G_OBJECT_CLASS (class);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  object_class->dispose = neg_measurements_page_dispose;
  object_class->finalize = neg_measurements_page_finalize;
  widget_class->map = neg_measurements_page_map;
  signals[FAILED] = g_signal_new ("failed", NEG_TYPE_MEASUREMENTS_PAGE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                  G_TYPE_NONE, 1, G_TYPE_ERROR);
  signals[IMAGE_WANTED] = g_signal_new ("image-wanted", NEG_TYPE_MEASUREMENTS_PAGE, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                        NULL, G_TYPE_NONE, 0);
  signals[PLANE_WANTED] = g_signal_new ("plane-wanted", NEG_TYPE_MEASUREMENTS_PAGE, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                        NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
  signals[HINT] = g_signal_new ("hint", NEG_TYPE_MEASUREMENTS_PAGE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                G_TYPE_NONE, 1, G_TYPE_STRING);
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_css_name (widget_class, "neg-measurements-page");
}

static void
privacy_changed_cb (NegMeasurementsPage *self)
{
  if (self->reading != NULL)
    update (self);
}

static void
neg_measurements_page_init (NegMeasurementsPage *self)
{
  GtkWidget *list = new_list (self), *buttons = new_buttons (self);

  self->rows = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  neg_privacy_watch (self, G_CALLBACK (privacy_changed_cb));
  self->empty = new_label ("empty-page");
  gtk_label_set_text (GTK_LABEL (self->empty),
                      _ ("What is measured in this study comes here. Draw on the image: L length, A angle, B Cobb angle, "
                         "E ellipse, R rectangle, D freehand, T arrow, P probe."));
  self->histogram = neg_histogram_new ();
  gtk_widget_set_visible (self->histogram, FALSE);
  g_signal_connect_object (self->histogram, "counted", G_CALLBACK (counted_cb), self, G_CONNECT_SWAPPED);
  self->remark = new_label ("attention");
  gtk_widget_set_visible (self->remark, FALSE);
  self->box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  gtk_box_append (GTK_BOX (self->box), self->empty);
  gtk_box_append (GTK_BOX (self->box), list);
  gtk_box_append (GTK_BOX (self->box), self->remark);
  gtk_box_append (GTK_BOX (self->box), self->histogram);
  gtk_box_append (GTK_BOX (self->box), buttons);
  gtk_widget_set_parent (self->box, GTK_WIDGET (self));
}

GtkWidget *
neg_measurements_page_new (NegReading *reading, NegAnnotations *annotations)
{
  NegMeasurementsPage *self = g_object_new (NEG_TYPE_MEASUREMENTS_PAGE, NULL);

  self->reading = g_object_ref (reading);
  self->annotations = g_object_ref (annotations);
  g_signal_connect_object (annotations, "changed", G_CALLBACK (schedule), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (annotations, "selection-changed", G_CALLBACK (schedule), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (reading, "cell-changed", G_CALLBACK (cell_changed_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (reading, "active-changed", G_CALLBACK (schedule), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (reading, "patient-changed", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (reading, "patients-changed", G_CALLBACK (schedule), self, G_CONNECT_SWAPPED);
  return GTK_WIDGET (self);
}
