#include "config.h"

#include "ui/neg-report-page.h"

#include <glib/gi18n-lib.h>

#include "reading/neg-captions.h"
#include "ui/neg-worklist-words.h"

#define TITLE_CHARS 11
#define LIST_HEIGHT_MAX_PX 180

struct _NegReportPage {
  GtkWidget parent_instance;

  NegWorklistCase *subject; /* nullable */
  GtkWidget *box, *empty, *orders, *list, *list_scrolled, *left_out, *text, *text_scrolled;
  gint64 shown; /* id of the report whose text is in the view */
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

static const char *
get_order_status (NegOrderStatus status)
{
  switch (status) {
  case NEG_ORDER_CANCELED:
    return _ ("canceled");
  case NEG_ORDER_DISCONTINUED:
    return _ ("discontinued");
  case NEG_ORDER_COMPLETED:
    return _ ("completed");
  default:
    return _ ("scheduled");
  }
}

/* "Lee^Ann" as a person reads it. */
static char *
dup_person (const char *name)
{
  g_autofree char *clean = neg_caption_dup_clean (name);

  return neg_caption_dup_person (clean);
}

static char *
dup_report_title (const NegCaseReport *report)
{
  g_autofree char *title = neg_caption_dup_clean (report->report->title);
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
  g_autofree char *author = dup_person (report->report->author);

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
add_fact (NegReportPage *self, const char *title, const char *value, const char *css_class)
{
  g_autofree char *clean = neg_caption_dup_clean (value);
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
  g_autofree char *requester = dup_person (*order->requester != '\0' ? order->requester : order->referrer);
  const char *urgency = neg_worklist_words_get_urgency (order->urgency, TRUE);
  gboolean is_off = order->status == NEG_ORDER_CANCELED || order->status == NEG_ORDER_DISCONTINUED;
  GtkWidget *title = new_label (*order->procedure != '\0' ? order->procedure : _ ("Order"), "group-title");

  gtk_label_set_width_chars (GTK_LABEL (title), 1);
  gtk_box_append (GTK_BOX (self->orders), title);
  add_fact (self, _ ("Alerts"), order->alerts, "attention");
  add_fact (self, _ ("Reason"), order->reason, "value");
  add_fact (self, _ ("Asked by"), requester, "value");
  add_fact (self, _ ("Priority"), urgency, order->urgency == NEG_URGENCY_STAT ? "attention" : "value");
  add_fact (self, _ ("Accession"), order->accession, "value");
  add_fact (self, _ ("State"), get_order_status (order->status), is_off ? "attention" : "value");
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

  gtk_widget_set_visible (self->text_scrolled, report != NULL);
  if (report == NULL) {
    gtk_text_buffer_set_text (buffer, "", 0);
    self->shown = 0;
    return;
  }
  gtk_text_buffer_set_text (buffer, report->text, -1);
  self->shown = report->id;
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

static guint
find_shown (const NegReportPage *self)
{
  for (guint i = 0; i < self->subject->reports->len; i++)
    if (((NegCaseReport *) g_ptr_array_index (self->subject->reports, i))->report->id == self->shown)
      return i;
  return 0;
}

static void
show_reports (NegReportPage *self)
{
  GtkWidget *child;
  guint n = self->subject != NULL ? self->subject->reports->len : 0;

  while ((child = gtk_widget_get_first_child (self->list)) != NULL)
    gtk_list_box_remove (GTK_LIST_BOX (self->list), child);
  for (guint i = 0; i < n; i++)
    gtk_list_box_append (GTK_LIST_BOX (self->list), new_report_row (g_ptr_array_index (self->subject->reports, i)));
  gtk_widget_set_visible (self->list_scrolled, n > 0);
  if (n > 0)
    gtk_list_box_select_row (GTK_LIST_BOX (self->list),
                             gtk_list_box_get_row_at_index (GTK_LIST_BOX (self->list), (int) find_shown (self)));
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

void
neg_report_page_set_case (NegReportPage *self, NegWorklistCase *subject)
{
  g_return_if_fail (NEG_IS_REPORT_PAGE (self));

  g_clear_pointer (&self->subject, neg_worklist_case_free);
  self->subject = subject;
  show_orders (self);
  show_reports (self);
  show_left_out (self, subject != NULL ? subject->n_left_out : 0);
  if (subject != NULL && (subject->orders->len > 0 || subject->reports->len > 0))
    gtk_widget_set_visible (self->empty, FALSE);
  else if (subject != NULL)
    say_empty (self, _ ("Nothing was ordered or reported of this patient, as far as orders and reports come here."));
  else
    say_empty (self, _ ("What was asked for and what was reported comes here, once a study of the list is open."));
}

void
neg_report_page_set_failure (NegReportPage *self, const char *why)
{
  neg_report_page_set_case (self, NULL);
  say_empty (self, why);
}

/* --- widget --- */

static GtkWidget *
new_scrolled (GtkWidget *child)
{
  GtkWidget *scrolled = gtk_scrolled_window_new ();

  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (scrolled), GTK_POLICY_NEVER, GTK_POLICY_AUTOMATIC);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scrolled), child);
  gtk_scrolled_window_set_propagate_natural_height (GTK_SCROLLED_WINDOW (scrolled), TRUE);
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
  self->list_scrolled = new_scrolled (self->list);
  gtk_scrolled_window_set_max_content_height (GTK_SCROLLED_WINDOW (self->list_scrolled), LIST_HEIGHT_MAX_PX);
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
  self->text_scrolled = gtk_scrolled_window_new ();
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (self->text_scrolled), GTK_POLICY_NEVER, GTK_POLICY_AUTOMATIC);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (self->text_scrolled), self->text);
  gtk_widget_set_vexpand (self->text_scrolled, TRUE);
}

static void
neg_report_page_dispose (GObject *object)
{
  NegReportPage *self = NEG_REPORT_PAGE (object);

  g_clear_pointer (&self->box, gtk_widget_unparent);
  g_clear_pointer (&self->subject, neg_worklist_case_free);
  G_OBJECT_CLASS (neg_report_page_parent_class)->dispose (object);
}

static void
neg_report_page_class_init (NegReportPageClass *class)
{
  G_OBJECT_CLASS (class)->dispose = neg_report_page_dispose;
  gtk_widget_class_set_layout_manager_type (GTK_WIDGET_CLASS (class), GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_css_name (GTK_WIDGET_CLASS (class), "neg-report-page");
}

static void
neg_report_page_init (NegReportPage *self)
{
  GtkWidget *orders_scrolled;

  self->empty = new_label ("", "empty-page");
  gtk_label_set_width_chars (GTK_LABEL (self->empty), 1);
  self->orders = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  gtk_widget_add_css_class (self->orders, "fields");
  orders_scrolled = new_scrolled (self->orders);
  gtk_scrolled_window_set_max_content_height (GTK_SCROLLED_WINDOW (orders_scrolled), 2 * LIST_HEIGHT_MAX_PX);
  make_list (self);
  make_text (self);
  self->left_out = new_label ("", "dim");
  self->box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  gtk_box_append (GTK_BOX (self->box), self->empty);
  gtk_box_append (GTK_BOX (self->box), orders_scrolled);
  gtk_box_append (GTK_BOX (self->box), self->list_scrolled);
  gtk_box_append (GTK_BOX (self->box), self->left_out);
  gtk_box_append (GTK_BOX (self->box), self->text_scrolled);
  gtk_widget_set_parent (self->box, GTK_WIDGET (self));
  neg_report_page_set_case (self, NULL);
}

GtkWidget *
neg_report_page_new (void)
{
  return g_object_new (NEG_TYPE_REPORT_PAGE, NULL);
}
