#include "config.h"

#include "ui/neg-peer-test.h"

#include <glib/gi18n-lib.h>

#include "model/neg-fiction.h"
#include "reading/neg-captions.h"

struct _NegPeerTest {
  GtkWidget parent_instance;

  NegNetwork *network;
  GCancellable *cancellable; /* while it runs */
  GtkWidget *box, *title, *steps, *cancel;
  char *peer;
};

G_DEFINE_FINAL_TYPE (NegPeerTest, neg_peer_test, GTK_TYPE_WIDGET)

static void
clear_steps (NegPeerTest *self)
{
  GtkWidget *child;

  while ((child = gtk_widget_get_first_child (self->steps)) != NULL)
    gtk_box_remove (GTK_BOX (self->steps), child);
}

static void
add_text (NegPeerTest *self, const char *text, const char *css_class)
{
  GtkWidget *label = gtk_label_new (text);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_selectable (GTK_LABEL (label), TRUE);
  gtk_widget_add_css_class (label, css_class);
  gtk_box_append (GTK_BOX (self->steps), label);
}

static void
add_step (NegPeerTest *self, const char *step, gboolean ok, double ms, const char *message, const char *advice)
{
  g_autofree char *what = neg_text_dup_shown (NEG_TEXT_SITE, step);
  g_autofree char *said = neg_text_dup_shown (NEG_TEXT_SITE, message);
  g_autofree char *todo = neg_text_dup_shown (NEG_TEXT_SITE, advice);
  g_autofree char *line = g_strdup_printf (ok ? _ ("✓ %s: works (%.0f ms)") : _ ("✗ %s: fails (%.0f ms)"), what, ms);

  add_text (self, line, ok ? "arrived" : "danger");
  if (*said != '\0')
    add_text (self, said, "step-text");
  if (*todo != '\0')
    add_text (self, todo, "step-text");
}

static void
show_steps (NegPeerTest *self, GVariant *answer)
{
  g_autoptr (GVariantIter) steps = NULL;
  const char *step, *message, *advice;
  gboolean ok, all = TRUE;
  g_autofree char *title = NULL;
  double ms;

  clear_steps (self);
  g_variant_get (answer, "(a(sbdss))", &steps);
  while (g_variant_iter_next (steps, "(&sbd&s&s)", &step, &ok, &ms, &message, &advice)) {
    add_step (self, step, ok, ms, message, advice);
    all &= ok;
  }
  title = g_strdup_printf (all ? _ ("%s works.") : _ ("%s does not work."), self->peer);
  gtk_label_set_text (GTK_LABEL (self->title), title);
}

/* Of the same test of another window just as well. */
static void
step_cb (NegPeerTest *self, GVariant *told)
{
  const char *peer, *step, *message, *advice;
  gboolean ok;
  double ms;

  if (self->cancellable == NULL)
    return;
  g_variant_get (told, "(&s(&sbd&s&s))", &peer, &step, &ok, &ms, &message, &advice);
  if (g_strcmp0 (peer, self->peer) == 0)
    add_step (self, step, ok, ms, message, advice);
}

static void
tested_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (NegPeerTest) self = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) answer = neg_network_call_finish (NEG_NETWORK (source), result, &error);
  g_autofree char *why = NULL;

  if (self->box == NULL || g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  g_clear_object (&self->cancellable);
  gtk_widget_set_visible (self->cancel, FALSE);
  if (answer != NULL && g_variant_is_of_type (answer, G_VARIANT_TYPE ("(a(sbdss))"))) {
    show_steps (self, answer);
    return;
  }
  why = neg_network_dup_error (error);
  clear_steps (self);
  add_text (self, why, "danger");
  gtk_label_set_text (GTK_LABEL (self->title), _ ("It could not be tested."));
}

static void
stop (NegPeerTest *self)
{
  if (self->cancellable != NULL)
    g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
}

static void
cancel_cb (NegPeerTest *self)
{
  stop (self);
  clear_steps (self);
  gtk_widget_set_visible (self->cancel, FALSE);
  gtk_label_set_text (GTK_LABEL (self->title), _ ("Cancelled."));
}

void
neg_peer_test_run (NegPeerTest *self, const char *peer)
{
  g_autofree char *title = g_strdup_printf (_ ("Testing %s…"), peer);

  g_return_if_fail (NEG_IS_PEER_TEST (self));

  stop (self);
  g_free (self->peer);
  self->peer = g_strdup (peer);
  self->cancellable = g_cancellable_new ();
  clear_steps (self);
  gtk_label_set_text (GTK_LABEL (self->title), title);
  gtk_widget_set_visible (self->cancel, TRUE);
  gtk_widget_set_visible (GTK_WIDGET (self), TRUE);
  neg_network_call_async (self->network, "Diagnose", g_variant_new ("(s)", peer), -1, self->cancellable, tested_cb,
                          g_object_ref (self));
}

static void
neg_peer_test_dispose (GObject *object)
{
  NegPeerTest *self = NEG_PEER_TEST (object);

  stop (self);
  g_clear_pointer (&self->box, gtk_widget_unparent);
  g_clear_object (&self->network);
  G_OBJECT_CLASS (neg_peer_test_parent_class)->dispose (object);
}

static void
neg_peer_test_finalize (GObject *object)
{
  g_free (NEG_PEER_TEST (object)->peer);
  G_OBJECT_CLASS (neg_peer_test_parent_class)->finalize (object);
}

static void
neg_peer_test_class_init (NegPeerTestClass *class)
{
  G_OBJECT_CLASS (class)->dispose = neg_peer_test_dispose;
  G_OBJECT_CLASS (class)->finalize = neg_peer_test_finalize;
  gtk_widget_class_set_layout_manager_type (GTK_WIDGET_CLASS (class), GTK_TYPE_BIN_LAYOUT);
}

static void
neg_peer_test_init (NegPeerTest *self)
{
  GtkWidget *line = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 8);

  self->title = g_object_new (GTK_TYPE_LABEL, "accessible-role", GTK_ACCESSIBLE_ROLE_STATUS, "xalign", 0.0, "hexpand",
                              TRUE, NULL);
  self->cancel = gtk_button_new_with_label (_ ("Cancel"));
  g_signal_connect_object (self->cancel, "clicked", G_CALLBACK (cancel_cb), self, G_CONNECT_SWAPPED);
  gtk_box_append (GTK_BOX (line), self->title);
  gtk_box_append (GTK_BOX (line), self->cancel);
  self->steps = gtk_box_new (GTK_ORIENTATION_VERTICAL, 2);
  self->box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 4);
  gtk_box_append (GTK_BOX (self->box), line);
  gtk_box_append (GTK_BOX (self->box), self->steps);
  gtk_widget_add_css_class (self->box, "preferences-row");
  gtk_widget_set_parent (self->box, GTK_WIDGET (self));
  gtk_widget_set_visible (GTK_WIDGET (self), FALSE);
}

GtkWidget *
neg_peer_test_new (NegNetwork *network)
{
  NegPeerTest *self = g_object_new (NEG_TYPE_PEER_TEST, NULL);

  self->network = g_object_ref (network);
  g_signal_connect_object (network, "diagnose-step", G_CALLBACK (step_cb), self, G_CONNECT_SWAPPED);
  return GTK_WIDGET (self);
}
