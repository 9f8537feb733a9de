#include "config.h"

#include "ui/neg-quality-finding.h"

#include <glib/gi18n-lib.h>

#include "model/neg-fiction.h"
#include "reading/neg-captions.h"
#include "ui/neg-accessible.h"
#include "ui/neg-quality-parts.h"
#include "ui/neg-quality-words.h"

struct _NegQualityFinding {
  GtkListBoxRow parent_instance;

  NegFinding *finding;
  GtkWidget *box, *buttons, *accepting, *entry, *words;
};

G_DEFINE_FINAL_TYPE (NegQualityFinding, neg_quality_finding, GTK_TYPE_LIST_BOX_ROW)

enum { ACT, ACCEPT, N_SIGNALS };
static guint signals[N_SIGNALS];

const NegFinding *
neg_quality_finding_get (NegQualityFinding *self)
{
  g_return_val_if_fail (NEG_IS_QUALITY_FINDING (self), NULL);
  return self->finding;
}

GtkWidget *
neg_quality_finding_get_words (NegQualityFinding *self)
{
  return self->words;
}

/* --- hands --- */

/* Nothing is accepted by one press alone: a word belongs to it, and the focus says where. */
static void
show_accepting_cb (NegQualityFinding *self)
{
  gtk_widget_set_visible (self->accepting, TRUE);
  gtk_widget_grab_focus (self->entry);
}

static void
act_cb (NegQualityFinding *self)
{
  if (self->finding->action == NEG_ACTION_LOOK || self->finding->action == NEG_ACTION_CONVERT)
    show_accepting_cb (self);
  else
    g_signal_emit (self, signals[ACT], 0);
}

static void
accept_cb (NegQualityFinding *self)
{
  const char *words = gtk_editable_get_text (GTK_EDITABLE (self->entry));

  if (*words == '\0')
    neg_quality_set_text (self->words, _ ("Say in a word why it is right."));
  else
    g_signal_emit (self, signals[ACCEPT], 0, words);
}

static gboolean
entry_key_cb (NegQualityFinding *self, guint keyval, guint keycode, GdkModifierType modifiers)
{
  if (keyval != GDK_KEY_Escape)
    return FALSE;
  gtk_widget_set_visible (self->accepting, FALSE);
  neg_quality_set_text (self->words, NULL);
  gtk_widget_grab_focus (GTK_WIDGET (self));
  return TRUE;
}

/* --- what is shown --- */

static void
add_fact (NegQualityFinding *self, const char *title, const char *text)
{
  g_autofree char *clean = neg_text_dup_shown (NEG_TEXT_SENTENCE, text);
  GtkWidget *row, *name, *value;

  if (*clean == '\0')
    return;
  row = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 8);
  name = neg_quality_new_label (title, "dim");
  gtk_label_set_width_chars (GTK_LABEL (name), 9);
  gtk_widget_set_valign (name, GTK_ALIGN_START);
  value = neg_quality_new_label (clean, NULL);
  gtk_widget_set_hexpand (value, TRUE);
  gtk_box_append (GTK_BOX (row), name);
  gtk_box_append (GTK_BOX (row), value);
  gtk_box_append (GTK_BOX (self->box), row);
}

static GtkWidget *
new_head (const NegFinding *finding)
{
  GtkWidget *head = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 8);
  GtkWidget *title = neg_quality_new_label (neg_quality_words_get_check (finding->check), "title");
  NegSeverity severity = finding->accepted_us != 0 ? NEG_SEVERITY_NONE : finding->severity;
  GtkWidget *mark = neg_quality_new_label (finding->accepted_us != 0 ? _ ("✓ said to be right")
                                                                     : neg_quality_words_get_severity (severity, TRUE),
                                           "severity");

  gtk_label_set_wrap (GTK_LABEL (mark), FALSE);
  gtk_widget_add_css_class (mark, neg_quality_words_get_severity_class (severity));
  gtk_widget_set_hexpand (title, TRUE);
  gtk_box_append (GTK_BOX (head), title);
  gtk_box_append (GTK_BOX (head), mark);
  return head;
}

static void
add_buttons (NegQualityFinding *self)
{
  const NegFinding *finding = self->finding;
  const char *title = neg_quality_words_get_check (finding->check);
  g_autofree char *action = neg_quality_words_dup_action (finding);
  g_autofree char *spoken = g_strdup_printf ("%s %s", action, title);
  g_autofree char *right = g_strdup_printf (_ ("It is right… %s"), title);
  gboolean accepts = finding->action == NEG_ACTION_LOOK || finding->action == NEG_ACTION_CONVERT;
  GtkWidget *mend = neg_quality_new_button (action, spoken, G_CALLBACK (act_cb), self);

  self->buttons = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 4);
  gtk_widget_add_css_class (mend, "suggested-action");
  gtk_box_append (GTK_BOX (self->buttons), mend);
  if (!accepts) {
    GtkWidget *other = neg_quality_new_button (_ ("It Is Right…"), right, G_CALLBACK (show_accepting_cb), self);

    gtk_widget_add_css_class (other, "flat");
    gtk_box_append (GTK_BOX (self->buttons), other);
  }
  gtk_box_append (GTK_BOX (self->box), self->buttons);
}

static void
add_accepting (NegQualityFinding *self)
{
  const char *title = neg_quality_words_get_check (self->finding->check);
  g_autofree char *name = g_strdup_printf (_ ("Why it is right: %s"), title);
  g_autofree char *spoken = g_strdup_printf (_ ("Accept: %s"), title);
  GtkEventController *keys = gtk_event_controller_key_new ();

  self->accepting = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 4);
  self->entry = gtk_entry_new ();
  gtk_entry_set_placeholder_text (GTK_ENTRY (self->entry), _ ("Why it is right"));
  neg_accessible_set_name (self->entry, name);
  gtk_widget_set_hexpand (self->entry, TRUE);
  gtk_editable_set_width_chars (GTK_EDITABLE (self->entry), 8);
  g_signal_connect_object (self->entry, "activate", G_CALLBACK (accept_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (keys, "key-pressed", G_CALLBACK (entry_key_cb), self, G_CONNECT_SWAPPED);
  gtk_widget_add_controller (self->entry, keys);
  gtk_box_append (GTK_BOX (self->accepting), self->entry);
  gtk_box_append (GTK_BOX (self->accepting), neg_quality_new_button (_ ("Accept"), spoken, G_CALLBACK (accept_cb), self));
  gtk_widget_set_visible (self->accepting, FALSE);
  gtk_box_append (GTK_BOX (self->box), self->accepting);
}

static void
add_accepted (NegQualityFinding *self)
{
  const NegFinding *finding = self->finding;
  g_autofree char *by = neg_text_dup_shown (NEG_TEXT_SITE, finding->accepted_by), *words = neg_text_dup_shown (NEG_TEXT_FREE, finding->accepted_words);
  g_autofree char *text = g_strdup_printf (_ ("%s: “%s”"), by, words);

  gtk_box_append (GTK_BOX (self->box), neg_quality_new_label (text, "dim"));
}

static void
update_spoken (NegQualityFinding *self)
{
  const NegFinding *finding = self->finding;
  g_autofree char *text = neg_quality_words_dup_finding (finding), *spoken = NULL;
  const char *state = finding->accepted_us != 0 ? _ ("said to be right")
                                                : neg_quality_words_get_severity (finding->severity, FALSE);

  spoken = g_strdup_printf ("%s, %s", text, state);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, spoken, -1);
}

static void
build (NegQualityFinding *self)
{
  const NegFinding *finding = self->finding;
  g_autofree char *why = neg_text_dup_shown (NEG_TEXT_SENTENCE, finding->why);

  neg_quality_empty_box (self->box);
  gtk_box_append (GTK_BOX (self->box), new_head (finding));
  add_fact (self, _ ("Found"), finding->found);
  add_fact (self, _ ("Expected"), finding->expected);
  if (*why != '\0')
    gtk_box_append (GTK_BOX (self->box), neg_quality_new_label (why, "dim"));
  self->words = neg_quality_new_label (NULL, "danger");
  gtk_widget_set_visible (self->words, FALSE);
  if (finding->accepted_us == 0) {
    add_buttons (self);
    add_accepting (self);
  } else {
    add_accepted (self);
  }
  gtk_box_append (GTK_BOX (self->box), self->words);
  update_spoken (self);
}

gboolean
neg_quality_finding_update (NegQualityFinding *self, const NegFinding *finding)
{
  const NegFinding *now = self->finding;
  gboolean was_accepted = now->accepted_us != 0;

  if (!g_str_equal (now->check, finding->check) || !g_str_equal (now->subject, finding->subject)
      || !g_str_equal (now->found, finding->found) || !g_str_equal (now->expected, finding->expected)
      || now->severity != finding->severity || now->action != finding->action || !g_str_equal (now->argument, finding->argument))
    return FALSE;
  neg_finding_free (self->finding);
  self->finding = neg_finding_copy (finding);
  if (was_accepted != (finding->accepted_us != 0))
    build (self);
  return TRUE;
}

/* --- the widget --- */

static void
neg_quality_finding_finalize (GObject *object)
{
  neg_finding_free (NEG_QUALITY_FINDING (object)->finding);
  G_OBJECT_CLASS (neg_quality_finding_parent_class)->finalize (object);
}

static void
neg_quality_finding_class_init (NegQualityFindingClass *class)
{
  GType type = NEG_TYPE_QUALITY_FINDING;

  G_OBJECT_CLASS (class)->finalize = neg_quality_finding_finalize;
  signals[ACT] = g_signal_new ("act", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[ACCEPT] = g_signal_new ("accept", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
}

static void
neg_quality_finding_init (NegQualityFinding *self)
{
  self->box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 2);
  gtk_widget_add_css_class (self->box, "row-content");
  gtk_widget_add_css_class (self->box, "finding");
  gtk_list_box_row_set_child (GTK_LIST_BOX_ROW (self), self->box);
}

GtkWidget *
neg_quality_finding_new (const NegFinding *finding)
{
  NegQualityFinding *self = g_object_new (NEG_TYPE_QUALITY_FINDING, NULL);

  self->finding = neg_finding_copy (finding);
  build (self);
  return GTK_WIDGET (self);
}
