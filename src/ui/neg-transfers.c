#include "config.h"

#include <glib/gi18n-lib.h>

#include "ui/neg-transfers-private.h"

#define DISMISSED_MAX 200
#define LIST_MS 10000

struct _NegTransfers {
  GObject parent_instance;

  NegNetwork *network;
  GSettings *settings; /* nullable */
  GPtrArray *transfers; /* NegTransfer, newest first */
  GArray *dismissed;    /* gint64: ids, oldest first */
  gboolean listed;
};

static void list_model_init (GListModelInterface *interface);

G_DEFINE_FINAL_TYPE_WITH_CODE (NegTransfers, neg_transfers, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL, list_model_init))

static guint signal_changed;

NegNetwork *
neg_transfers_get_network (NegTransfers *self)
{
  return self->network;
}

/* --- the list --- */

static GType
get_item_type (GListModel *list)
{
  return NEG_TYPE_TRANSFER;
}

static guint
get_n_items (GListModel *list)
{
  return NEG_TRANSFERS (list)->transfers->len;
}

static gpointer
get_item (GListModel *list, guint position)
{
  NegTransfers *self = NEG_TRANSFERS (list);

  return position < self->transfers->len ? g_object_ref (g_ptr_array_index (self->transfers, position)) : NULL;
}

static void
list_model_init (GListModelInterface *interface)
{
  interface->get_item_type = get_item_type;
  interface->get_n_items = get_n_items;
  interface->get_item = get_item;
}

/* --- dismissed ones --- */

static gboolean
is_dismissed (NegTransfers *self, gint64 id)
{
  for (guint i = 0; i < self->dismissed->len; i++)
    if (g_array_index (self->dismissed, gint64, i) == id)
      return TRUE;
  return FALSE;
}

static void
note_dismissed (NegTransfers *self, gint64 id)
{
  if (is_dismissed (self, id))
    return;
  g_array_append_val (self->dismissed, id);
  if (self->dismissed->len > DISMISSED_MAX)
    g_array_remove_range (self->dismissed, 0, self->dismissed->len - DISMISSED_MAX);
  if (self->settings != NULL)
    g_settings_set_value (self->settings, "dismissed-transfers",
                          g_variant_new_fixed_array (G_VARIANT_TYPE_INT64, self->dismissed->data, self->dismissed->len,
                                                     sizeof (gint64)));
}

static void
load_dismissed (NegTransfers *self)
{
  g_autoptr (GVariant) value = g_settings_get_value (self->settings, "dismissed-transfers");
  gsize n;
  const gint64 *ids = g_variant_get_fixed_array (value, &n, sizeof (gint64));

  g_array_append_vals (self->dismissed, ids, (guint) MIN (n, DISMISSED_MAX));
}

/* --- jobs --- */

static NegTransfer *
find (NegTransfers *self, gint64 id, guint *position)
{
  for (guint i = 0; i < self->transfers->len; i++) {
    NegTransfer *transfer = g_ptr_array_index (self->transfers, i);

    if (neg_transfer_get_id (transfer) == id) {
      *position = i;
      return transfer;
    }
  }
  return NULL;
}

/* Ids grow with time. */
static guint
get_place (NegTransfers *self, gint64 id)
{
  guint position = 0;

  while (position < self->transfers->len
         && neg_transfer_get_id (g_ptr_array_index (self->transfers, position)) > id)
    position++;
  return position;
}

static void
take_job (NegTransfers *self, GVariant *job, gboolean is_news)
{
  const char *state = "";
  gint64 id = 0;
  guint position;
  NegTransfer *transfer;

  if (!g_variant_lookup (job, "id", "x", &id) || is_dismissed (self, id))
    return;
  transfer = find (self, id, &position);
  if (transfer != NULL) {
    _neg_transfer_update (transfer, job, neg_network_get_home (self->network));
    return;
  }
  g_variant_lookup (job, "state", "&s", &state);
  /* What ended well before this window was there is no news. */
  if (!is_news && (g_str_equal (state, "done") || g_str_equal (state, "cancelled")))
    return;
  transfer = _neg_transfer_new (id);
  _neg_transfer_update (transfer, job, neg_network_get_home (self->network));
  position = get_place (self, id);
  g_ptr_array_insert (self->transfers, (int) position, transfer);
  g_list_model_items_changed (G_LIST_MODEL (self), position, 0, 1);
}

static void
job_changed_cb (NegTransfers *self, GVariant *job)
{
  take_job (self, job, TRUE);
  g_signal_emit (self, signal_changed, 0);
}

static void
listed_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (NegTransfers) self = data;
  g_autoptr (GVariant) answer = neg_network_call_finish (NEG_NETWORK (source), result, NULL);
  g_autoptr (GVariantIter) jobs = NULL;
  GVariant *job;

  if (answer == NULL || !g_variant_is_of_type (answer, G_VARIANT_TYPE ("(aa{sv})")))
    return; /* it is asked again with the next connection */
  g_variant_get (answer, "(aa{sv})", &jobs);
  while ((job = g_variant_iter_next_value (jobs)) != NULL) {
    take_job (self, job, FALSE);
    g_variant_unref (job);
  }
  g_signal_emit (self, signal_changed, 0);
}

static void
network_changed_cb (NegTransfers *self)
{
  gboolean ready = neg_network_get_state (self->network) == NEG_NETWORK_READY;

  if (ready && !self->listed)
    neg_network_call_async (self->network, "ListJobs", NULL, LIST_MS, NULL, listed_cb, g_object_ref (self));
  self->listed = ready;
}

void
neg_transfers_dismiss (NegTransfers *self, NegTransfer *transfer)
{
  guint position;

  g_return_if_fail (NEG_IS_TRANSFERS (self));

  if (!neg_transfer_is_over (transfer) || find (self, neg_transfer_get_id (transfer), &position) == NULL)
    return;
  note_dismissed (self, neg_transfer_get_id (transfer));
  g_ptr_array_remove_index (self->transfers, position);
  g_list_model_items_changed (G_LIST_MODEL (self), position, 1, 0);
  g_signal_emit (self, signal_changed, 0);
}

/* --- the summary --- */

static void
add_part (GString *text, char *part)
{
  g_string_append_printf (text, "%s%s", text->len > 0 ? " · " : "", part);
  g_free (part);
}

char *
neg_transfers_dup_summary (NegTransfers *self, gboolean *attention)
{
  GString *text = g_string_new (NULL);
  double rate = 0, remaining_s = -1;
  guint n_active = 0, n_failed = 0;

  for (guint i = 0; i < self->transfers->len; i++) {
    NegTransfer *transfer = g_ptr_array_index (self->transfers, i);
    double left_s;

    n_active += neg_transfer_is_over (transfer) ? 0 : 1;
    n_failed += g_str_equal (neg_transfer_get_state (transfer), "failed") ? 1 : 0;
    if (g_str_equal (neg_transfer_get_state (transfer), "running")) {
      rate += _neg_transfer_get_rate (transfer, &left_s);
      remaining_s = MAX (remaining_s, left_s);
    }
  }
  *attention = n_failed > 0;
  if (n_active > 0)
    add_part (text, g_strdup_printf (ngettext ("%u transfer", "%u transfers", n_active), n_active));
  if (rate > 0) {
    g_autofree char *size = g_format_size ((guint64) rate);

    add_part (text, g_strdup_printf (_ ("%s/s"), size));
  }
  if (remaining_s >= 0)
    add_part (text, g_strdup_printf (_ ("%d s left"), (int) remaining_s + 1));
  if (n_failed > 0)
    add_part (text, g_strdup_printf (ngettext ("⚠ %u transfer failed", "⚠ %u transfers failed", n_failed), n_failed));
  if (text->len == 0 && self->transfers->len > 0)
    g_string_append (text, _ ("Transfers are done"));
  return g_string_free (text, text->len == 0);
}

/* --- the object --- */

static void
neg_transfers_finalize (GObject *object)
{
  NegTransfers *self = NEG_TRANSFERS (object);

  g_clear_object (&self->network);
  g_clear_object (&self->settings);
  g_ptr_array_unref (self->transfers);
  g_array_unref (self->dismissed);
  G_OBJECT_CLASS (neg_transfers_parent_class)->finalize (object);
}

static void
neg_transfers_class_init (NegTransfersClass *class)
{
  G_OBJECT_CLASS (class)->finalize = neg_transfers_finalize;
  signal_changed
      = g_signal_new ("changed", NEG_TYPE_TRANSFERS, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
neg_transfers_init (NegTransfers *self)
{
  self->transfers = g_ptr_array_new_with_free_func (g_object_unref);
  self->dismissed = g_array_new (FALSE, FALSE, sizeof (gint64));
}

NegTransfers *
neg_transfers_new (NegNetwork *network, GSettings *settings)
{
  NegTransfers *self = g_object_new (NEG_TYPE_TRANSFERS, NULL);

  self->network = g_object_ref (network);
  if (g_set_object (&self->settings, settings) && settings != NULL)
    load_dismissed (self);
  g_signal_connect_object (network, "job-changed", G_CALLBACK (job_changed_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (network, "changed", G_CALLBACK (network_changed_cb), self, G_CONNECT_SWAPPED);
  return self;
}
