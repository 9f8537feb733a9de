#include "config.h"

#include "ui/neg-quality-parts.h"

#include <glib/gi18n-lib.h>

#define BUSY_KEY "neg-quality-busy"

GtkWidget *
neg_quality_new_label (const char *text, const char *css_class)
{
  GtkWidget *label = gtk_label_new (text);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_wrap_mode (GTK_LABEL (label), PANGO_WRAP_WORD_CHAR);
  if (css_class != NULL)
    gtk_widget_add_css_class (label, css_class);
  return label;
}

GtkWidget *
neg_quality_new_title (const char *text)
{
  return neg_quality_new_label (text, "group-title");
}

GtkWidget *
neg_quality_new_button (const char *text, const char *spoken, GCallback callback, gpointer data)
{
  GtkWidget *button = gtk_button_new_with_label (text), *label = gtk_button_get_child (GTK_BUTTON (button));

  gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_END);
  gtk_widget_add_css_class (button, "small-button");
  if (spoken != NULL)
    gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, spoken, -1);
  g_signal_connect_object (button, "clicked", callback, data, G_CONNECT_SWAPPED);
  return button;
}

void
neg_quality_empty_box (GtkWidget *box)
{
  GtkWidget *child;

  while ((child = gtk_widget_get_first_child (box)) != NULL)
    gtk_box_remove (GTK_BOX (box), child);
}

void
neg_quality_set_text (GtkWidget *label, const char *text)
{
  gboolean has_text = text != NULL && *text != '\0';

  gtk_label_set_text (GTK_LABEL (label), has_text ? text : "");
  gtk_widget_set_visible (label, has_text);
}

/* --- asking --- */

typedef struct {
  GWeakRef words, owner;
  NegQualityAnswered answered; /* nullable */
  gpointer data;
} Call;

static void
free_call (Call *call)
{
  g_weak_ref_clear (&call->words);
  g_weak_ref_clear (&call->owner);
  g_free (call);
}

static void
called_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  Call *call = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) answer = neg_network_call_finish (NEG_NETWORK (source), result, &error);
  g_autofree char *why = answer == NULL ? neg_network_dup_error (error) : NULL;
  g_autoptr (GObject) words = g_weak_ref_get (&call->words), owner = g_weak_ref_get (&call->owner);

  if (words != NULL) {
    g_object_set_data (words, BUSY_KEY, NULL);
    neg_quality_set_text (GTK_WIDGET (words), why);
    gtk_widget_remove_css_class (GTK_WIDGET (words), "dim");
    gtk_widget_add_css_class (GTK_WIDGET (words), "danger");
  }
  if (answer != NULL && owner != NULL && call->answered != NULL)
    call->answered (answer, call->data);
  free_call (call);
}

void
neg_quality_ask (NegNetwork *network, const char *method, GVariant *parameters, GtkWidget *words, GObject *owner,
                 NegQualityAnswered answered, gpointer data)
{
  g_autoptr (GVariant) sunk = g_variant_ref_sink (parameters);
  Call *call;

  if (g_object_get_data (G_OBJECT (words), BUSY_KEY) != NULL)
    return;
  call = g_new0 (Call, 1);
  g_weak_ref_init (&call->words, words);
  g_weak_ref_init (&call->owner, owner);
  call->answered = answered;
  call->data = data;
  g_object_set_data (G_OBJECT (words), BUSY_KEY, words);
  gtk_widget_remove_css_class (words, "danger");
  gtk_widget_add_css_class (words, "dim");
  neg_quality_set_text (words, _ ("Working…"));
  neg_network_call_async (network, method, sunk, -1, NULL, called_cb, call);
}
