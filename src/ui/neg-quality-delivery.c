#include "config.h"

#include "ui/neg-quality-delivery.h"

#include <glib/gi18n-lib.h>

#include "model/neg-fiction.h"
#include "reading/neg-captions.h"
#include "ui/neg-accessible.h"
#include "ui/neg-quality-parts.h"
#include "ui/neg-quality-words.h"

#define OBJECTS_SHOWN 100u

struct _NegQualityDelivery {
  GtkWidget parent_instance;

  NegNetwork *network;
  NegQualityModel *model;
  gint64 id;
  GCancellable *cancellable;
  GtkWidget *box, *title, *state, *about, *buttons, *retry, *settle, *more, *settling, *entry, *words, *objects;
};

G_DEFINE_FINAL_TYPE (NegQualityDelivery, neg_quality_delivery, GTK_TYPE_WIDGET)

static guint
count (const NegDelivery *delivery)
{
  guint n = 0;

  for (guint i = 0; i < G_N_ELEMENTS (delivery->n); i++)
    n += delivery->n[i];
  return n;
}

static gboolean
is_committed (const NegDelivery *delivery)
{
  return delivery->n[NEG_DELIVERY_COMMITTED] > 0 && delivery->n[NEG_DELIVERY_COMMITTED] == count (delivery);
}

/* --- object by object --- */

static void
show_objects (NegQualityDelivery *self, GPtrArray *objects)
{
  guint n = 0;

  neg_quality_empty_box (self->objects);
  for (guint i = 0; i < objects->len && n < OBJECTS_SHOWN; i++) {
    const NegDeliveryObject *object = g_ptr_array_index (objects, i);
    g_autofree char *state = neg_quality_words_dup_object (object), *text = NULL;
    const char *css_class = object->state == NEG_DELIVERY_REFUSED     ? "danger"
                            : object->state == NEG_DELIVERY_COMMITTED ? "arrived"
                                                                      : "dim";

    text = g_strdup_printf (_ ("Object %u: %s"), i + 1, state);
    gtk_box_append (GTK_BOX (self->objects), neg_quality_new_label (text, css_class));
    n++;
  }
  if (objects->len > n) {
    g_autofree char *rest = g_strdup_printf (ngettext ("and %u more", "and %u more", objects->len - n), objects->len - n);

    gtk_box_append (GTK_BOX (self->objects), neg_quality_new_label (rest, "dim"));
  }
}

/* What is not committed comes first: that is what one looks for. */
static gint
compare_objects (gconstpointer a, gconstpointer b)
{
  static const int order[] = { [NEG_DELIVERY_REFUSED] = 0, [NEG_DELIVERY_QUEUED] = 1,    [NEG_DELIVERY_SENT] = 2,
                               [NEG_DELIVERY_ACCEPTED] = 3, [NEG_DELIVERY_SETTLED] = 4, [NEG_DELIVERY_COMMITTED] = 5 };
  const NegDeliveryObject *left = *(NegDeliveryObject *const *) a, *right = *(NegDeliveryObject *const *) b;

  return order[left->state] - order[right->state];
}

static void
listed_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (NegQualityDelivery) self = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) objects = neg_quality_model_list_delivery_finish (NEG_QUALITY_MODEL (source), result, &error);

  if (self->box == NULL || g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  if (objects == NULL) {
    neg_quality_set_text (self->words, error->message);
    return;
  }
  g_ptr_array_sort (objects, compare_objects);
  show_objects (self, objects);
}

static void
list_objects (NegQualityDelivery *self)
{
  gboolean shown = gtk_toggle_button_get_active (GTK_TOGGLE_BUTTON (self->more));

  gtk_widget_set_visible (self->objects, shown);
  if (shown)
    neg_quality_model_list_delivery_async (self->model, self->id, self->cancellable, listed_cb, g_object_ref (self));
}

/* --- hands --- */

static void
control (NegQualityDelivery *self, const char *action, const char *words)
{
  neg_quality_ask (self->network, "ControlDelivery", g_variant_new ("(xss)", self->id, action, words), self->words, G_OBJECT (self),
                   NULL, NULL);
}

static void
retry_cb (NegQualityDelivery *self)
{
  control (self, "retry", "");
}

static void
settle_cb (NegQualityDelivery *self)
{
  gtk_widget_set_visible (self->settling, TRUE);
  gtk_widget_grab_focus (self->entry);
}

static void
settled_cb (NegQualityDelivery *self)
{
  const char *words = gtk_editable_get_text (GTK_EDITABLE (self->entry));

  if (*words == '\0')
    neg_quality_set_text (self->words, _ ("Say why what is missing does not matter."));
  else
    control (self, "settle", words);
}

/* --- what is known --- */

static void
update_about (NegQualityDelivery *self, const NegDelivery *delivery)
{
  GTimeZone *zone = neg_network_get_timezone (self->network);
  g_autofree char *message = neg_text_dup_shown (NEG_TEXT_SENTENCE, delivery->message), *settled = neg_text_dup_shown (NEG_TEXT_FREE, delivery->settled_words);
  g_autofree char *by = neg_text_dup_shown (NEG_TEXT_SITE, delivery->settled_by);
  g_autofree char *until = delivery->commit_by_us != 0 ? neg_quality_words_dup_moment (delivery->commit_by_us, zone) : NULL;
  g_autofree char *text = NULL;

  if (delivery->settled_us != 0)
    text = g_strdup_printf (_ ("settled by %s: “%s”"), by, settled);
  else if (delivery->is_late)
    text = g_strdup_printf (_ ("It should have been committed by %s. %s"), until != NULL ? until : "", message);
  else if (delivery->commit_by_us == 0 && delivery->n[NEG_DELIVERY_ACCEPTED] > 0 && *message == '\0')
    text = g_strdup (_ ("This destination is not asked to commit: that it was accepted is all that is known."));
  else
    text = g_strdup (message);
  neg_quality_set_text (self->about, text);
  if (delivery->is_late && delivery->settled_us == 0)
    gtk_widget_add_css_class (self->about, "attention");
  else
    gtk_widget_remove_css_class (self->about, "attention");
}

static void
update_state (NegQualityDelivery *self, const NegDelivery *delivery)
{
  g_autofree char *counts = neg_quality_words_dup_counts (delivery->n);
  gboolean committed = is_committed (delivery), refused = delivery->n[NEG_DELIVERY_REFUSED] > 0;
  g_autofree char *text = committed ? g_strdup_printf (_ ("✓ %s"), counts) : refused ? g_strdup_printf (_ ("✗ %s"), counts)
                                                                                    : g_strdup (counts);

  gtk_label_set_text (GTK_LABEL (self->state), text);
  gtk_widget_remove_css_class (self->state, "arrived");
  gtk_widget_remove_css_class (self->state, "danger");
  if (committed || refused)
    gtk_widget_add_css_class (self->state, committed ? "arrived" : "danger");
}

void
neg_quality_delivery_update (NegQualityDelivery *self, const NegDelivery *delivery)
{
  g_autofree char *peer = NULL, *route = NULL, *title = NULL;
  gboolean is_open;

  g_return_if_fail (NEG_IS_QUALITY_DELIVERY (self));

  peer = neg_text_dup_shown (NEG_TEXT_SITE, delivery->peer);
  route = neg_text_dup_shown (NEG_TEXT_SITE, delivery->route);
  title = *route != '\0' ? g_strdup_printf (_ ("%s (%s)"), peer, route) : g_strdup (peer);
  is_open = !is_committed (delivery) && delivery->settled_us == 0;
  gtk_label_set_text (GTK_LABEL (self->title), title);
  update_state (self, delivery);
  update_about (self, delivery);
  gtk_widget_set_visible (self->retry, is_open);
  gtk_widget_set_visible (self->settle, is_open);
  if (!is_open)
    gtk_widget_set_visible (self->settling, FALSE);
  list_objects (self);
}

gint64
neg_quality_delivery_get_id (NegQualityDelivery *self)
{
  return self->id;
}

/* --- the widget --- */

static void
neg_quality_delivery_dispose (GObject *object)
{
  NegQualityDelivery *self = NEG_QUALITY_DELIVERY (object);

  g_cancellable_cancel (self->cancellable);
  g_clear_pointer (&self->box, gtk_widget_unparent);
  g_clear_object (&self->network);
  g_clear_object (&self->model);
  G_OBJECT_CLASS (neg_quality_delivery_parent_class)->dispose (object);
}

static void
neg_quality_delivery_finalize (GObject *object)
{
  g_object_unref (NEG_QUALITY_DELIVERY (object)->cancellable);
  G_OBJECT_CLASS (neg_quality_delivery_parent_class)->finalize (object);
}

static void
neg_quality_delivery_class_init (NegQualityDeliveryClass *class)
{
  G_OBJECT_CLASS (class)->dispose = neg_quality_delivery_dispose;
  G_OBJECT_CLASS (class)->finalize = neg_quality_delivery_finalize;
  gtk_widget_class_set_layout_manager_type (GTK_WIDGET_CLASS (class), GTK_TYPE_BIN_LAYOUT);
}

static void
neg_quality_delivery_init (NegQualityDelivery *self)
{
  self->cancellable = g_cancellable_new ();
  self->box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 2);
  gtk_widget_add_css_class (self->box, "row-content");
  gtk_widget_add_css_class (self->box, "finding");
  gtk_widget_set_parent (self->box, GTK_WIDGET (self));
}

static void
add_buttons (NegQualityDelivery *self, const char *peer)
{
  g_autofree char *retry = g_strdup_printf (_ ("Send again to %s"), peer), *settle = g_strdup_printf (_ ("Stop waiting for %s"), peer);
  g_autofree char *more = g_strdup_printf (_ ("Every object: %s"), peer);

  self->buttons = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 4);
  self->retry = neg_quality_new_button (_ ("Try Again"), retry, G_CALLBACK (retry_cb), self);
  self->settle = neg_quality_new_button (_ ("Stop Waiting…"), settle, G_CALLBACK (settle_cb), self);
  self->more = gtk_toggle_button_new_with_label (_ ("Every Object"));
  gtk_widget_add_css_class (self->more, "small-button");
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->more), GTK_ACCESSIBLE_PROPERTY_LABEL, more, -1);
  g_signal_connect_object (self->more, "toggled", G_CALLBACK (list_objects), self, G_CONNECT_SWAPPED);
  gtk_box_append (GTK_BOX (self->buttons), self->retry);
  gtk_box_append (GTK_BOX (self->buttons), self->settle);
  gtk_box_append (GTK_BOX (self->buttons), self->more);
}

static void
add_settling (NegQualityDelivery *self)
{
  self->settling = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 4);
  self->entry = gtk_entry_new ();
  gtk_entry_set_placeholder_text (GTK_ENTRY (self->entry), _ ("Why it does not matter"));
  neg_accessible_set_name (self->entry, _ ("Why what is missing does not matter"));
  gtk_widget_set_hexpand (self->entry, TRUE);
  g_signal_connect_object (self->entry, "activate", G_CALLBACK (settled_cb), self, G_CONNECT_SWAPPED);
  gtk_box_append (GTK_BOX (self->settling), self->entry);
  gtk_box_append (GTK_BOX (self->settling), neg_quality_new_button (_ ("Stop Waiting"), NULL, G_CALLBACK (settled_cb), self));
  gtk_widget_set_visible (self->settling, FALSE);
}

GtkWidget *
neg_quality_delivery_new (NegNetwork *network, NegQualityModel *model, const NegDelivery *delivery)
{
  NegQualityDelivery *self = g_object_new (NEG_TYPE_QUALITY_DELIVERY, NULL);
  g_autofree char *peer = neg_text_dup_shown (NEG_TEXT_SITE, delivery->peer);

  self->network = g_object_ref (network);
  self->model = g_object_ref (model);
  self->id = delivery->id;
  self->title = neg_quality_new_label (NULL, "title");
  self->state = neg_quality_new_label (NULL, NULL);
  self->about = neg_quality_new_label (NULL, "dim");
  self->words = neg_quality_new_label (NULL, "danger");
  self->objects = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  gtk_widget_set_visible (self->words, FALSE);
  gtk_widget_set_visible (self->objects, FALSE);
  add_buttons (self, peer);
  add_settling (self);
  gtk_box_append (GTK_BOX (self->box), self->title);
  gtk_box_append (GTK_BOX (self->box), self->state);
  gtk_box_append (GTK_BOX (self->box), self->about);
  gtk_box_append (GTK_BOX (self->box), self->buttons);
  gtk_box_append (GTK_BOX (self->box), self->settling);
  gtk_box_append (GTK_BOX (self->box), self->words);
  gtk_box_append (GTK_BOX (self->box), self->objects);
  neg_quality_delivery_update (self, delivery);
  return GTK_WIDGET (self);
}
