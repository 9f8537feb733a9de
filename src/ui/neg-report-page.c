#include "config.h"

#include "ui/neg-report-page.h"

#include <glib/gi18n-lib.h>

#include "model/neg-fiction.h"
#include "reading/neg-captions.h"
#include "ui/neg-order-words.h"
#include "ui/neg-privacy.h"
#include "ui/neg-worklist-words.h"

#define TITLE_CHARS 11
#define FACTS_PERCENT 50 /* of the height, at most, where there is a text below */

struct _NegReportPage {
  GtkWidget parent_instance;

  NegWorklistCase *subject; /* nullable */
  GtkWidget *facts_scrolled, *facts, *empty, *orders, *list, *left_out, *text_scrolled, *text;
  const NegReport *shown; /* whose text is in the view: of the subject; nullable */
};

G_DEFINE_FINAL_TYPE (NegReportPage, neg_report_page, GTK_TYPE_WIDGET)

/* --- words --- */

static const char *
get_status (NegReportStatus status)
{
  switch (status) {
  case NEG_REPORT_PRELIMINARY:
    return _ ("preliminary: not signed");
  case NEG_REPORT_FINAL:
    return _ ("final");
  case NEG_REPORT_CORRECTED:
    return _ ("corrected");
  case NEG_REPORT_DELETED:
    return _ ("withdrawn");
  default:
    return "";
  }
}

static char *
dup_report_title (const NegCaseReport *report)
{
  g_autofree char *title = neg_text_dup_shown (NEG_TEXT_FREE, report->report->title);
  g_autofree char *time = NULL, *modality = NULL;

  if (report->prior == NULL)
    return g_strdup_printf (_ ("This study · %s"), *title != '\0' ? title : _ ("Report"));
  time = neg_worklist_words_dup_cell (report->prior, NEG_COLUMN_TIME);
  modality = neg_worklist_words_dup_cell (report->prior, NEG_COLUMN_MODALITY);
  return g_strdup_printf ("%s · %s · %s", time, modality, *title != '\0' ? title : _ ("Report"));
}

static char *
dup_report_about (const NegCaseReport *report)
{
  g_autofree char *author = neg_caption_dup_person (report->report->author);

  if (*author == '\0')
    return g_strdup (get_status (report->report->status));
  return g_strdup_printf ("%s · %s", get_status (report->report->status), author);
}

/* --- what was asked for --- */

static GtkWidget *
new_label (const char *text, const char *css_class)
{
  GtkWidget *label = gtk_label_new (text);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_yalign (GTK_LABEL (label), 0);
  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_wrap_mode (GTK_LABEL (label), PANGO_WRAP_WORD_CHAR);
  gtk_widget_add_css_class (label, css_class);
  return label;
}

static void
add_fact (NegReportPage *self, const char *title, NegTextKind kind, const char *value, const char *css_class)
{
  g_autofree char *clean = neg_text_dup_shown (kind, value);
  g_autofree char *spoken = NULL;
  GtkWidget *row, *title_label, *label;

  if (*clean == '\0')
    return;
  row = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 8);
  title_label = new_label (title, "dim");
  label = new_label (clean, css_class);
  spoken = g_strdup_printf ("%s: %s", title, clean);
  gtk_label_set_width_chars (GTK_LABEL (title_label), TITLE_CHARS);
  gtk_label_set_max_width_chars (GTK_LABEL (title_label), TITLE_CHARS);
  gtk_label_set_selectable (GTK_LABEL (label), TRUE);
  gtk_label_set_width_chars (GTK_LABEL (label), 1);
  gtk_widget_set_hexpand (label, TRUE);
  gtk_widget_add_css_class (row, "field");
  gtk_accessible_update_property (GTK_ACCESSIBLE (label), GTK_ACCESSIBLE_PROPERTY_LABEL, spoken, -1);
  gtk_box_append (GTK_BOX (row), title_label);
  gtk_box_append (GTK_BOX (row), label);
  gtk_box_append (GTK_BOX (self->orders), row);
}

static void
add_order (NegReportPage *self, const NegOrder *order)
{
  g_autofree char *requester = neg_order_words_dup_requester (order);
  g_autofree char *time = neg_order_words_dup_scheduled (order);
  const char *urgency = neg_worklist_words_get_urgency (order->urgency, TRUE);
  gboolean is_off = order->status == NEG_ORDER_CANCELED || order->status == NEG_ORDER_DISCONTINUED;
  g_autofree char *procedure = neg_text_dup_shown (NEG_TEXT_FREE, order->procedure);
  GtkWidget *title = new_label (*procedure != '\0' ? procedure : _ ("Order"), "group-title");

  gtk_label_set_width_chars (GTK_LABEL (title), 1);
  gtk_box_append (GTK_BOX (self->orders), title);
  add_fact (self, _ ("Alerts"), NEG_TEXT_FREE, order->alerts, "attention");
  add_fact (self, _ ("Reason"), NEG_TEXT_FREE, order->reason, "value");
  add_fact (self, _ ("Asked by"), NEG_TEXT_SITE, requester, "value");
  add_fact (self, _ ("Scheduled"), NEG_TEXT_SITE, time, "value");
  add_fact (self, _ ("Priority"), NEG_TEXT_SITE, urgency, order->urgency == NEG_URGENCY_STAT ? "attention" : "value");
  add_fact (self, _ ("Accession"), NEG_TEXT_ACCESSION, order->accession, "value");
  if (order->status != NEG_ORDER_SCHEDULED) /* what has come of it is in the list */
    add_fact (self, _ ("State"), NEG_TEXT_SITE, neg_order_words_get_status (order->status), is_off ? "attention" : "value");
}

static void
show_orders (NegReportPage *self)
{
  GtkWidget *child;
  guint n = self->subject != NULL ? self->subject->orders->len : 0;

  while ((child = gtk_widget_get_first_child (self->orders)) != NULL)
    gtk_box_remove (GTK_BOX (self->orders), child);
  for (guint i = 0; i < n; i++)
    add_order (self, g_ptr_array_index (self->subject->orders, i));
  gtk_widget_set_visible (self->orders, n > 0);
}

/* --- what was reported --- */

static void
show_text (NegReportPage *self, const NegReport *report)
{
  GtkTextBuffer *buffer = gtk_text_view_get_buffer (GTK_TEXT_VIEW (self->text));
  g_autofree char *text = neg_text_dup_shown (NEG_TEXT_PROSE, report != NULL ? report->text : NULL);
  g_autofree char *before = NULL;

  self->shown = report;
  gtk_widget_set_visible (self->text_scrolled, report != NULL);
  g_object_get (buffer, "text", &before, NULL);
  if (g_strcmp0 (before, text) == 0)
    return; /* where it is being read */
  gtk_text_buffer_set_text (buffer, text, -1);
  gtk_adjustment_set_value (gtk_scrolled_window_get_vadjustment (GTK_SCROLLED_WINDOW (self->text_scrolled)), 0);
}

static GtkWidget *
new_report_row (const NegCaseReport *report)
{
  g_autofree char *title = dup_report_title (report), *about = dup_report_about (report);
  g_autofree char *spoken = g_strdup_printf ("%s, %s", title, about);
  GtkWidget *row = gtk_list_box_row_new (), *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  gboolean is_to_mind = report->report->status != NEG_REPORT_FINAL;

  gtk_box_append (GTK_BOX (box), new_label (title, "title"));
  gtk_box_append (GTK_BOX (box), new_label (about, is_to_mind ? "attention" : "dim"));
  gtk_widget_add_css_class (box, "row-content");
  gtk_list_box_row_set_child (GTK_LIST_BOX_ROW (row), box);
  gtk_accessible_update_property (GTK_ACCESSIBLE (row), GTK_ACCESSIBLE_PROPERTY_LABEL, spoken, -1);
  return row;
}

static void
show_reports (NegReportPage *self, guint selected)
{
  GtkWidget *child;
  guint n = self->subject != NULL ? self->subject->reports->len : 0;

  while ((child = gtk_widget_get_first_child (self->list)) != NULL)
    gtk_list_box_remove (GTK_LIST_BOX (self->list), child);
  for (guint i = 0; i < n; i++)
    gtk_list_box_append (GTK_LIST_BOX (self->list), new_report_row (g_ptr_array_index (self->subject->reports, i)));
  gtk_widget_set_visible (self->list, n > 0);
  if (n > 0)
    gtk_list_box_select_row (GTK_LIST_BOX (self->list),
                             gtk_list_box_get_row_at_index (GTK_LIST_BOX (self->list), (int) selected));
  else
    show_text (self, NULL);
}

static void
selected_cb (NegReportPage *self, GtkListBoxRow *row)
{
  guint index = row != NULL ? (guint) gtk_list_box_row_get_index (row) : G_MAXUINT;
  const NegCaseReport *report;

  if (self->subject == NULL || index >= self->subject->reports->len)
    return;
  report = g_ptr_array_index (self->subject->reports, index);
  show_text (self, report->report);
}

static void
show_left_out (NegReportPage *self, guint n)
{
  g_autofree char *words
      = g_strdup_printf (ngettext ("%u older report is not listed.", "%u older reports are not listed.", n), n);

  gtk_label_set_text (GTK_LABEL (self->left_out), words);
  gtk_widget_set_visible (self->left_out, n > 0);
}

static void
say_empty (NegReportPage *self, const char *words)
{
  gtk_label_set_text (GTK_LABEL (self->empty), words);
  gtk_widget_set_visible (self->empty, TRUE);
}

/* The one that was being read, else the first. */
static guint
find_report (const NegWorklistCase *subject, gint64 id)
{
  for (guint i = 0; i < subject->reports->len; i++)
    if (((const NegCaseReport *) g_ptr_array_index (subject->reports, i))->report->id == id)
      return i;
  return 0;
}

/* Whatever changes in the archive, this is asked for anew: a text that is being read must not jump. */
void
neg_report_page_set_case (NegReportPage *self, NegWorklistCase *subject)
{
  g_autoptr (NegWorklistCase) before = NULL;
  guint selected = 0;

  g_return_if_fail (NEG_IS_REPORT_PAGE (self));

  if (subject != NULL && self->subject != NULL && neg_worklist_cases_equal (subject, self->subject)) {
    neg_worklist_case_free (subject);
    return;
  }
  if (subject != NULL && self->shown != NULL)
    selected = find_report (subject, self->shown->id);
  self->shown = NULL;
  before = self->subject;
  self->subject = subject;
  show_orders (self);
  show_reports (self, selected);
  show_left_out (self, subject != NULL ? subject->n_left_out : 0);
  if (subject != NULL && (subject->orders->len > 0 || subject->reports->len > 0))
    gtk_widget_set_visible (self->empty, FALSE);
  else if (subject != NULL)
    say_empty (self, _ ("Nothing was ordered or reported of this patient, as far as orders and reports come here."));
  else
    say_empty (self, _ ("What was asked for and what was reported comes here, once a study of the list is open."));
}

static void
privacy_changed_cb (NegReportPage *self)
{
  const guint selected = self->subject != NULL && self->shown != NULL ? find_report (self->subject, self->shown->id) : 0;

  show_orders (self);
  show_reports (self, selected);
}

void
neg_report_page_set_failure (NegReportPage *self, const char *why)
{
  neg_report_page_set_case (self, NULL);
  say_empty (self, why);
}

/* --- widget --- */

/* The text has what the facts leave, half of the page at least: whoever opened it wants to read. */
static void
neg_report_page_size_allocate (GtkWidget *widget, int width, int height, int baseline)
{
  NegReportPage *self = NEG_REPORT_PAGE (widget);
  int least, natural, facts_height = height;

  if (gtk_widget_get_visible (self->text_scrolled)) {
    gtk_widget_measure (self->facts_scrolled, GTK_ORIENTATION_VERTICAL, width, &least, NULL, NULL, NULL);
    gtk_widget_measure (self->facts, GTK_ORIENTATION_VERTICAL, width, NULL, &natural, NULL, NULL);
    facts_height = MAX (least, MIN (natural, height * FACTS_PERCENT / 100));
    gtk_widget_size_allocate (self->text_scrolled,
                              &(GtkAllocation){ 0, facts_height, width, MAX (height - facts_height, 0) }, -1);
  }
  gtk_widget_size_allocate (self->facts_scrolled, &(GtkAllocation){ 0, 0, width, facts_height }, -1);
}

static void
neg_report_page_measure (GtkWidget *widget, GtkOrientation orientation, int for_size, int *minimum, int *natural,
                         int *minimum_baseline, int *natural_baseline)
{
  NegReportPage *self = NEG_REPORT_PAGE (widget);
  GtkWidget *const children[] = { self->facts_scrolled, self->text_scrolled };

  *minimum = *natural = 0;
  *minimum_baseline = *natural_baseline = -1;
  for (guint i = 0; i < G_N_ELEMENTS (children); i++) {
    int least = 0, wished = 0;

    if (!gtk_widget_get_visible (children[i]))
      continue;
    gtk_widget_measure (children[i], orientation, -1, &least, &wished, NULL, NULL);
    *minimum = orientation == GTK_ORIENTATION_HORIZONTAL ? MAX (*minimum, least) : *minimum + least;
    *natural = orientation == GTK_ORIENTATION_HORIZONTAL ? MAX (*natural, wished) : *natural + wished;
  }
}

static GtkWidget *
new_scrolled (GtkWidget *child, GtkWidget *parent)
{
  GtkWidget *scrolled = gtk_scrolled_window_new ();

  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (scrolled), GTK_POLICY_NEVER, GTK_POLICY_AUTOMATIC);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scrolled), child);
  gtk_widget_set_parent (scrolled, parent);
  return scrolled;
}

static void
make_list (NegReportPage *self)
{
  self->list = gtk_list_box_new ();
  gtk_list_box_set_selection_mode (GTK_LIST_BOX (self->list), GTK_SELECTION_BROWSE);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->list), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("Reports of this patient"), -1);
  g_signal_connect_object (self->list, "row-selected", G_CALLBACK (selected_cb), self, G_CONNECT_SWAPPED);
}

static void
make_text (NegReportPage *self)
{
  GtkTextView *view;

  self->text = gtk_text_view_new ();
  view = GTK_TEXT_VIEW (self->text);
  gtk_text_view_set_editable (view, FALSE);
  gtk_text_view_set_cursor_visible (view, FALSE);
  gtk_text_view_set_accepts_tab (view, FALSE);
  gtk_text_view_set_wrap_mode (view, GTK_WRAP_WORD_CHAR);
  gtk_widget_add_css_class (self->text, "report-text");
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->text), GTK_ACCESSIBLE_PROPERTY_LABEL, _ ("Text of the report"),
                                  -1);
  self->text_scrolled = new_scrolled (self->text, GTK_WIDGET (self));
  gtk_widget_add_css_class (self->text_scrolled, "report-box");
}

static void
make_facts (NegReportPage *self)
{
  self->empty = new_label ("", "empty-page");
  gtk_label_set_width_chars (GTK_LABEL (self->empty), 1);
  self->orders = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  gtk_widget_add_css_class (self->orders, "fields");
  self->left_out = new_label ("", "dim");
  gtk_widget_add_css_class (self->left_out, "list-message");
  self->facts = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  gtk_box_append (GTK_BOX (self->facts), self->empty);
  gtk_box_append (GTK_BOX (self->facts), self->orders);
  gtk_box_append (GTK_BOX (self->facts), self->list);
  gtk_box_append (GTK_BOX (self->facts), self->left_out);
  self->facts_scrolled = new_scrolled (self->facts, GTK_WIDGET (self));
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->facts_scrolled), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("What was asked for, and reports"), -1);
}

/* To what there is to read. */
static gboolean
neg_report_page_grab_focus (GtkWidget *widget)
{
  NegReportPage *self = NEG_REPORT_PAGE (widget);
  GtkListBoxRow *row = gtk_list_box_get_selected_row (GTK_LIST_BOX (self->list));

  return row != NULL ? gtk_widget_grab_focus (GTK_WIDGET (row)) : gtk_widget_grab_focus (self->facts_scrolled);
}

static void
neg_report_page_dispose (GObject *object)
{
  NegReportPage *self = NEG_REPORT_PAGE (object);

  g_clear_pointer (&self->facts_scrolled, gtk_widget_unparent);
  g_clear_pointer (&self->text_scrolled, gtk_widget_unparent);
  self->shown = NULL;
  g_clear_pointer (&self->subject, neg_worklist_case_free);
  G_OBJECT_CLASS (neg_report_page_parent_class)->dispose (object);
}

static void
neg_report_page_class_init (NegReportPageClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  G_OBJECT_CLASS (class)->dispose = neg_report_page_dispose;
  widget_class->measure = neg_report_page_measure;
  widget_class->size_allocate = neg_report_page_size_allocate;
  widget_class->grab_focus = neg_report_page_grab_focus;
  gtk_widget_class_set_css_name (widget_class, "neg-report-page");
}

static void
neg_report_page_init (NegReportPage *self)
{
  make_list (self);
  make_facts (self);
  make_text (self);
  neg_report_page_set_case (self, NULL);
  neg_privacy_watch (self, G_CALLBACK (privacy_changed_cb));
}

GtkWidget *
neg_report_page_new (void)
{
  return g_object_new (NEG_TYPE_REPORT_PAGE, NULL);
}
