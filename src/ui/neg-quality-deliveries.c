#include "config.h"

#include "ui/neg-quality-deliveries.h"

#include <glib/gi18n-lib.h>

#include "model/neg-fiction.h"
#include "reading/neg-captions.h"
#include "ui/neg-accessible.h"
#include "ui/neg-quality-delivery.h"
#include "ui/neg-quality-parts.h"
#include "ui/neg-quality-words.h"

struct _NegQualityDeliveries {
  GtkWidget parent_instance;

  NegNetwork *network;
  NegQualityModel *model;
  gint64 study;
  NegDeskState state;
  GtkWidget *box, *said, *obstacle, *release, *to, *peers, *list, *decide, *words, *deciding, *entry;
  GPtrArray *ticks; /* GtkCheckButton; borrowed */
  GVariant *known;  /* the peers that they were made of; nullable */
};

G_DEFINE_FINAL_TYPE (NegQualityDeliveries, neg_quality_deliveries, GTK_TYPE_WIDGET)

/* --- where to --- */

static void
add_peer (NegQualityDeliveries *self, const char *peer)
{
  g_autofree char *clean = neg_text_dup_shown (NEG_TEXT_SITE, peer);
  GtkWidget *tick = gtk_check_button_new_with_label (clean);

  g_object_set_data_full (G_OBJECT (tick), "neg-peer", g_strdup (peer), g_free);
  gtk_box_append (GTK_BOX (self->peers), tick);
  g_ptr_array_add (self->ticks, tick);
}

static void
show_peers (NegQualityDeliveries *self)
{
  GVariant *peers = neg_network_get_peers (self->network);
  GVariantIter iter;
  const char *name;

  if (self->known != NULL && peers != NULL && g_variant_equal (self->known, peers))
    return; /* what a person has ticked stays */
  g_clear_pointer (&self->known, g_variant_unref);
  self->known = peers != NULL ? g_variant_ref (peers) : NULL;
  g_ptr_array_set_size (self->ticks, 0);
  neg_quality_empty_box (self->peers);
  if (peers != NULL) {
    g_variant_iter_init (&iter, peers);
    while (g_variant_iter_next (&iter, "(&sa{ss}b)", &name, NULL, NULL))
      if (neg_network_may (self->network, name, "store"))
        add_peer (self, name);
  }
  gtk_box_append (GTK_BOX (self->peers),
                  neg_quality_new_label (self->ticks->len > 0 ? _ ("Tick where it goes. If none is ticked, the routes of the site decide.")
                                                              : _ ("No peer takes images: add one in the preferences."),
                                         "dim"));
}

static GVariant *
new_chosen_peers (NegQualityDeliveries *self)
{
  GVariantBuilder builder;

  g_variant_builder_init (&builder, G_VARIANT_TYPE ("as"));
  for (guint i = 0; i < self->ticks->len; i++)
    if (gtk_check_button_get_active (g_ptr_array_index (self->ticks, i)))
      g_variant_builder_add (&builder, "s", g_object_get_data (g_ptr_array_index (self->ticks, i), "neg-peer"));
  return g_variant_builder_end (&builder);
}

static void
to_toggled_cb (NegQualityDeliveries *self)
{
  gtk_widget_set_visible (self->peers, gtk_toggle_button_get_active (GTK_TOGGLE_BUTTON (self->to)));
}

/* --- hands --- */

static void
release_cb (NegQualityDeliveries *self)
{
  neg_quality_ask (self->network, "ReleaseStudy", g_variant_new ("(x@as)", self->study, new_chosen_peers (self)), self->words,
                   G_OBJECT (self), NULL, NULL);
}

static void
decide (NegQualityDeliveries *self, const char *action, const char *words)
{
  neg_quality_ask (self->network, "DecideStudy", g_variant_new ("(xss)", self->study, action, words), self->words, G_OBJECT (self), NULL,
                   NULL);
}

/* What is on its way is settled as a whole, what is not is put aside. */
static void
decide_cb (NegQualityDeliveries *self)
{
  if (self->state == NEG_DESK_ASIDE || self->state == NEG_DESK_SETTLED) {
    decide (self, "back", "");
    return;
  }
  gtk_widget_set_visible (self->deciding, TRUE);
  gtk_widget_grab_focus (self->entry);
}

static void
decided_cb (NegQualityDeliveries *self)
{
  const char *words = gtk_editable_get_text (GTK_EDITABLE (self->entry));

  if (*words == '\0') {
    neg_quality_set_text (self->words, _ ("Say why."));
    return;
  }
  decide (self, self->state == NEG_DESK_NEW ? "aside" : "settle", words);
}

/* --- what is known --- */

static NegQualityDelivery *
find (NegQualityDeliveries *self, gint64 id)
{
  for (GtkWidget *child = gtk_widget_get_first_child (self->list); child != NULL; child = gtk_widget_get_next_sibling (child))
    if (neg_quality_delivery_get_id (NEG_QUALITY_DELIVERY (child)) == id)
      return NEG_QUALITY_DELIVERY (child);
  return NULL;
}

static gboolean
is_among (GPtrArray *deliveries, gint64 id)
{
  for (guint i = 0; i < deliveries->len; i++)
    if (((const NegDelivery *) g_ptr_array_index (deliveries, i))->id == id)
      return TRUE;
  return FALSE;
}

static void
show_deliveries (NegQualityDeliveries *self, GPtrArray *deliveries)
{
  for (GtkWidget *child = gtk_widget_get_first_child (self->list), *next; child != NULL; child = next) {
    next = gtk_widget_get_next_sibling (child);
    if (!is_among (deliveries, neg_quality_delivery_get_id (NEG_QUALITY_DELIVERY (child))))
      gtk_box_remove (GTK_BOX (self->list), child);
  }
  for (guint i = deliveries->len; i > 0; i--) {
    const NegDelivery *delivery = g_ptr_array_index (deliveries, i - 1);
    NegQualityDelivery *child = find (self, delivery->id);

    if (child != NULL)
      neg_quality_delivery_update (child, delivery);
    else
      gtk_box_prepend (GTK_BOX (self->list), neg_quality_delivery_new (self->network, self->model, delivery));
  }
}

static void
show_said (NegQualityDeliveries *self, const NegDeskRow *row)
{
  g_autofree char *user = neg_text_dup_shown (NEG_TEXT_SITE, row->user), *words = neg_text_dup_shown (NEG_TEXT_FREE, row->words), *text = NULL;
  g_autofree char *sending = neg_quality_words_dup_sending (row, NULL, NULL);

  text = *user == '\0'   ? g_strdup (sending)
         : *words != '\0' ? g_strdup_printf (_ ("%s (%s: “%s”)"), sending, user, words)
                          : g_strdup_printf (_ ("%s (%s)"), sending, user);
  neg_quality_set_text (self->said, text);
}

static const char *
get_decision (NegDeskState state)
{
  switch (state) {
  case NEG_DESK_NEW:
    return _ ("Not to Be Sent…");
  case NEG_DESK_RELEASED:
    return _ ("Stop Waiting for All…");
  default:
    return _ ("Back on the List");
  }
}

void
neg_quality_deliveries_set (NegQualityDeliveries *self, const NegQualitySheet *sheet)
{
  const NegDeskRow *row = sheet->row;
  g_autofree char *obstacle = NULL;
  gboolean is_other;

  g_return_if_fail (NEG_IS_QUALITY_DELIVERIES (self));

  is_other = self->study != row->study_id || self->state != row->state;
  self->study = row->study_id;
  self->state = row->state;
  obstacle = neg_quality_words_dup_obstacle (row, sheet->findings);
  show_said (self, row);
  neg_quality_set_text (self->obstacle, row->state == NEG_DESK_NEW ? obstacle : NULL);
  gtk_widget_set_sensitive (self->release, obstacle == NULL);
  gtk_widget_set_visible (self->release, row->state == NEG_DESK_NEW || row->state == NEG_DESK_RELEASED);
  gtk_button_set_label (GTK_BUTTON (self->release), row->state == NEG_DESK_NEW ? _ ("Release") : _ ("Release to Other Destinations"));
  gtk_widget_set_visible (self->to, gtk_widget_get_visible (self->release));
  gtk_button_set_label (GTK_BUTTON (self->decide), get_decision (row->state));
  gtk_widget_set_visible (self->decide, row->state != NEG_DESK_ARRIVED);
  if (is_other) {
    gtk_widget_set_visible (self->deciding, FALSE);
    neg_quality_set_text (self->words, NULL);
  }
  show_deliveries (self, sheet->deliveries);
}

void
neg_quality_deliveries_focus_release (NegQualityDeliveries *self)
{
  if (!gtk_widget_grab_focus (self->release))
    gtk_widget_grab_focus (self->decide);
}

/* --- the widget --- */

static void
neg_quality_deliveries_dispose (GObject *object)
{
  NegQualityDeliveries *self = NEG_QUALITY_DELIVERIES (object);

  g_clear_pointer (&self->box, gtk_widget_unparent);
  g_clear_object (&self->network);
  g_clear_object (&self->model);
  G_OBJECT_CLASS (neg_quality_deliveries_parent_class)->dispose (object);
}

static void
neg_quality_deliveries_finalize (GObject *object)
{
  g_ptr_array_unref (NEG_QUALITY_DELIVERIES (object)->ticks);
  g_clear_pointer (&NEG_QUALITY_DELIVERIES (object)->known, g_variant_unref);
  G_OBJECT_CLASS (neg_quality_deliveries_parent_class)->finalize (object);
}

static void
neg_quality_deliveries_class_init (NegQualityDeliveriesClass *class)
{
  G_OBJECT_CLASS (class)->dispose = neg_quality_deliveries_dispose;
  G_OBJECT_CLASS (class)->finalize = neg_quality_deliveries_finalize;
  gtk_widget_class_set_layout_manager_type (GTK_WIDGET_CLASS (class), GTK_TYPE_BIN_LAYOUT);
}

static void
make_release (NegQualityDeliveries *self)
{
  GtkWidget *line = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 4);

  self->release = gtk_button_new_with_label (_ ("Release"));
  gtk_widget_add_css_class (self->release, "suggested-action");
  gtk_widget_add_css_class (self->release, "small-button");
  g_signal_connect_object (self->release, "clicked", G_CALLBACK (release_cb), self, G_CONNECT_SWAPPED);
  self->to = gtk_toggle_button_new_with_label (_ ("To…"));
  gtk_widget_add_css_class (self->to, "small-button");
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->to), GTK_ACCESSIBLE_PROPERTY_LABEL, _ ("To which destinations"), -1);
  g_signal_connect_object (self->to, "toggled", G_CALLBACK (to_toggled_cb), self, G_CONNECT_SWAPPED);
  self->decide = neg_quality_new_button (_ ("Not to Be Sent…"), NULL, G_CALLBACK (decide_cb), self);
  self->peers = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  gtk_widget_add_css_class (self->peers, "quality-series");
  gtk_widget_set_visible (self->peers, FALSE);
  gtk_box_append (GTK_BOX (line), self->release);
  gtk_box_append (GTK_BOX (line), self->to);
  gtk_box_append (GTK_BOX (line), self->decide);
  gtk_box_append (GTK_BOX (self->box), line);
  gtk_box_append (GTK_BOX (self->box), self->peers);
}

static void
make_deciding (NegQualityDeliveries *self)
{
  self->deciding = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 4);
  self->entry = gtk_entry_new ();
  gtk_entry_set_placeholder_text (GTK_ENTRY (self->entry), _ ("Why"));
  neg_accessible_set_name (self->entry, _ ("Why it is not sent, or not waited for any more"));
  gtk_widget_set_hexpand (self->entry, TRUE);
  g_signal_connect_object (self->entry, "activate", G_CALLBACK (decided_cb), self, G_CONNECT_SWAPPED);
  gtk_box_append (GTK_BOX (self->deciding), self->entry);
  gtk_box_append (GTK_BOX (self->deciding), neg_quality_new_button (_ ("Confirm"), NULL, G_CALLBACK (decided_cb), self));
  gtk_widget_set_visible (self->deciding, FALSE);
  gtk_box_append (GTK_BOX (self->box), self->deciding);
}

static void
neg_quality_deliveries_init (NegQualityDeliveries *self)
{
  self->ticks = g_ptr_array_new ();
  self->box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 4);
  gtk_widget_add_css_class (self->box, "quality-sending");
  gtk_box_append (GTK_BOX (self->box), neg_quality_new_title (_ ("Sending")));
  self->said = neg_quality_new_label (NULL, "dim");
  self->obstacle = neg_quality_new_label (NULL, "attention");
  self->words = neg_quality_new_label (NULL, "danger");
  self->list = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  gtk_widget_add_css_class (self->list, "quality-list");
  gtk_widget_set_visible (self->obstacle, FALSE);
  gtk_widget_set_visible (self->words, FALSE);
  gtk_box_append (GTK_BOX (self->box), self->said);
  gtk_box_append (GTK_BOX (self->box), self->obstacle);
  make_release (self);
  make_deciding (self);
  gtk_box_append (GTK_BOX (self->box), self->words);
  gtk_box_append (GTK_BOX (self->box), self->list);
  gtk_widget_set_parent (self->box, GTK_WIDGET (self));
}

GtkWidget *
neg_quality_deliveries_new (NegNetwork *network, NegQualityModel *model)
{
  NegQualityDeliveries *self = g_object_new (NEG_TYPE_QUALITY_DELIVERIES, NULL);

  self->network = g_object_ref (network);
  self->model = g_object_ref (model);
  g_signal_connect_object (network, "peers-changed", G_CALLBACK (show_peers), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (network, "changed", G_CALLBACK (show_peers), self, G_CONNECT_SWAPPED);
  show_peers (self);
  return GTK_WIDGET (self);
}
