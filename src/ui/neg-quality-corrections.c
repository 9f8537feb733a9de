#include "config.h"

#include "ui/neg-quality-corrections.h"

#include <glib/gi18n-lib.h>

#include "model/neg-fiction.h"
#include "reading/neg-captions.h"
#include "ui/neg-accessible.h"
#include "ui/neg-quality-parts.h"
#include "ui/neg-quality-words.h"

struct _NegQualityCorrections {
  GtkWidget parent_instance;

  NegNetwork *network;
  char *shown; /* what the cards say, to be compared; nullable */
  gint64 asked; /* the correction that was asked about last */
  GtkWidget *box;
  GtkWidget *waiting; /* the first entry for initials; borrowed, nullable */
};

G_DEFINE_FINAL_TYPE (NegQualityCorrections, neg_quality_corrections, GTK_TYPE_WIDGET)

enum { IMAGES_CHANGED, DIFFERENCE, N_SIGNALS };
static guint signals[N_SIGNALS];

/* One card. */
typedef struct {
  NegQualityCorrections *owner; /* borrowed */
  gint64 id;
  GtkWidget *words, *by; /* borrowed */
} Card;

/* The card may be gone by then. */
static void
corrected_cb (GVariant *answer, gpointer data)
{
  NegQualityCorrections *self = data;

  g_signal_emit (self, signals[IMAGES_CHANGED], 0, self->asked);
}

static void
rejected_cb (GVariant *answer, gpointer data)
{
  g_signal_emit (data, signals[IMAGES_CHANGED], 0, (gint64) 0);
}

static void
ask (Card *card, const char *method, GVariant *parameters)
{
  card->owner->asked = card->id;
  neg_quality_ask (card->owner->network, method, parameters, card->words, G_OBJECT (card->owner), corrected_cb, card->owner);
}

static void
undo_cb (GtkWidget *button, Card *card)
{
  ask (card, "UndoCorrection", g_variant_new ("(x)", card->id));
}

static void
undo_reject_cb (GtkWidget *button, Card *card)
{
  neg_quality_ask (card->owner->network, "UndoReject", g_variant_new ("(x)", card->id), card->words, G_OBJECT (card->owner),
                   rejected_cb, card->owner);
}

static void
difference_cb (GtkWidget *button, Card *card)
{
  g_signal_emit (card->owner, signals[DIFFERENCE], 0, card->id);
}

static void
look (Card *card, gboolean approves)
{
  const char *by = gtk_editable_get_text (GTK_EDITABLE (card->by));

  if (*by == '\0')
    neg_quality_set_text (card->words, _ ("Type the initials of whoever looked first."));
  else
    ask (card, "LookAtCorrection", g_variant_new ("(xsb)", card->id, by, approves));
}

static void
approve_cb (GtkWidget *widget, Card *card)
{
  look (card, TRUE);
}

static void
decline_cb (GtkWidget *button, Card *card)
{
  look (card, FALSE);
}

/* --- cards --- */

static Card *
new_card (NegQualityCorrections *self, gint64 id, GtkWidget **box)
{
  Card *card = g_new0 (Card, 1);

  *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 2);
  gtk_widget_add_css_class (*box, "row-content");
  gtk_widget_add_css_class (*box, "finding");
  card->owner = self;
  card->id = id;
  card->words = neg_quality_new_label (NULL, "danger");
  gtk_widget_set_visible (card->words, FALSE);
  g_object_set_data_full (G_OBJECT (*box), "neg-card", card, g_free);
  gtk_box_append (GTK_BOX (self->box), *box);
  return card;
}

static GtkWidget *
new_button (const char *label, const char *about, GCallback callback, Card *card)
{
  g_autofree char *spoken = g_strdup_printf ("%s: %s", label, about);
  GtkWidget *button = gtk_button_new_with_label (label);

  gtk_widget_add_css_class (button, "small-button");
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, spoken, -1);
  g_signal_connect (button, "clicked", callback, card); /* of the card, which lives as long */
  return button;
}

static void
add_look (NegQualityCorrections *self, GtkWidget *box, Card *card, const char *about)
{
  GtkWidget *line = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 4);

  card->by = gtk_entry_new ();
  gtk_entry_set_placeholder_text (GTK_ENTRY (card->by), _ ("Initials"));
  gtk_editable_set_width_chars (GTK_EDITABLE (card->by), 8);
  gtk_editable_set_max_width_chars (GTK_EDITABLE (card->by), 8);
  neg_accessible_set_name (card->by, _ ("Second look: initials"));
  g_signal_connect (card->by, "activate", G_CALLBACK (approve_cb), card);
  gtk_box_append (GTK_BOX (line), card->by);
  gtk_box_append (GTK_BOX (line), new_button (_ ("Approve"), about, G_CALLBACK (approve_cb), card));
  gtk_box_append (GTK_BOX (line), new_button (_ ("Decline"), about, G_CALLBACK (decline_cb), card));
  gtk_box_append (GTK_BOX (box), line);
  if (self->waiting == NULL)
    self->waiting = card->by;
}

static char *
dup_who (NegQualityCorrections *self, const char *user, gint64 made_us, const char *reason)
{
  g_autofree char *who = neg_text_dup_shown (NEG_TEXT_SITE, user), *why = neg_text_dup_shown (NEG_TEXT_FREE, reason);
  g_autofree char *when = neg_quality_words_dup_moment (made_us, neg_network_get_timezone (self->network));

  return *why != '\0' ? g_strdup_printf (_ ("%s, %s: “%s”"), who, when, why) : g_strdup_printf ("%s, %s", who, when);
}

static char *
dup_state (const NegCorrection *correction)
{
  const char *state = neg_quality_words_get_correction_state (correction->state);
  g_autofree char *message = neg_text_dup_shown (NEG_TEXT_SENTENCE, correction->message), *by = neg_text_dup_shown (NEG_TEXT_SITE, correction->looked_by);

  if (correction->state == NEG_CORRECTION_FAILED && *message != '\0')
    return g_strdup_printf ("%s: %s", state, message);
  if (*by != '\0')
    return g_strdup_printf (_ ("%s; second look: %s"), state, by);
  return g_strdup (state);
}

static void
add_correction_buttons (NegQualityCorrections *self, GtkWidget *box, Card *card, const NegCorrection *correction, const char *title)
{
  GtkWidget *line = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 4);

  if (correction->state == NEG_CORRECTION_APPLIED && correction->n_objects > 0)
    gtk_box_append (GTK_BOX (line), new_button (_ ("Difference"), title, G_CALLBACK (difference_cb), card));
  if (correction->state == NEG_CORRECTION_APPLIED && !correction->is_sent)
    gtk_box_append (GTK_BOX (line), new_button (_ ("Undo"), title, G_CALLBACK (undo_cb), card));
  gtk_widget_set_visible (line, gtk_widget_get_first_child (line) != NULL);
  gtk_box_append (GTK_BOX (box), line);
  if (correction->state == NEG_CORRECTION_APPLIED && correction->is_sent)
    gtk_box_append (GTK_BOX (box), neg_quality_new_label (_ ("It was sent: what is to change now is another correction."), "dim"));
}

/* Whose images they would become: that is what is looked at. */
static void
add_order (GtkWidget *box, const NegDeskRow *row, const NegOrder *order)
{
  g_autofree char *was = neg_quality_words_dup_patient (row), *was_id = neg_text_dup_shown (NEG_TEXT_ID, row->patient_id);
  g_autofree char *person = neg_caption_dup_person (order->patient_name);
  g_autofree char *id = neg_text_dup_shown (NEG_TEXT_ID, order->patient_id), *procedure = neg_text_dup_shown (NEG_TEXT_FREE, order->procedure);
  g_autofree char *born = neg_caption_dup_date (order->birth_date), *accession = neg_text_dup_shown (NEG_TEXT_ACCESSION, order->accession);
  g_autofree char *text = g_strdup_printf (_ ("%s, ID %s → %s, ID %s"), was, was_id, person, id);
  g_autofree char *about = g_strdup_printf (_ ("born %s · %s · accession %s"), born != NULL ? born : "–", procedure,
                                            *accession != '\0' ? accession : "–");

  gtk_box_append (GTK_BOX (box), neg_quality_new_label (text, "change"));
  gtk_box_append (GTK_BOX (box), neg_quality_new_label (about, "change"));
}

/* Which studies come to this one. */
static void
add_joined (GtkWidget *box, GPtrArray *joined)
{
  for (guint i = 0; i < joined->len; i++) {
    const NegQualityJoined *one = g_ptr_array_index (joined, i);
    g_autofree char *date = neg_caption_dup_date (one->date), *description = neg_text_dup_shown (NEG_TEXT_FREE, one->description);
    g_autofree char *text = g_strdup_printf (ngettext ("%s · %s · %u image", "%s · %s · %u images", one->n_images),
                                             date != NULL ? date : "–", *description != '\0' ? description : "–", one->n_images);

    gtk_box_append (GTK_BOX (box), neg_quality_new_label (text, "change"));
  }
}

static void
add_correction (NegQualityCorrections *self, const NegDeskRow *row, const NegCorrection *correction, const NegOrder *order,
                GPtrArray *joined)
{
  g_autofree char *title = neg_quality_words_dup_correction (correction), *state = dup_state (correction);
  g_autofree char *who = dup_who (self, correction->user, correction->made_us, correction->reason);
  gboolean is_danger = correction->state == NEG_CORRECTION_FAILED, waits = correction->state == NEG_CORRECTION_WAITING;
  GtkWidget *box;
  Card *card = new_card (self, correction->id, &box);

  gtk_box_append (GTK_BOX (box), neg_quality_new_label (title, "title"));
  if (order != NULL)
    add_order (box, row, order);
  if (joined != NULL)
    add_joined (box, joined);
  gtk_box_append (GTK_BOX (box), neg_quality_new_label (who, "dim"));
  gtk_box_append (GTK_BOX (box), neg_quality_new_label (state, is_danger ? "danger" : waits ? "attention" : NULL));
  if (waits)
    add_look (self, box, card, title);
  add_correction_buttons (self, box, card, correction, title);
  gtk_box_append (GTK_BOX (box), card->words);
}

static void
add_rejection (NegQualityCorrections *self, const NegRejection *rejection)
{
  g_autofree char *reason = neg_text_dup_shown (NEG_TEXT_FREE, rejection->reason), *said = neg_text_dup_shown (NEG_TEXT_FREE, rejection->words);
  g_autofree char *n = g_strdup_printf (ngettext ("%u image", "%u images", rejection->n_images), rejection->n_images);
  g_autofree char *title = g_strdup_printf ("%s: %s%s%s%s", neg_quality_words_get_code (rejection->code), n,
                                            *reason != '\0' ? ", " : "", reason, rejection->repeat ? _ (", to be made again") : "");
  g_autofree char *who = dup_who (self, rejection->user, rejection->made_us, said);
  GtkWidget *box;
  Card *card = new_card (self, rejection->id, &box);

  gtk_box_append (GTK_BOX (box), neg_quality_new_label (title, "title"));
  gtk_box_append (GTK_BOX (box), neg_quality_new_label (who, "dim"));
  if (rejection->undone_us != 0) {
    gtk_box_append (GTK_BOX (box), neg_quality_new_label (_ ("undone"), NULL));
  } else {
    GtkWidget *line = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 4);

    gtk_box_append (GTK_BOX (line), new_button (_ ("Undo"), title, G_CALLBACK (undo_reject_cb), card));
    gtk_box_append (GTK_BOX (box), line);
  }
  gtk_box_append (GTK_BOX (box), card->words);
}

static char *
dup_fingerprint (const NegQualitySheet *sheet)
{
  GString *text = g_string_new (neg_fiction_is_on () ? "f " : NULL);

  for (guint i = 0; i < sheet->corrections->len; i++) {
    const NegCorrection *correction = g_ptr_array_index (sheet->corrections, i);

    g_string_append_printf (text, "%" G_GINT64_FORMAT "/%d/%d/%u ", correction->id, correction->state, correction->is_sent,
                            correction->n_objects);
  }
  for (guint i = 0; i < sheet->rejections->len; i++) {
    const NegRejection *rejection = g_ptr_array_index (sheet->rejections, i);

    g_string_append_printf (text, "r%" G_GINT64_FORMAT "/%d ", rejection->id, rejection->undone_us != 0);
  }
  return g_string_free (text, FALSE);
}

void
neg_quality_corrections_set (NegQualityCorrections *self, const NegQualitySheet *sheet)
{
  g_autofree char *fingerprint = NULL;

  g_return_if_fail (NEG_IS_QUALITY_CORRECTIONS (self));

  fingerprint = dup_fingerprint (sheet);
  gtk_widget_set_visible (GTK_WIDGET (self), sheet->corrections->len + sheet->rejections->len > 0);
  if (g_strcmp0 (fingerprint, self->shown) == 0)
    return;
  g_free (self->shown);
  self->shown = g_steal_pointer (&fingerprint);
  self->waiting = NULL;
  neg_quality_empty_box (self->box);
  if (sheet->corrections->len > 0)
    gtk_box_append (GTK_BOX (self->box), neg_quality_new_title (_ ("Corrections")));
  for (guint i = 0; i < sheet->corrections->len; i++)
    add_correction (self, sheet->row, g_ptr_array_index (sheet->corrections, i), g_ptr_array_index (sheet->orders, i),
                    g_ptr_array_index (sheet->joined, i));
  if (sheet->rejections->len > 0)
    gtk_box_append (GTK_BOX (self->box), neg_quality_new_title (_ ("Rejected images")));
  for (guint i = 0; i < sheet->rejections->len; i++)
    add_rejection (self, g_ptr_array_index (sheet->rejections, i));
}

gboolean
neg_quality_corrections_focus_waiting (NegQualityCorrections *self)
{
  g_return_val_if_fail (NEG_IS_QUALITY_CORRECTIONS (self), FALSE);

  return self->waiting != NULL && gtk_widget_grab_focus (self->waiting);
}

/* --- the widget --- */

static void
neg_quality_corrections_dispose (GObject *object)
{
  NegQualityCorrections *self = NEG_QUALITY_CORRECTIONS (object);

  self->waiting = NULL;
  g_clear_pointer (&self->box, gtk_widget_unparent);
  g_clear_object (&self->network);
  g_clear_pointer (&self->shown, g_free);
  G_OBJECT_CLASS (neg_quality_corrections_parent_class)->dispose (object);
}

static void
neg_quality_corrections_class_init (NegQualityCorrectionsClass *class)
{
  GType type = NEG_TYPE_QUALITY_CORRECTIONS;

  G_OBJECT_CLASS (class)->dispose = neg_quality_corrections_dispose;
  signals[IMAGES_CHANGED]
      = g_signal_new ("images-changed", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_INT64);
  signals[DIFFERENCE]
      = g_signal_new ("difference", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_INT64);
  gtk_widget_class_set_layout_manager_type (GTK_WIDGET_CLASS (class), GTK_TYPE_BIN_LAYOUT);
}

static void
neg_quality_corrections_init (NegQualityCorrections *self)
{
  self->box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  gtk_widget_set_parent (self->box, GTK_WIDGET (self));
}

GtkWidget *
neg_quality_corrections_new (NegNetwork *network)
{
  NegQualityCorrections *self = g_object_new (NEG_TYPE_QUALITY_CORRECTIONS, NULL);

  self->network = g_object_ref (network);
  return GTK_WIDGET (self);
}
