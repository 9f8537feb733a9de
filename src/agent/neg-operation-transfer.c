#include "config.h"

#include "agent/neg-operation-private.h"
#include "base/neg-fault.h"

void
_neg_job_object_free (NegJobObject *object)
{
  g_free (object->sop_uid);
  g_free (object->message);
  g_free (object);
}

void
neg_transfer_init (NegTransfer *transfer)
{
  *transfer = (NegTransfer) { .objects = g_ptr_array_new_with_free_func ((GDestroyNotify) _neg_job_object_free) };
}

void
neg_transfer_clear (NegTransfer *transfer)
{
  g_clear_pointer (&transfer->objects, g_ptr_array_unref);
}

void
_neg_transfer_add (NegTransfer *transfer, const char *sop_uid, gboolean failed, guint status, const char *message)
{
  NegJobObject *object = g_new0 (NegJobObject, 1);

  object->sop_uid = g_strdup (sop_uid);
  object->failed = failed;
  object->status = status;
  object->message = g_strdup (message != NULL ? message : "");
  g_ptr_array_add (transfer->objects, object);
  neg_fault_point ("object-answered");
}

void
_neg_transfer_add_missing (NegTransfer *transfer, GPtrArray *listing)
{
  g_autoptr (GHashTable) known = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; i < transfer->objects->len; i++)
    g_hash_table_add (known, ((NegJobObject *) g_ptr_array_index (transfer->objects, i))->sop_uid);
  for (guint i = 0; i < listing->len; i++) {
    const NegListed *listed = g_ptr_array_index (listing, i);

    if (!listed->is_here && !g_hash_table_contains (known, listed->sop_instance_uid))
      _neg_transfer_add (transfer, listed->sop_instance_uid, TRUE, 0, "not sent by the peer");
  }
}

void
neg_outgoing_object_free (NegOutgoingObject *object)
{
  if (object == NULL)
    return;
  g_free (object->path);
  g_free (object->sop_class_uid);
  g_free (object->sop_instance_uid);
  g_free (object->transfer_syntax_uid);
  g_free (object);
}
