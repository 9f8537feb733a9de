#include "config.h"

#include "ui/neg-quality-match.h"

#include <glib/gi18n-lib.h>

#include "model/neg-fiction.h"
#include "reading/neg-captions.h"
#include "ui/neg-order-words.h"
#include "ui/neg-quality-parts.h"

struct _NegQualityMatch {
  NegQualityForm parent_instance;

  gint64 study, proposed;
  char *now[8]; /* what the study says, by fact */
  GPtrArray *orders; /* NegOrder; nullable */
  GCancellable *cancellable;
  GtkWidget *list, *nothing;
  gboolean is_started;
};

G_DEFINE_FINAL_TYPE (NegQualityMatch, neg_quality_match, NEG_TYPE_QUALITY_FORM)

enum { FACT_NAME, FACT_ID, FACT_ISSUER, FACT_BIRTH_DATE, FACT_SEX, FACT_ACCESSION, FACT_DESCRIPTION, FACT_STUDY_UID, FACT_N };
G_STATIC_ASSERT (FACT_N == G_N_ELEMENTS (((NegQualityMatch *) NULL)->now));

static const char *
get_title (guint fact)
{
  switch (fact) {
  case FACT_NAME:
    return _ ("Name");
  case FACT_ID:
    return _ ("ID");
  case FACT_ISSUER:
    return _ ("Issuer");
  case FACT_BIRTH_DATE:
    return _ ("Born");
  case FACT_SEX:
    return _ ("Sex");
  case FACT_ACCESSION:
    return _ ("Accession");
  case FACT_DESCRIPTION:
    return _ ("Procedure");
  default:
    return _ ("Study UID");
  }
}

static const char *
get_order_fact (const NegOrder *order, guint fact)
{
  const char *const facts[FACT_N]
      = { order->patient_name, order->patient_id, order->issuer,    order->birth_date,
          order->sex,          order->accession,  order->procedure, order->study_uid };

  return facts[fact] != NULL ? facts[fact] : "";
}

static char *
dup_fact (guint fact, const char *text)
{
  static const NegTextKind kinds[FACT_N] = { [FACT_ID] = NEG_TEXT_ID,
                                             [FACT_ISSUER] = NEG_TEXT_ID,
                                             [FACT_SEX] = NEG_TEXT_SITE,
                                             [FACT_ACCESSION] = NEG_TEXT_ACCESSION,
                                             [FACT_DESCRIPTION] = NEG_TEXT_FREE };
  g_autofree char *clean = fact == FACT_NAME         ? neg_caption_dup_person (text)
                           : fact == FACT_BIRTH_DATE ? neg_caption_dup_date (text)
                                                     : neg_text_dup_shown (kinds[fact], text);

  if (clean == NULL || *clean == '\0')
    return g_strdup (_ ("nothing"));
  if (fact == FACT_STUDY_UID)
    return g_strdup (_ ("another"));
  return g_steal_pointer (&clean);
}

/* --- a candidate --- */

static void
add_change (GtkWidget *box, GString *spoken, guint fact, const char *from, const char *to)
{
  g_autofree char *old = fact == FACT_STUDY_UID ? g_strdup ("") : dup_fact (fact, from), *new = dup_fact (fact, to);
  g_autofree char *text = fact == FACT_STUDY_UID ? g_strdup_printf ("%s → %s", get_title (fact), _ ("the order's"))
                                                 : g_strdup_printf ("%s: %s → %s", get_title (fact), old, new);

  gtk_box_append (GTK_BOX (box), neg_quality_new_label (text, "change"));
  g_string_append_printf (spoken, ", %s", text);
}

static char *
dup_head (const NegOrder *order)
{
  g_autofree char *person = neg_caption_dup_person (order->patient_name);
  g_autofree char *what = neg_text_dup_shown (NEG_TEXT_FREE, order->procedure), *when = neg_order_words_dup_scheduled (order);

  return g_strdup_printf ("%s · %s · %s · %s", person, *what != '\0' ? what : _ ("order"), when,
                          neg_order_words_get_status (order->status));
}

static GtkWidget *
new_row (NegQualityMatch *self, const NegOrder *order)
{
  GtkWidget *row = gtk_list_box_row_new (), *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 2);
  g_autofree char *head = dup_head (order);
  g_autoptr (GString) spoken = g_string_new (head);
  guint n = 0;

  gtk_box_append (GTK_BOX (box), neg_quality_new_label (head, "title"));
  for (guint i = 0; i < FACT_N; i++) {
    const char *to = get_order_fact (order, i);

    if (*to == '\0' || g_str_equal (to, self->now[i]))
      continue;
    add_change (box, spoken, i, self->now[i], to);
    n++;
  }
  if (n == 0)
    gtk_box_append (GTK_BOX (box), neg_quality_new_label (_ ("Nothing of the patient or the request changes."), "dim"));
  gtk_widget_add_css_class (box, "row-content");
  gtk_widget_add_css_class (box, "finding");
  gtk_list_box_row_set_child (GTK_LIST_BOX_ROW (row), box);
  gtk_accessible_update_property (GTK_ACCESSIBLE (row), GTK_ACCESSIBLE_PROPERTY_LABEL, spoken->str, -1);
  return row;
}

/* --- the list of them --- */

/* What a check proposes comes first. */
static void
put_proposed_first (NegQualityMatch *self)
{
  for (guint i = 1; self->proposed != 0 && i < self->orders->len; i++)
    if (((const NegOrder *) g_ptr_array_index (self->orders, i))->id == self->proposed) {
      g_ptr_array_insert (self->orders, 0, g_ptr_array_steal_index (self->orders, i));
      return;
    }
}

static void
show_orders (NegQualityMatch *self)
{
  put_proposed_first (self);
  for (guint i = 0; i < self->orders->len; i++)
    gtk_list_box_append (GTK_LIST_BOX (self->list), new_row (self, g_ptr_array_index (self->orders, i)));
  if (self->orders->len == 0) {
    neg_quality_set_text (self->nothing, _ ("No order that fits this study has come here yet. When it comes, it is listed here; "
                                            "single values can be corrected instead."));
    neg_quality_form_set_obstacle (NEG_QUALITY_FORM (self), _ ("There is no order to choose."));
    return;
  }
  neg_quality_set_text (self->nothing, NULL);
  gtk_list_box_select_row (GTK_LIST_BOX (self->list), gtk_list_box_get_row_at_index (GTK_LIST_BOX (self->list), 0));
  neg_quality_form_set_obstacle (NEG_QUALITY_FORM (self), NULL);
  if (self->is_started)
    neg_quality_form_start (NEG_QUALITY_FORM (self));
}

static void
listed_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (NegQualityMatch) self = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) orders = neg_quality_model_list_orders_finish (NEG_QUALITY_MODEL (source), result, &error);

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  if (orders == NULL) {
    neg_quality_set_text (self->nothing, error->message);
    return;
  }
  self->orders = g_steal_pointer (&orders);
  show_orders (self);
}

static void
apply (NegQualityForm *form)
{
  NegQualityMatch *self = NEG_QUALITY_MATCH (form);
  GtkListBoxRow *row = gtk_list_box_get_selected_row (GTK_LIST_BOX (self->list));
  const NegOrder *order;
  GVariantDict spec;

  if (row == NULL || self->orders == NULL)
    return;
  order = g_ptr_array_index (self->orders, (guint) gtk_list_box_row_get_index (row));
  g_variant_dict_init (&spec, NULL);
  g_variant_dict_insert (&spec, "kind", "s", "match");
  g_variant_dict_insert (&spec, "order", "x", order->id);
  neg_quality_form_correct (form, self->study, g_variant_dict_end (&spec));
}

static GtkWidget *
get_first (NegQualityForm *form)
{
  NegQualityMatch *self = NEG_QUALITY_MATCH (form);

  self->is_started = TRUE; /* the orders may be still to come */
  return GTK_WIDGET (gtk_list_box_get_selected_row (GTK_LIST_BOX (self->list)));
}

/* A list box that has Tab goes through its rows and selects each: whoever goes on to the button would take over the last order. */
static gboolean
key_cb (NegQualityMatch *self, guint keyval, guint keycode, GdkModifierType modifiers)
{
  if (keyval != GDK_KEY_Tab && keyval != GDK_KEY_KP_Tab && keyval != GDK_KEY_ISO_Left_Tab)
    return FALSE;
  neg_quality_form_leave (NEG_QUALITY_FORM (self), keyval != GDK_KEY_ISO_Left_Tab && !(modifiers & GDK_SHIFT_MASK));
  return TRUE;
}

/* --- the widget --- */

static void
neg_quality_match_dispose (GObject *object)
{
  g_cancellable_cancel (NEG_QUALITY_MATCH (object)->cancellable);
  G_OBJECT_CLASS (neg_quality_match_parent_class)->dispose (object);
}

static void
neg_quality_match_finalize (GObject *object)
{
  NegQualityMatch *self = NEG_QUALITY_MATCH (object);

  for (guint i = 0; i < FACT_N; i++)
    g_free (self->now[i]);
  g_clear_pointer (&self->orders, g_ptr_array_unref);
  g_object_unref (self->cancellable);
  G_OBJECT_CLASS (neg_quality_match_parent_class)->finalize (object);
}

static void
neg_quality_match_class_init (NegQualityMatchClass *class)
{
  G_OBJECT_CLASS (class)->dispose = neg_quality_match_dispose;
  G_OBJECT_CLASS (class)->finalize = neg_quality_match_finalize;
  NEG_QUALITY_FORM_CLASS (class)->apply = apply;
  NEG_QUALITY_FORM_CLASS (class)->get_first = get_first;
}

static void
neg_quality_match_init (NegQualityMatch *self)
{
  NegQualityForm *form = NEG_QUALITY_FORM (self);
  GtkEventController *keys = gtk_event_controller_key_new ();

  self->cancellable = g_cancellable_new ();
  neg_quality_form_set_up (form, _ ("Match to an order"), _ ("Take Over This Order (Enter)"), _ ("Why"));
  neg_quality_form_set_reason (form, _ ("The images are of this order"));
  neg_quality_form_set_obstacle (form, _ ("Looking for orders…"));
  self->nothing = neg_quality_new_label (NULL, "dim");
  gtk_widget_set_visible (self->nothing, FALSE);
  self->list = gtk_list_box_new ();
  gtk_list_box_set_selection_mode (GTK_LIST_BOX (self->list), GTK_SELECTION_BROWSE);
  gtk_list_box_set_activate_on_single_click (GTK_LIST_BOX (self->list), FALSE);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->list), GTK_ACCESSIBLE_PROPERTY_LABEL, _ ("Orders, the likeliest first"), -1);
  g_signal_connect_object (self->list, "row-activated", G_CALLBACK (apply), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (keys, "key-pressed", G_CALLBACK (key_cb), self, G_CONNECT_SWAPPED);
  gtk_widget_add_controller (self->list, keys);
  gtk_box_append (GTK_BOX (neg_quality_form_get_box (form)), self->nothing);
  gtk_box_append (GTK_BOX (neg_quality_form_get_box (form)), self->list);
}

NegQualityForm *
neg_quality_match_new (NegQualityModel *model, const NegDeskRow *row, gint64 order)
{
  NegQualityMatch *self = g_object_new (NEG_TYPE_QUALITY_MATCH, NULL);
  const char *const now[FACT_N] = { row->patient_name, row->patient_id, row->issuer,      row->birth_date,
                                    row->sex,          row->accession,  row->description, row->study_uid };

  self->study = row->study_id;
  self->proposed = order;
  for (guint i = 0; i < FACT_N; i++)
    self->now[i] = g_strdup (now[i]);
  neg_quality_model_list_orders_async (model, row->study_id, self->cancellable, listed_cb, g_object_ref (self));
  return NEG_QUALITY_FORM (self);
}
