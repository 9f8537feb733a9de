#include "config.h"

#include "ui/neg-export-dialog.h"

#include <glib/gi18n-lib.h>

#include "base/neg-error.h"
#include "export/neg-export-job.h"
#include "ui/neg-accessible.h"
#include "ui/neg-privacy.h"
#include "ui/neg-support-button.h"
#include "ui/neg-words.h"

#define NAME_TRIES 100

struct _NegExportDialog {
  GtkWindow parent_instance;

  NegFrameStore *store;
  NegViewState state;
  NegOverlay links;
  GPtrArray *annotations; /* of the study, as they were; nullable */
  NegCine cine;
  guint width_px, height_px;

  GtkFileChooserNative *chooser; /* while it is open */
  NegExportJob *job;             /* while it runs */
  GCancellable *cancellable;

  GtkWidget *options, *range, *range_label, *format_label, *burned_in;
  GtkDropDown *kind, *format, *size;
  GtkSpinButton *first, *last;
  GtkAdjustment *first_adjustment, *last_adjustment;
  GtkCheckButton *annotated, *measured, *anonymous, *identified, *looked;
  GtkLabel *burned_in_text, *result;
  GtkProgressBar *progress;
  GtkButton *cancel, *export_button;
};

G_DEFINE_FINAL_TYPE (NegExportDialog, neg_export_dialog, GTK_TYPE_WINDOW)

/* --- What is asked --- */

/* From 0. */
static guint
get_index (NegExportDialog *self, GtkSpinButton *spin)
{
  int number = gtk_spin_button_get_value_as_int (spin), n = neg_view_state_get_n_frames (&self->state);

  return CLAMP (number, 1, n) - 1;
}

static void
get_order (NegExportDialog *self, NegExportOrder *order)
{
  static const guint factors[] = { 1, 1, 2, 4 };
  guint size = gtk_drop_down_get_selected (self->size);
  guint first = get_index (self, self->first), last = get_index (self, self->last);

  *order = (NegExportOrder){
    .kind = MIN (gtk_drop_down_get_selected (self->kind), NEG_EXPORT_FILM),
    .format = MIN (gtk_drop_down_get_selected (self->format), NEG_IMAGE_JPEG),
    .first = MIN (first, last),
    .last = MAX (first, last),
    .look = { .size = size == 0 ? NEG_EXPORT_AS_SHOWN : NEG_EXPORT_IMAGE,
              .factor = factors[MIN (size, G_N_ELEMENTS (factors) - 1)],
              .width = self->width_px,
              .height = self->height_px,
              .annotated = gtk_check_button_get_active (self->annotated),
              .measured = gtk_check_button_get_active (self->measured),
              .identified = gtk_check_button_get_active (self->identified) },
  };
  if (order->kind == NEG_EXPORT_PICTURE)
    order->first = order->last = self->state.index;
}

static NegBurnedIn
get_burned_in (NegExportDialog *self, const NegExportOrder *order)
{
  NegBurnedIn most = NEG_BURNED_IN_UNLIKELY;
  const NegInstance *last = NULL;

  for (guint i = order->first; i <= order->last; i++) {
    const NegInstance *instance = neg_series_get_frame (self->state.series, i)->instance;

    if (instance != last)
      most = MAX (most, neg_export_get_burned_in (instance));
    last = instance;
  }
  return most;
}

static void
update (NegExportDialog *self)
{
  gboolean several, is_film;
  NegExportOrder order;
  NegBurnedIn burned_in;

  get_order (self, &order);
  several = order.kind != NEG_EXPORT_PICTURE;
  is_film = order.kind == NEG_EXPORT_FILM;
  burned_in = get_burned_in (self, &order);
  gtk_widget_set_visible (self->range, several);
  gtk_widget_set_visible (self->range_label, several);
  gtk_widget_set_visible (GTK_WIDGET (self->format), !is_film);
  gtk_widget_set_visible (self->format_label, !is_film);
  gtk_widget_set_visible (self->burned_in, burned_in != NEG_BURNED_IN_UNLIKELY);
  gtk_label_set_text (self->burned_in_text,
                      burned_in == NEG_BURNED_IN_STATED
                          ? _ ("The file says that names or other data of the patient are burned into the pixels. They "
                               "stay on the picture whatever is answered above.")
                          : _ ("Images of this kind often have the patient's name in the pixels, or show the patient. "
                               "What is in the pixels stays on the picture whatever is answered above."));
  gtk_widget_set_sensitive (GTK_WIDGET (self->export_button),
                            self->job == NULL && self->chooser == NULL && neg_privacy_get_refusal () == NULL
                                && (burned_in == NEG_BURNED_IN_UNLIKELY || gtk_check_button_get_active (self->looked)));
  gtk_widget_set_sensitive (self->options, self->job == NULL);
}

static void
choice_cb (NegExportDialog *self)
{
  if (self->state.series != NULL)
    update (self);
}

/* --- While it runs, and how it ended --- */

static void
say (NegExportDialog *self, const char *text)
{
  gtk_label_set_text (self->result, text);
  gtk_widget_set_visible (GTK_WIDGET (self->result), *text != '\0');
}

static char *
dup_done_text (NegExportJob *job)
{
  g_autofree char *path = g_filename_display_name (neg_export_job_get_path (job));
  g_autofree char *shown = neg_text_dup_shown (NEG_TEXT_PATH, path);
  g_autofree char *size = g_format_size (neg_export_job_get_bytes (job));
  guint n = neg_export_job_get_n_images (job);

  return g_strdup_printf (ngettext ("Done: %u image, %s, in %s", "Done: %u images, %s, in %s", n), n, size, shown);
}

static void
progress_cb (NegExportDialog *self)
{
  guint n = neg_export_job_get_n_images (self->job), n_done = neg_export_job_get_n_done (self->job);
  g_autofree char *text = g_strdup_printf (_ ("image %u of %u"), n_done, n);

  gtk_progress_bar_set_fraction (self->progress, (double) n_done / n);
  gtk_progress_bar_set_text (self->progress, text);
}

static void
done_cb (GObject *object, GAsyncResult *result, gpointer data)
{
  g_autoptr (NegExportDialog) self = data;
  g_autoptr (GError) error = NULL;
  gboolean done = neg_export_job_run_finish (NEG_EXPORT_JOB (object), result, &error);
  g_autofree char *text = NULL;

  if (done)
    text = dup_done_text (NEG_EXPORT_JOB (object));
  else if (g_error_matches (error, NEG_ERROR, NEG_ERROR_CANCELLED))
    text = g_strdup (_ ("Cancelled: nothing was written."));
  else
    text = g_strdup_printf (_ ("Not done: %s (%s). Nothing was written."), neg_words_for_error (error),
                            error->message);
  g_clear_object (&self->job);
  g_clear_object (&self->cancellable);
  if (self->state.series == NULL)
    return;
  gtk_widget_set_visible (GTK_WIDGET (self->progress), FALSE);
  gtk_button_set_label (self->cancel, _ ("Close"));
  say (self, text);
  update (self);
  gtk_widget_grab_focus (GTK_WIDGET (self->cancel));
}

static void
run (NegExportDialog *self, const NegExportOrder *order, const char *path)
{
  self->job = neg_export_job_new (self->store, &self->state, &self->links, self->annotations, &self->cine, order, path);
  self->cancellable = g_cancellable_new ();
  g_signal_connect_object (self->job, "progress", G_CALLBACK (progress_cb), self, G_CONNECT_SWAPPED);
  gtk_widget_set_visible (GTK_WIDGET (self->progress), TRUE);
  gtk_button_set_label (self->cancel, _ ("Cancel"));
  say (self, "");
  progress_cb (self);
  update (self);
  gtk_widget_grab_focus (GTK_WIDGET (self->cancel));
  neg_export_job_run_async (self->job, self->cancellable, done_cb, g_object_ref (self));
}

/* What would be written now has invented people in it, or parts of it: nothing is. */
static void
privacy_cb (NegExportDialog *self)
{
  if (self->state.series == NULL)
    return;
  if (neg_privacy_get_refusal () != NULL && self->cancellable != NULL)
    g_cancellable_cancel (self->cancellable);
  if (neg_privacy_get_refusal () != NULL)
    say (self, neg_privacy_get_refusal ());
  update (self);
}

/* --- Where to --- */

static const char *
get_suffix (const NegExportOrder *order)
{
  return order->kind == NEG_EXPORT_FILM ? "webm" : neg_image_format_get_suffix (order->format);
}

/* A folder of @parent that is not there yet. */
static char *
dup_free_folder (NegExportDialog *self, const char *parent)
{
  g_autofree char *name = neg_export_dup_name (&self->state, TRUE);
  char *path = g_build_filename (parent, name, NULL);

  for (guint i = 2; i < NAME_TRIES && g_file_test (path, G_FILE_TEST_EXISTS); i++) {
    g_autofree char *numbered = g_strdup_printf ("%s-%u", name, i);

    g_free (path);
    path = g_build_filename (parent, numbered, NULL);
  }
  return path;
}

static void
response_cb (GtkNativeDialog *native, int response, NegExportDialog *self)
{
  g_autoptr (GFile) file = gtk_file_chooser_get_file (GTK_FILE_CHOOSER (native));
  g_autofree char *chosen = file != NULL ? g_file_get_path (file) : NULL;
  g_autofree char *path = NULL;
  NegExportOrder order;

  g_clear_object (&self->chooser);
  get_order (self, &order);
  update (self);
  if (response != GTK_RESPONSE_ACCEPT || neg_privacy_get_refusal () != NULL)
    return;
  if (chosen == NULL) {
    say (self, _ ("Not done: only a place on this computer can be written to."));
    return;
  }
  path = order.kind == NEG_EXPORT_PICTURES ? dup_free_folder (self, chosen) : g_strdup (chosen);
  run (self, &order, path);
}

static void
export_cb (NegExportDialog *self)
{
  g_autofree char *name = NULL, *file_name = NULL;
  NegExportOrder order;
  gboolean is_folder;

  if (self->job != NULL || self->chooser != NULL)
    return;
  get_order (self, &order);
  is_folder = order.kind == NEG_EXPORT_PICTURES;
  self->chooser = gtk_file_chooser_native_new (
      is_folder ? _ ("Where the Folder of Pictures Goes") : _ ("Where the File Goes"), GTK_WINDOW (self),
      is_folder ? GTK_FILE_CHOOSER_ACTION_SELECT_FOLDER : GTK_FILE_CHOOSER_ACTION_SAVE, _ ("_Export"), _ ("_Cancel"));
  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (self->chooser), TRUE);
  if (!is_folder) {
    name = neg_export_dup_name (&self->state, order.kind == NEG_EXPORT_FILM);
    file_name = g_strdup_printf ("%s.%s", name, get_suffix (&order));
    gtk_file_chooser_set_current_name (GTK_FILE_CHOOSER (self->chooser), file_name);
  }
  g_signal_connect_object (self->chooser, "response", G_CALLBACK (response_cb), self, 0);
  update (self);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (self->chooser));
}

static void
cancel_cb (NegExportDialog *self)
{
  if (self->job != NULL)
    g_cancellable_cancel (self->cancellable);
  else
    gtk_window_close (GTK_WINDOW (self));
}

static gboolean
close_request_cb (NegExportDialog *self)
{
  if (self->cancellable != NULL)
    g_cancellable_cancel (self->cancellable);
  return FALSE;
}

/* --- Putting it together --- */

static void
append_size (NegExportDialog *self, GtkStringList *list, const char *format, const NegExportLook *look)
{
  g_autofree char *text = NULL;
  guint width, height;

  if (!neg_export_get_size (&self->state, look, &width, &height))
    return;
  text = g_strdup_printf (format, width, height);
  gtk_string_list_append (list, text);
}

static void
fill_sizes (NegExportDialog *self)
{
  g_autoptr (GtkStringList) list = gtk_string_list_new (NULL);
  NegExportLook look = { .size = NEG_EXPORT_AS_SHOWN, .width = self->width_px, .height = self->height_px };

  append_size (self, list, _ ("As on screen, %u × %u"), &look);
  look = (NegExportLook){ .size = NEG_EXPORT_IMAGE, .factor = 1 };
  append_size (self, list, _ ("The whole image, %u × %u"), &look);
  look.factor = 2;
  append_size (self, list, _ ("Twice as large, %u × %u"), &look);
  look.factor = 4;
  append_size (self, list, _ ("Four times as large, %u × %u"), &look);
  gtk_drop_down_set_model (self->size, G_LIST_MODEL (list));
}

static void
fill_kinds (NegExportDialog *self)
{
  g_autoptr (GtkStringList) list = gtk_string_list_new (NULL);
  g_autofree char *one = g_strdup_printf (_ ("Image %u, as a picture"), self->state.index + 1);

  gtk_string_list_append (list, one);
  if (neg_view_state_get_n_frames (&self->state) > 1) {
    g_autofree char *film = g_strdup_printf (_ ("A film (WebM), %.4g images per second"), self->cine.rate_hz);

    gtk_string_list_append (list, _ ("Several images, as numbered pictures"));
    gtk_string_list_append (list, film);
  }
  gtk_drop_down_set_model (self->kind, G_LIST_MODEL (list));
}

static void
fill_range (NegExportDialog *self)
{
  guint n = neg_view_state_get_n_frames (&self->state);

  gtk_adjustment_set_upper (self->first_adjustment, n);
  gtk_adjustment_set_upper (self->last_adjustment, n);
  gtk_spin_button_set_value (self->first, self->cine.first + 1);
  gtk_spin_button_set_value (self->last, self->cine.last + 1);
}

static void
neg_export_dialog_dispose (GObject *object)
{
  NegExportDialog *self = NEG_EXPORT_DIALOG (object);

  if (self->cancellable != NULL)
    g_cancellable_cancel (self->cancellable);
  if (self->state.series != NULL)
    neg_overlay_clear (&self->links);
  neg_view_state_clear (&self->state);
  neg_cine_clear (&self->cine);
  g_clear_pointer (&self->annotations, g_ptr_array_unref);
  g_clear_object (&self->chooser);
  g_clear_object (&self->store);
  G_OBJECT_CLASS (neg_export_dialog_parent_class)->dispose (object);
}

static void
bind_children (GtkWidgetClass *class)
{
#define BIND(name) gtk_widget_class_bind_template_child (class, NegExportDialog, name)
  BIND (options);
  BIND (range);
  BIND (range_label);
  BIND (format_label);
  BIND (burned_in);
  BIND (kind);
  BIND (format);
  BIND (size);
  BIND (first);
  BIND (last);
  BIND (first_adjustment);
  BIND (last_adjustment);
  BIND (annotated);
  BIND (measured);
  BIND (anonymous);
  BIND (identified);
  BIND (looked);
  BIND (burned_in_text);
  BIND (result);
  BIND (progress);
  BIND (cancel);
  BIND (export_button);
#undef BIND
}

static void
neg_export_dialog_class_init (NegExportDialogClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  G_OBJECT_CLASS (class)->dispose = neg_export_dialog_dispose;
  gtk_widget_class_set_template_from_resource (widget_class, "/org/negatoscope/ui/neg-export-dialog.ui");
  bind_children (widget_class);
  gtk_widget_class_bind_template_callback (widget_class, choice_cb);
  gtk_widget_class_bind_template_callback (widget_class, cancel_cb);
  gtk_widget_class_bind_template_callback (widget_class, export_cb);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Escape, 0, "window.close", NULL);
}

static void
neg_export_dialog_init (NegExportDialog *self)
{
  neg_view_state_init (&self->state);
  gtk_widget_init_template (GTK_WIDGET (self));
  neg_accessible_set_name (GTK_WIDGET (self->kind), _ ("What"));
  neg_accessible_set_name (GTK_WIDGET (self->format), _ ("Format"));
  neg_accessible_set_name (GTK_WIDGET (self->size), _ ("Size"));
  neg_accessible_set_name (GTK_WIDGET (self->first), _ ("First image"));
  neg_accessible_set_name (GTK_WIDGET (self->last), _ ("Last image"));
  g_signal_connect (self, "close-request", G_CALLBACK (close_request_cb), NULL);
  neg_privacy_watch (self, G_CALLBACK (privacy_cb));
}

static void
init_cine (NegExportDialog *self, const NegCine *cine, double default_hz)
{
  neg_cine_init (&self->cine, self->state.series, default_hz);
  if (cine == NULL || cine->n != self->cine.n)
    return;
  neg_cine_set_rate_hz (&self->cine, cine->rate_hz);
  neg_cine_set_range (&self->cine, cine->first, cine->last);
}

GtkWindow *
neg_export_dialog_new (GtkWindow *parent, NegReading *reading, guint cell, NegFrameStore *store,
                       NegAnnotations *annotations, guint width_px, guint height_px, const NegCine *cine,
                       double default_hz)
{
  const NegViewState *state = neg_reading_get_state (reading, cell);
  NegExportDialog *self;

  if (neg_view_state_get_frame (state) == NULL)
    return NULL;
  self = g_object_new (NEG_TYPE_EXPORT_DIALOG, "transient-for", parent, NULL);
  neg_support_button_add (GTK_WINDOW (self), "export");
  self->store = g_object_ref (store);
  self->width_px = CLAMP (width_px, 1, NEG_EXPORT_SIDE_MAX);
  self->height_px = CLAMP (height_px, 1, NEG_EXPORT_SIDE_MAX);
  neg_overlay_init (&self->links, reading, cell, NULL, self->width_px, self->height_px, NEG_CAPTIONS_NONE);
  neg_view_state_copy (&self->state, state);
  self->annotations = neg_export_list_annotations (annotations, neg_view_state_get_frame (state)->instance->study_uid);
  init_cine (self, cine, default_hz);
  fill_kinds (self);
  fill_sizes (self);
  fill_range (self);
  update (self);
  return GTK_WINDOW (self);
}
