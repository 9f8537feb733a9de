#include "config.h"

#include "ui/neg-settle-row.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "model/neg-fiction.h"
#include "reading/neg-captions.h"

/* Of a side, so that facts of several rows stand below each other. */
#define SIDE_CHARS 22
#define TITLE_CHARS 9

struct _NegSettleRow {
  GtkListBoxRow parent_instance;

  NegSettleItem *item;
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
dup_id (const NegSettleSide *side, const char *id)
{
  g_autofree char *issuer = neg_text_dup_shown (NEG_TEXT_ID, side->issuer), *shown = neg_text_dup_shown (NEG_TEXT_ID, id);

  return *issuer != '\0' && *shown != '\0' ? g_strdup_printf ("%s (%s)", shown, issuer) : g_steal_pointer (&shown);
}

/* Of "YYYYMMDDHHMMSS", which may end earlier. */
static char *
dup_moment (const char *text)
{
  g_autofree char *day = g_strndup (text, 8), *date = neg_caption_dup_date (day);
  g_autofree char *time = strlen (text) > 8 ? neg_caption_dup_time (text + 8) : NULL;

  if (date == NULL)
    return neg_text_dup_shown (NEG_TEXT_DATE, text);
  return time != NULL && *time != '\0' ? g_strdup_printf ("%s %s", date, time) : g_steal_pointer (&date);
}

static char *
dup_fact (const NegSettleSide *side, NegFact fact)
{
  const char *said = side->facts[fact];

  switch (fact) {
  case NEG_FACT_PATIENT:
    return neg_caption_dup_person (said);
  case NEG_FACT_ID:
    return dup_id (side, said);
  case NEG_FACT_BIRTH_DATE:
  case NEG_FACT_TIME:
    return dup_moment (said);
  case NEG_FACT_SEX:
    return neg_text_dup_shown (NEG_TEXT_SITE, said);
  case NEG_FACT_ACCESSION:
    return neg_text_dup_shown (NEG_TEXT_ACCESSION, said);
  case NEG_FACT_MODALITY:
    return g_strdelimit (neg_text_dup_shown (NEG_TEXT_SITE, said), "\\", ' ');
  default:
    return neg_text_dup_shown (NEG_TEXT_FREE, said);
  }
}

/* "1: Candle, Cem; not the same: ID X-3 (ISS)": what the marks say to the eye. */
static char *
dup_candidate_words (const NegSettleRow *self, guint index)
{
  const NegSettleSide *side = get_candidate (self, index);
  g_autofree char *person = dup_fact (side, NEG_FACT_PATIENT);
  GString *words = g_string_new (NULL);
  gboolean differs = FALSE;

  g_string_append_printf (words, "%u: %s", index + 1, person);
  for (guint fact = 0; fact < NEG_FACT_N; fact++) {
    g_autofree char *theirs = dup_fact (side, fact);

    if (!neg_settle_sides_differ (self->item->subject, side, fact))
      continue;
    g_string_append (words, differs ? ", " : _ ("; not the same: "));
    g_string_append_printf (words, "%s %s", get_title (fact), theirs);
    differs = TRUE;
  }
  return g_string_free (words, FALSE);
}

static char *
dup_candidates_words (const NegSettleRow *self)
{
  GString *words = g_string_new (NULL);

  for (guint i = 0; i < self->item->candidates->len; i++) {
    g_autofree char *one = dup_candidate_words (self, i);

    g_string_append_printf (words, "%s%s", i > 0 ? ". " : "", one);
  }
  if (words->len == 0)
    g_string_append (words, _ ("Nothing here is like it yet."));
  return g_string_free (words, FALSE);
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

static GtkWidget *
new_cell (const char *text, const char *css_class, int n_chars)
{
  GtkWidget *label = new_label (text, css_class);

  gtk_label_set_width_chars (GTK_LABEL (label), n_chars);
  gtk_label_set_max_width_chars (GTK_LABEL (label), n_chars);
  gtk_label_set_yalign (GTK_LABEL (label), 0);
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

  gtk_grid_attach (grid, new_cell (get_title (fact), "dim", TITLE_CHARS), 0, line, 1, 1);
  gtk_grid_attach (grid, new_cell (own, "value", SIDE_CHARS), 1, line, 1, 1);
  for (guint i = 0; i < item->candidates->len; i++) {
    const NegSettleSide *side = get_candidate (self, i);
    gboolean differs = neg_settle_sides_differ (item->subject, side, fact);
    g_autofree char *theirs = dup_fact (side, fact);
    g_autofree char *marked = differs ? g_strconcat ("≠ ", theirs, NULL) : g_strdup (theirs);
    g_autofree char *spoken
        = g_strdup_printf (differs ? _ ("%s: %s, differs") : "%s: %s", get_title (fact), theirs);
    GtkWidget *label = new_cell (marked, differs ? "attention" : "value", SIDE_CHARS);

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
  gtk_widget_set_halign (button, GTK_ALIGN_START);
  gtk_widget_add_css_class (button, "small-button");
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
  gtk_grid_attach (GTK_GRID (grid), new_label (get_side_name (item->unsettled->kind, FALSE), "side-name"), 1, 0, 1, 1);
  for (guint i = 0; i < item->candidates->len; i++)
    gtk_grid_attach (GTK_GRID (grid), new_label (get_side_name (item->unsettled->kind, TRUE), "side-name"),
                     (int) i + 2, 0, 1, 1);
  for (guint fact = 0; fact < NEG_FACT_N; fact++)
    if (is_said (self, fact))
      add_fact (self, GTK_GRID (grid), fact, line++);
  for (guint i = 0; i < item->candidates->len; i++)
    gtk_grid_attach (GTK_GRID (grid), new_candidate_button (self, i), (int) i + 2, line, 1, 1);
  return grid;
}

/* --- keys --- */

/* Of the number keys, of both blocks; FALSE: none, or of nobody. */
static gboolean
get_number (const NegSettleRow *self, guint keyval, guint *index)
{
  if (keyval >= GDK_KEY_1 && keyval <= GDK_KEY_9)
    *index = keyval - GDK_KEY_1;
  else if (keyval >= GDK_KEY_KP_1 && keyval <= GDK_KEY_KP_9)
    *index = keyval - GDK_KEY_KP_1;
  else
    return FALSE;
  return *index < self->item->candidates->len;
}

gboolean
neg_settle_row_press (NegSettleRow *self, guint keyval, gboolean with_enter)
{
  gboolean is_enter = with_enter && (keyval == GDK_KEY_Return || keyval == GDK_KEY_KP_Enter);
  guint index = 0;
  gboolean is_number = get_number (self, keyval, &index);

  if ((!is_enter && !is_number) || self->item->candidates->len == 0)
    return FALSE;
  if (!gtk_widget_get_sensitive (self->box))
    return TRUE;
  if (self->item->unsettled->kind != NEG_UNSETTLED_PATIENT
      && !is_another_patient (self->item, get_candidate (self, index)))
    g_signal_emit (self, signals[CHOSEN], 0, index);
  else if (is_number) /* never by the key that one presses without looking */
    g_signal_emit (self, signals[JOINED], 0, index);
  else
    neg_settle_row_set_busy (self, FALSE, _ ("The patient is not the same. If it is one person, press the number."));
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
neg_settle_row_finalize (GObject *object)
{
  neg_settle_item_free (NEG_SETTLE_ROW (object)->item);
  G_OBJECT_CLASS (neg_settle_row_parent_class)->finalize (object);
}

static void
neg_settle_row_class_init (NegSettleRowClass *class)
{
  G_OBJECT_CLASS (class)->finalize = neg_settle_row_finalize;
  signals[CHOSEN] = g_signal_new ("chosen", NEG_TYPE_SETTLE_ROW, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE,
                                  1, G_TYPE_UINT);
  signals[JOINED] = g_signal_new ("joined", NEG_TYPE_SETTLE_ROW, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE,
                                  1, G_TYPE_UINT);
}

static void
neg_settle_row_init (NegSettleRow *self)
{
}

static void
make_content (NegSettleRow *self)
{
  const NegSettleItem *item = self->item;

  self->box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 4);
  self->words = new_label ("", "attention");
  gtk_widget_set_visible (self->words, FALSE);
  gtk_widget_add_css_class (self->box, "row-content");
  gtk_widget_add_css_class (self->box, "settle");
  gtk_box_append (GTK_BOX (self->box), new_label (item->unsettled->why, "title"));
  gtk_box_append (GTK_BOX (self->box), new_table (self));
  if (item->candidates->len == 0)
    gtk_box_append (GTK_BOX (self->box), new_label (_ ("Nothing here is like it yet."), "dim"));
  gtk_box_append (GTK_BOX (self->box), self->words);
  gtk_list_box_row_set_child (GTK_LIST_BOX_ROW (self), self->box);
}

GtkWidget *
neg_settle_row_new (NegSettleItem *item)
{
  NegSettleRow *self = g_object_new (NEG_TYPE_SETTLE_ROW, NULL);
  g_autofree char *person = dup_fact (item->subject, NEG_FACT_PATIENT);
  g_autofree char *spoken = g_strdup_printf ("%s: %s", person, item->unsettled->why);
  g_autofree char *candidates = NULL;

  self->item = item;
  make_content (self);
  candidates = dup_candidates_words (self);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, spoken,
                                  GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, candidates, -1);
  return GTK_WIDGET (self);
}
