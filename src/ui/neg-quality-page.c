#include "config.h"

#include "ui/neg-quality-page.h"

#include <glib/gi18n-lib.h>

#include "base/neg-error.h"
#include "model/neg-fiction.h"
#include "reading/neg-captions.h"
#include "ui/neg-accessible.h"
#include "ui/neg-privacy.h"
#include "ui/neg-quality-corrections.h"
#include "ui/neg-quality-deliveries.h"
#include "ui/neg-quality-page-private.h"
#include "ui/neg-quality-parts.h"
#include "ui/neg-quality-words.h"

#define AGAIN_MS 200
#define WIDTH_PX 300

G_DEFINE_FINAL_TYPE (NegQualityPage, neg_quality_page, GTK_TYPE_WIDGET)

enum { IMAGES_CHANGED, KNOWN, COMPARE_REQUESTED, DIFFERENCE, N_SIGNALS };
static guint signals[N_SIGNALS];

static void load (NegQualityPage *self);

/* --- what is on the screen --- */

static gboolean
show_in (NegQualityPage *self, NegSeries *series, const char *const *uids)
{
  guint cell = neg_reading_get_active (self->reading);

  for (guint i = 0; i < neg_series_get_n_frames (series); i++) {
    const NegInstance *instance = neg_series_get_frame (series, i)->instance;

    if (!g_strv_contains (uids, instance->sop_instance_uid) && !g_strv_contains (uids, instance->series_uid))
      continue;
    if (neg_reading_show (self->reading, cell, series))
      neg_reading_set_index (self->reading, cell, i);
    return TRUE;
  }
  return FALSE;
}

gboolean
neg_quality_page_show (NegQualityPage *self, const char *const *uids)
{
  const NegPatient *patient;
  const NegStudy *study;

  g_return_val_if_fail (NEG_IS_QUALITY_PAGE (self), FALSE);

  patient = neg_reading_get_patient (self->reading);
  study = patient != NULL && self->sheet != NULL ? neg_patient_find_study (patient, self->sheet->row->study_uid) : NULL;
  for (guint i = 0; study != NULL && uids[0] != NULL && i < study->series->len; i++)
    if (show_in (self, g_ptr_array_index (study->series, i), uids))
      return TRUE;
  return FALSE;
}

/* The first image that a finding is about goes to the active viewport. */
static void
show_subject (NegQualityPage *self, const NegFinding *finding)
{
  g_auto (GStrv) uids = g_strsplit (*finding->subject != '\0' ? finding->subject : finding->series_uid, "\\", -1);

  neg_quality_page_show (self, (const char *const *) uids);
}

/* --- forms --- */

static void
close_form (NegQualityPage *self)
{
  if (self->form == NULL)
    return;
  neg_accessible_show_page (GTK_STACK (self->stack), self->sheet != NULL ? "study" : "empty");
  gtk_stack_remove (GTK_STACK (self->stack), self->form);
  self->form = NULL;
}

static void
cancelled_cb (NegQualityPage *self)
{
  close_form (self);
  neg_quality_page_focus (self);
}

static void
followed_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (NegQualityPage) self = data;
  g_autoptr (GError) error = NULL;
  gint64 study = neg_quality_model_follow_finish (NEG_QUALITY_MODEL (source), result, &error);

  if (self->box == NULL || study < 0)
    return; /* asked again when something has changed */
  self->following = 0;
  g_signal_emit (self, signals[IMAGES_CHANGED], 0, study != 0 ? study : self->study);
}

static void
follow (NegQualityPage *self, gint64 correction)
{
  self->following = correction;
  neg_quality_model_follow_async (self->model, correction, NULL, followed_cb, g_object_ref (self));
}

/* A correction that waits has changed nothing yet; one that was made may have taken the study elsewhere. */
static void
answered_cb (GVariant *answer, gpointer data)
{
  NegQualityPage *self = data;
  gint64 correction = 0;
  gboolean waits = FALSE;

  close_form (self);
  if (g_variant_is_of_type (answer, G_VARIANT_TYPE ("(xb)")))
    g_variant_get (answer, "(xb)", &correction, &waits);
  self->to_waiting = waits;
  if (!waits && correction != 0)
    follow (self, correction);
  else if (!waits)
    g_signal_emit (self, signals[IMAGES_CHANGED], 0, self->study);
  load (self);
  if (!waits)
    neg_quality_page_focus (self);
}

static void
ask_cb (NegQualityForm *form, gint64 study, const char *method, GVariant *parameters, NegQualityPage *self)
{
  neg_quality_ask (self->network, method, parameters, neg_quality_form_get_words (form), G_OBJECT (form), answered_cb, self);
}

void
_neg_quality_page_open_form (NegQualityPage *self, NegQualityForm *form)
{
  close_form (self);
  self->form = GTK_WIDGET (form);
  g_signal_connect_object (form, "cancel", G_CALLBACK (cancelled_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (form, "ask", G_CALLBACK (ask_cb), self, 0);
  gtk_stack_add_named (GTK_STACK (self->stack), self->form, "form");
  neg_accessible_show_page (GTK_STACK (self->stack), "form");
  neg_quality_form_start (form);
}

/* --- findings --- */

static void
act_cb (NegQualityFinding *row, NegQualityPage *self)
{
  if (self->sheet != NULL)
    _neg_quality_page_act (self, row);
}

static void
accept_cb (NegQualityFinding *row, const char *words, NegQualityPage *self)
{
  neg_quality_ask (self->network, "AcceptFinding", g_variant_new ("(xs)", neg_quality_finding_get (row)->id, words),
                   neg_quality_finding_get_words (row), G_OBJECT (self), NULL, NULL);
}

static void
activated_cb (NegQualityPage *self, GtkListBoxRow *row)
{
  show_subject (self, neg_quality_finding_get (NEG_QUALITY_FINDING (row)));
}

static NegQualityFinding *
get_row (NegQualityPage *self, guint index)
{
  return (NegQualityFinding *) gtk_list_box_get_row_at_index (GTK_LIST_BOX (self->findings), (int) index);
}

static void
insert_finding (NegQualityPage *self, const NegFinding *finding, guint index)
{
  GtkWidget *row = neg_quality_finding_new (finding);

  g_signal_connect_object (row, "act", G_CALLBACK (act_cb), self, 0);
  g_signal_connect_object (row, "accept", G_CALLBACK (accept_cb), self, 0);
  gtk_list_box_insert (GTK_LIST_BOX (self->findings), row, (int) index);
}

/* Cards of what is as it was stay, with the focus and what is being typed in them. */
static gboolean
keep_row (NegQualityPage *self, const NegFinding *finding, guint index)
{
  NegQualityFinding *row;

  for (guint i = index; (row = get_row (self, i)) != NULL; i++) {
    if (!neg_quality_finding_update (row, finding))
      continue;
    while (i-- > index)
      gtk_list_box_remove (GTK_LIST_BOX (self->findings), GTK_WIDGET (get_row (self, index)));
    return TRUE;
  }
  return FALSE;
}

static void
show_findings (NegQualityPage *self)
{
  GPtrArray *findings = self->sheet->findings;
  gboolean had_focus = gtk_widget_get_focus_child (self->findings) != NULL;
  g_autofree char *nothing = NULL;

  for (guint i = 0; i < findings->len; i++)
    if (!keep_row (self, g_ptr_array_index (findings, i), i))
      insert_finding (self, g_ptr_array_index (findings, i), i);
  while (get_row (self, findings->len) != NULL)
    gtk_list_box_remove (GTK_LIST_BOX (self->findings), GTK_WIDGET (get_row (self, findings->len)));
  if (findings->len == 0)
    nothing = neg_quality_words_dup_matter (self->sheet->row, NULL);
  neg_quality_set_text (self->nothing, nothing);
  if (had_focus && gtk_widget_get_focus_child (self->findings) == NULL)
    neg_quality_page_focus (self);
}

/* --- the study --- */

static void
show_head (NegQualityPage *self)
{
  const NegDeskRow *row = self->sheet->row;
  g_autofree char *patient = neg_quality_words_dup_patient (row), *id = neg_text_dup_shown (NEG_TEXT_ID, row->patient_id);
  g_autofree char *about = neg_quality_words_dup_about (row), *accession = neg_text_dup_shown (NEG_TEXT_ACCESSION, row->accession);
  g_autofree char *who = g_strdup_printf (_ ("%s · ID %s"), patient, *id != '\0' ? id : "–");
  g_autofree char *what = g_strdup_printf (_ ("%s · accession %s"), about, *accession != '\0' ? accession : "–");
  g_autofree char *failure = neg_text_dup_shown (NEG_TEXT_SENTENCE, row->failure);
  g_autofree char *why = *failure != '\0' ? g_strdup_printf (_ ("It could not be checked: %s"), failure) : NULL;

  gtk_label_set_text (GTK_LABEL (self->patient), who);
  gtk_label_set_text (GTK_LABEL (self->about), what);
  neg_quality_set_text (self->state, why);
}

/* What a person has to look at comes before everything else, and in sight. */
static void
show_corrections (NegQualityPage *self)
{
  GtkWidget *scrolled = gtk_widget_get_ancestor (self->corrections, GTK_TYPE_SCROLLED_WINDOW);
  gboolean had_focus = gtk_widget_get_focus_child (self->corrections) != NULL;
  gboolean waits = self->sheet->row->n_waiting_looks > 0;

  neg_quality_corrections_set (NEG_QUALITY_CORRECTIONS (self->corrections), self->sheet);
  gtk_box_reorder_child_after (GTK_BOX (gtk_widget_get_parent (self->corrections)), self->corrections,
                               waits ? self->state : self->deliveries);
  if (had_focus && gtk_widget_get_focus_child (self->corrections) == NULL)
    neg_quality_page_focus (self);
  if (waits && self->to_waiting)
    gtk_adjustment_set_value (gtk_scrolled_window_get_vadjustment (GTK_SCROLLED_WINDOW (scrolled)), 0);
}

static void
show_sheet (NegQualityPage *self)
{
  show_head (self);
  show_findings (self);
  show_corrections (self);
  neg_quality_deliveries_set (NEG_QUALITY_DELIVERIES (self->deliveries), self->sheet);
  if (self->form == NULL)
    neg_accessible_show_page (GTK_STACK (self->stack), "study");
  if (self->to_waiting && neg_quality_corrections_focus_waiting (NEG_QUALITY_CORRECTIONS (self->corrections)))
    self->to_waiting = FALSE;
}

static void
show_empty (NegQualityPage *self, const char *words)
{
  close_form (self);
  g_clear_pointer (&self->sheet, neg_quality_sheet_free);
  gtk_label_set_text (GTK_LABEL (self->patient), NULL); /* what is not in sight names nobody, either */
  gtk_label_set_text (GTK_LABEL (self->about), NULL);
  gtk_label_set_text (GTK_LABEL (self->empty), words);
  neg_accessible_show_page (GTK_STACK (self->stack), "empty");
}

/* Forms go: what is typed in them is nobody's to read now. */
static void
privacy_changed_cb (NegQualityPage *self)
{
  if (self->sheet == NULL)
    return;
  close_form (self);
  while (get_row (self, 0) != NULL)
    gtk_list_box_remove (GTK_LIST_BOX (self->findings), GTK_WIDGET (get_row (self, 0)));
  show_sheet (self);
}

static void
loaded_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (NegQualityPage) self = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (NegQualitySheet) sheet = neg_quality_model_load_finish (NEG_QUALITY_MODEL (source), result, &error);

  if (self->box == NULL || g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  self->is_loading = FALSE;
  if (sheet != NULL) {
    g_clear_pointer (&self->sheet, neg_quality_sheet_free);
    self->sheet = g_steal_pointer (&sheet);
    show_sheet (self);
  } else if (g_error_matches (error, NEG_ERROR, NEG_ERROR_NOT_FOUND)) {
    show_empty (self, _ ("The study that is open is not on the desk: it did not come to this workstation to be sent on."));
  } else {
    show_empty (self, error->message);
  }
  g_signal_emit (self, signals[KNOWN], 0);
  if (self->load_again)
    load (self);
}

static void
load (NegQualityPage *self)
{
  self->load_again = self->is_loading;
  if (self->is_loading || self->study == 0)
    return;
  self->is_loading = TRUE;
  neg_quality_model_load_async (self->model, self->study, self->cancellable, loaded_cb, g_object_ref (self));
}

static void
again_cb (gpointer data)
{
  NegQualityPage *self = data;

  self->again_source = 0;
  if (self->following != 0)
    follow (self, self->following);
  load (self);
}

void
neg_quality_page_refresh (NegQualityPage *self)
{
  g_return_if_fail (NEG_IS_QUALITY_PAGE (self));

  if (self->again_source == 0 && self->study != 0)
    self->again_source = g_timeout_add_once (AGAIN_MS, again_cb, self);
}

gint64
neg_quality_page_get_study (NegQualityPage *self)
{
  g_return_val_if_fail (NEG_IS_QUALITY_PAGE (self), 0);
  return self->study;
}

gboolean
neg_quality_page_is_on_desk (NegQualityPage *self)
{
  g_return_val_if_fail (NEG_IS_QUALITY_PAGE (self), FALSE);
  return self->sheet != NULL && (self->sheet->row->state == NEG_DESK_NEW || self->sheet->row->state == NEG_DESK_RELEASED);
}

void
neg_quality_page_set_study (NegQualityPage *self, gint64 study_id)
{
  g_return_if_fail (NEG_IS_QUALITY_PAGE (self));

  if (self->study == study_id)
    return;
  g_cancellable_cancel (self->cancellable);
  g_object_unref (self->cancellable);
  self->cancellable = g_cancellable_new ();
  self->is_loading = self->load_again = FALSE;
  self->study = study_id;
  self->following = 0;
  show_empty (self, study_id != 0 ? _ ("Reading what is known of the study…")
                                  : _ ("What the checks found in a study, and what mends it, comes here. Open a study of the "
                                       "quality list (F7)."));
  load (self);
}

/* --- hands --- */

gboolean
neg_quality_page_release (NegQualityPage *self)
{
  g_return_val_if_fail (NEG_IS_QUALITY_PAGE (self), FALSE);

  if (_neg_quality_page_has_sheet (self) && self->form == NULL)
    neg_quality_deliveries_focus_release (NEG_QUALITY_DELIVERIES (self->deliveries));
  return _neg_quality_page_has_sheet (self);
}

void
neg_quality_page_focus (NegQualityPage *self)
{
  g_return_if_fail (NEG_IS_QUALITY_PAGE (self));

  if (self->form != NULL)
    neg_quality_form_start (NEG_QUALITY_FORM (self->form));
  else if (get_row (self, 0) != NULL)
    gtk_widget_grab_focus (GTK_WIDGET (get_row (self, 0)));
  else
    neg_quality_deliveries_focus_release (NEG_QUALITY_DELIVERIES (self->deliveries));
}

static void
match_cb (NegQualityPage *self)
{
  neg_quality_page_match (self);
}

static void
correct_cb (NegQualityPage *self)
{
  neg_quality_page_correct (self);
}

static void
reject_cb (NegQualityPage *self)
{
  neg_quality_page_reject (self);
}

static void
check_cb (NegQualityPage *self)
{
  _neg_quality_page_check_again (self, self->words);
}

static void
compare_cb (NegQualityPage *self)
{
  g_signal_emit (self, signals[COMPARE_REQUESTED], 0);
}

static void
difference_cb (NegQualityPage *self, gint64 correction)
{
  g_signal_emit (self, signals[DIFFERENCE], 0, correction);
}

static void
changed_cb (NegQualityPage *self, gint64 correction)
{
  if (correction != 0)
    follow (self, correction);
  else
    g_signal_emit (self, signals[IMAGES_CHANGED], 0, self->study);
  load (self);
}

/* --- the widget --- */

static void
neg_quality_page_map (GtkWidget *widget)
{
  GTK_WIDGET_CLASS (neg_quality_page_parent_class)->map (widget);
  load (NEG_QUALITY_PAGE (widget));
}

static void
neg_quality_page_dispose (GObject *object)
{
  NegQualityPage *self = NEG_QUALITY_PAGE (object);

  g_cancellable_cancel (self->cancellable);
  g_clear_handle_id (&self->again_source, g_source_remove);
  g_clear_pointer (&self->box, gtk_widget_unparent);
  self->form = NULL;
  g_clear_object (&self->network);
  g_clear_object (&self->model);
  g_clear_object (&self->reading);
  G_OBJECT_CLASS (neg_quality_page_parent_class)->dispose (object);
}

static void
neg_quality_page_finalize (GObject *object)
{
  NegQualityPage *self = NEG_QUALITY_PAGE (object);

  g_clear_pointer (&self->sheet, neg_quality_sheet_free);
  g_object_unref (self->cancellable);
  G_OBJECT_CLASS (neg_quality_page_parent_class)->finalize (object);
}

static void
neg_quality_page_class_init (NegQualityPageClass *class)
{
  GType type = NEG_TYPE_QUALITY_PAGE;

  G_OBJECT_CLASS (class)->dispose = neg_quality_page_dispose;
  G_OBJECT_CLASS (class)->finalize = neg_quality_page_finalize;
  GTK_WIDGET_CLASS (class)->map = neg_quality_page_map;
  signals[IMAGES_CHANGED]
      = g_signal_new ("images-changed", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_INT64);
  signals[KNOWN] = g_signal_new ("known", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[COMPARE_REQUESTED] = g_signal_new ("compare-requested", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[DIFFERENCE]
      = g_signal_new ("difference", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_INT64);
  gtk_widget_class_set_layout_manager_type (GTK_WIDGET_CLASS (class), GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_css_name (GTK_WIDGET_CLASS (class), "neg-quality-page");
}

static void
make_buttons (NegQualityPage *self)
{
  static const struct {
    const char *label;
    void (*callback) (NegQualityPage *);
  } buttons[] = {
    { N_ ("Match…"), match_cb }, { N_ ("Correct…"), correct_cb },     { N_ ("Reject…"), reject_cb },
    { N_ ("Split…"), _neg_quality_page_split },             { N_ ("Move Images…"), _neg_quality_page_move }, { N_ ("Check Again"), check_cb },
  };

  self->buttons = gtk_grid_new ();
  gtk_grid_set_column_homogeneous (GTK_GRID (self->buttons), TRUE);
  gtk_grid_set_column_spacing (GTK_GRID (self->buttons), 4);
  gtk_grid_set_row_spacing (GTK_GRID (self->buttons), 4);
  for (int i = 0; i < (int) G_N_ELEMENTS (buttons); i++)
    gtk_grid_attach (GTK_GRID (self->buttons),
                     neg_quality_new_button (_ (buttons[i].label), NULL, G_CALLBACK (buttons[i].callback), self), i % 2, i / 2, 1, 1);
  gtk_widget_add_css_class (self->buttons, "quality-buttons");
}

static void
make_findings (NegQualityPage *self)
{
  self->findings = gtk_list_box_new ();
  gtk_list_box_set_selection_mode (GTK_LIST_BOX (self->findings), GTK_SELECTION_NONE);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->findings), GTK_ACCESSIBLE_PROPERTY_LABEL, _ ("Findings, the worst first"), -1);
  g_signal_connect_object (self->findings, "row-activated", G_CALLBACK (activated_cb), self, G_CONNECT_SWAPPED);
  self->nothing = neg_quality_new_label (NULL, "dim");
}

static GtkWidget *
new_study (NegQualityPage *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 4), *scrolled = gtk_scrolled_window_new ();
  GtkWidget *compare;

  compare = neg_quality_new_button (_ ("Compare with Last Time"), NULL, G_CALLBACK (compare_cb), self);
  gtk_widget_set_halign (compare, GTK_ALIGN_START);
  gtk_widget_add_css_class (compare, "quality-buttons");
  self->patient = neg_quality_new_label (NULL, "title");
  self->about = neg_quality_new_label (NULL, "dim");
  self->state = neg_quality_new_label (NULL, "danger");
  self->words = neg_quality_new_label (NULL, "danger");
  gtk_widget_set_visible (self->words, FALSE);
  make_findings (self);
  make_buttons (self);
  gtk_box_append (GTK_BOX (box), self->patient);
  gtk_box_append (GTK_BOX (box), self->about);
  gtk_box_append (GTK_BOX (box), self->state);
  gtk_box_append (GTK_BOX (box), compare);
  gtk_box_append (GTK_BOX (box), self->findings);
  gtk_box_append (GTK_BOX (box), self->nothing);
  gtk_box_append (GTK_BOX (box), self->deliveries);
  gtk_box_append (GTK_BOX (box), self->corrections);
  gtk_box_append (GTK_BOX (box), neg_quality_new_title (_ ("What can be done")));
  gtk_box_append (GTK_BOX (box), self->buttons);
  gtk_box_append (GTK_BOX (box), self->words);
  gtk_widget_add_css_class (box, "quality-content");
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (scrolled), GTK_POLICY_NEVER, GTK_POLICY_AUTOMATIC);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scrolled), box);
  return scrolled;
}

static void
neg_quality_page_init (NegQualityPage *self)
{
  self->cancellable = g_cancellable_new ();
  neg_privacy_watch (self, G_CALLBACK (privacy_changed_cb));
}

GtkWidget *
neg_quality_page_new (NegNetwork *network, NegQualityModel *model, NegReading *reading)
{
  NegQualityPage *self = g_object_new (NEG_TYPE_QUALITY_PAGE, NULL);

  self->network = g_object_ref (network);
  self->model = g_object_ref (model);
  self->reading = g_object_ref (reading);
  self->corrections = neg_quality_corrections_new (network);
  g_signal_connect_object (self->corrections, "images-changed", G_CALLBACK (changed_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->corrections, "difference", G_CALLBACK (difference_cb), self, G_CONNECT_SWAPPED);
  self->deliveries = neg_quality_deliveries_new (network, model);
  self->empty = neg_quality_new_label (NULL, "list-empty");
  gtk_widget_set_valign (self->empty, GTK_ALIGN_START);
  self->stack = gtk_stack_new ();
  gtk_stack_set_hhomogeneous (GTK_STACK (self->stack), FALSE);
  gtk_stack_add_named (GTK_STACK (self->stack), self->empty, "empty");
  gtk_stack_add_named (GTK_STACK (self->stack), new_study (self), "study");
  gtk_widget_set_size_request (self->stack, WIDTH_PX, -1); /* the images stay where they are, whatever form is there */
  self->box = self->stack;
  gtk_widget_set_parent (self->box, GTK_WIDGET (self));
  self->study = -1; /* so that the first one is another */
  neg_quality_page_set_study (self, 0);
  return GTK_WIDGET (self);
}
