#include "config.h"

#include "ui/neg-settle-row.h"

#include <glib/gi18n-lib.h>

#include "reading/neg-captions.h"

struct _NegSettleRow {
  GtkListBoxRow parent_instance;

  const NegSettleItem *item;
  GtkWidget *box, *words;
};

G_DEFINE_FINAL_TYPE (NegSettleRow, neg_settle_row, GTK_TYPE_LIST_BOX_ROW)

enum { CHOSEN, JOINED, N_SIGNALS };
static guint signals[N_SIGNALS];

static const NegSettleSide *
get_candidate (const NegSettleRow *self, guint index)
{
  return g_ptr_array_index (self->item->candidates, index);
}

/* What a patient is known by: a match across a difference there is two steps. */
static gboolean
is_another_patient (const NegSettleItem *item, const NegSettleSide *candidate)
{
  return neg_settle_sides_differ (item->subject, candidate, NEG_FACT_PATIENT)
         || neg_settle_sides_differ (item->subject, candidate, NEG_FACT_ID);
}

/* --- words --- */

static const char *
get_title (NegFact fact)
{
  switch (fact) {
  case NEG_FACT_PATIENT:
    return _ ("Patient");
  case NEG_FACT_ID:
    return _ ("ID");
  case NEG_FACT_BIRTH_DATE:
    return _ ("Born");
  case NEG_FACT_SEX:
    return _ ("Sex");
  case NEG_FACT_ACCESSION:
    return _ ("Accession");
  case NEG_FACT_MODALITY:
    return _ ("Modality");
  case NEG_FACT_DESCRIPTION:
    return _ ("Procedure");
  case NEG_FACT_TIME:
    return _ ("Date");
  default:
    return "";
  }
}

static const char *
get_side_name (NegUnsettledKind kind, gboolean is_candidate)
{
  switch (kind) {
  case NEG_UNSETTLED_ORDER:
    return is_candidate ? _ ("Images") : _ ("Order");
  case NEG_UNSETTLED_STUDY:
    return is_candidate ? _ ("Order") : _ ("Images");
  case NEG_UNSETTLED_REPORT:
    return is_candidate ? _ ("Images") : _ ("Report");
  default:
    return _ ("Patient");
  }
}

static char *
dup_fact (const NegSettleSide *side, NegFact fact)
{
  g_autofree char *clean = neg_caption_dup_clean (side->facts[fact]);

  if (fact == NEG_FACT_PATIENT)
    return neg_caption_dup_person (clean);
  if (fact == NEG_FACT_ID && *side->issuer != '\0' && *clean != '\0') {
    g_autofree char *issuer = neg_caption_dup_clean (side->issuer);

    return g_strdup_printf ("%s (%s)", clean, issuer);
  }
  return g_steal_pointer (&clean);
}

/* --- the table --- */

static GtkWidget *
new_label (const char *text, const char *css_class)
{
  GtkWidget *label = gtk_label_new (text);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_wrap_mode (GTK_LABEL (label), PANGO_WRAP_WORD_CHAR);
  gtk_widget_add_css_class (label, css_class);
  return label;
}

static gboolean
is_said (const NegSettleRow *self, NegFact fact)
{
  gboolean said = *self->item->subject->facts[fact] != '\0';

  for (guint i = 0; !said && i < self->item->candidates->len; i++)
    said = *get_candidate (self, i)->facts[fact] != '\0';
  return said;
}

/* Column 0 has the names of the facts, 1 the subject, 2... the candidates. */
static void
add_fact (NegSettleRow *self, GtkGrid *grid, NegFact fact, int line)
{
  const NegSettleItem *item = self->item;
  g_autofree char *own = dup_fact (item->subject, fact);

  gtk_grid_attach (grid, new_label (get_title (fact), "dim"), 0, line, 1, 1);
  gtk_grid_attach (grid, new_label (own, "value"), 1, line, 1, 1);
  for (guint i = 0; i < item->candidates->len; i++) {
    const NegSettleSide *side = get_candidate (self, i);
    gboolean differs = neg_settle_sides_differ (item->subject, side, fact);
    g_autofree char *theirs = dup_fact (side, fact);
    g_autofree char *marked = differs ? g_strconcat ("≠ ", theirs, NULL) : g_strdup (theirs);
    g_autofree char *spoken
        = g_strdup_printf (differs ? _ ("%s: %s, differs") : "%s: %s", get_title (fact), theirs);
    GtkWidget *label = new_label (marked, differs ? "attention" : "value");

    gtk_accessible_update_property (GTK_ACCESSIBLE (label), GTK_ACCESSIBLE_PROPERTY_LABEL, spoken, -1);
    gtk_grid_attach (grid, label, (int) i + 2, line, 1, 1);
  }
}

static void
choose_cb (GtkWidget *button, NegSettleRow *self)
{
  g_signal_emit (self, signals[CHOSEN], 0, GPOINTER_TO_UINT (g_object_get_data (G_OBJECT (button), "candidate")));
}

static void
join_cb (GtkWidget *button, NegSettleRow *self)
{
  g_signal_emit (self, signals[JOINED], 0, GPOINTER_TO_UINT (g_object_get_data (G_OBJECT (button), "candidate")));
}

static GtkWidget *
new_button (NegSettleRow *self, const char *text, guint candidate, GCallback callback)
{
  g_autofree char *label = g_strdup_printf ("%s (%u)", text, candidate + 1);
  GtkWidget *button = gtk_button_new_with_label (label);

  g_object_set_data (G_OBJECT (button), "candidate", GUINT_TO_POINTER (candidate));
  g_signal_connect_object (button, "clicked", callback, self, 0);
  return button;
}

/* Of another patient there is nothing to match: first a person says that they are one. */
static GtkWidget *
new_candidate_button (NegSettleRow *self, guint index)
{
  gboolean is_patient = self->item->unsettled->kind == NEG_UNSETTLED_PATIENT;

  if (is_patient || is_another_patient (self->item, get_candidate (self, index)))
    return new_button (self, _ ("Same Person"), index, G_CALLBACK (join_cb));
  return new_button (self, _ ("Match"), index, G_CALLBACK (choose_cb));
}

static GtkWidget *
new_table (NegSettleRow *self)
{
  const NegSettleItem *item = self->item;
  GtkWidget *grid = gtk_grid_new ();
  int line = 1;

  gtk_grid_set_column_spacing (GTK_GRID (grid), 16);
  gtk_grid_attach (GTK_GRID (grid), new_label (get_side_name (item->unsettled->kind, FALSE), "title"), 1, 0, 1, 1);
  for (guint i = 0; i < item->candidates->len; i++)
    gtk_grid_attach (GTK_GRID (grid), new_label (get_side_name (item->unsettled->kind, TRUE), "title"), (int) i + 2, 0,
                     1, 1);
  for (guint fact = 0; fact < NEG_FACT_N; fact++)
    if (is_said (self, fact))
      add_fact (self, GTK_GRID (grid), fact, line++);
  for (guint i = 0; i < item->candidates->len; i++)
    gtk_grid_attach (GTK_GRID (grid), new_candidate_button (self, i), (int) i + 2, line, 1, 1);
  return grid;
}

/* --- keys --- */

gboolean
neg_settle_row_press (NegSettleRow *self, guint keyval)
{
  guint n = self->item->candidates->len, index = 0;
  gboolean is_enter = keyval == GDK_KEY_Return || keyval == GDK_KEY_KP_Enter;
  gboolean is_number = keyval >= GDK_KEY_1 && keyval < GDK_KEY_1 + n;

  if (!gtk_widget_get_sensitive (self->box) || (!is_enter && !is_number) || n == 0)
    return FALSE;
  if (is_number)
    index = keyval - GDK_KEY_1;
  if (self->item->unsettled->kind != NEG_UNSETTLED_PATIENT
      && !is_another_patient (self->item, get_candidate (self, index)))
    g_signal_emit (self, signals[CHOSEN], 0, index);
  else if (is_number) /* never by the key that one presses without looking */
    g_signal_emit (self, signals[JOINED], 0, index);
  return TRUE;
}

const NegSettleItem *
neg_settle_row_get_item (NegSettleRow *self)
{
  return self->item;
}

void
neg_settle_row_set_busy (NegSettleRow *self, gboolean busy, const char *words)
{
  gtk_widget_set_sensitive (self->box, !busy);
  gtk_label_set_text (GTK_LABEL (self->words), words != NULL ? words : "");
  gtk_widget_set_visible (self->words, words != NULL);
}

static void
neg_settle_row_class_init (NegSettleRowClass *class)
{
  signals[CHOSEN] = g_signal_new ("chosen", NEG_TYPE_SETTLE_ROW, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE,
                                  1, G_TYPE_UINT);
  signals[JOINED] = g_signal_new ("joined", NEG_TYPE_SETTLE_ROW, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE,
                                  1, G_TYPE_UINT);
}

static void
neg_settle_row_init (NegSettleRow *self)
{
}

GtkWidget *
neg_settle_row_new (const NegSettleItem *item)
{
  NegSettleRow *self = g_object_new (NEG_TYPE_SETTLE_ROW, NULL);
  g_autofree char *person = dup_fact (item->subject, NEG_FACT_PATIENT);
  g_autofree char *spoken = g_strdup_printf ("%s: %s", person, item->unsettled->why);

  self->item = item;
  self->box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 4);
  self->words = new_label ("", "attention");
  gtk_widget_set_visible (self->words, FALSE);
  gtk_widget_add_css_class (self->box, "row-content");
  gtk_box_append (GTK_BOX (self->box), new_label (item->unsettled->why, "title"));
  gtk_box_append (GTK_BOX (self->box), new_table (self));
  if (item->candidates->len == 0)
    gtk_box_append (GTK_BOX (self->box), new_label (_ ("Nothing here is like it yet."), "dim"));
  gtk_box_append (GTK_BOX (self->box), self->words);
  gtk_list_box_row_set_child (GTK_LIST_BOX_ROW (self), self->box);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, spoken, -1);
  return GTK_WIDGET (self);
}
