#include "config.h"

#include "engine/neg-net-guard.h"

#include <string.h>

#include "base/neg-error.h"

#define PDU_HEAD_BYTES 6
#define PDV_HEAD_BYTES 6
#define ELEMENT_HEAD_BYTES 8
#define TYPE_DATA 4
#define LENGTH_UNDEFINED 0xFFFFFFFFu

void
neg_net_guard_init (NegNetGuard *guard)
{
  *guard = (NegNetGuard) { 0 };
}

static guint32
read_big_u32 (const guint8 *bytes)
{
  return (guint32) bytes[0] << 24 | (guint32) bytes[1] << 16 | (guint32) bytes[2] << 8 | bytes[3];
}

static guint32
read_little_u32 (const guint8 *bytes)
{
  return (guint32) bytes[3] << 24 | (guint32) bytes[2] << 16 | (guint32) bytes[1] << 8 | bytes[0];
}

/* Fills @head up to @needed bytes; how many were taken. */
static gsize
collect (guint8 *head, guint *n_head, guint needed, const guint8 *bytes, gsize length)
{
  gsize n = MIN (needed - *n_head, length);

  memcpy (head + *n_head, bytes, n);
  *n_head += (guint) n;
  return n;
}

static gboolean
begin_pdu (NegNetGuard *guard, GError **error)
{
  guint8 type = guard->head[0];
  guint32 length = read_big_u32 (guard->head + 2);

  if (type < 1 || type > 7)
    return neg_fail (error, NEG_ERROR_PROTOCOL, NULL, "the peer does not speak DICOM: a PDU of type %u", type);
  if (length > NEG_NET_GUARD_PDU_BYTES_MAX)
    return neg_fail (error, NEG_ERROR_PROTOCOL, NULL, "the peer sent a PDU of %u bytes", length);
  guard->in_data = type == TYPE_DATA;
  guard->in_pdu = length > 0;
  guard->pdu_remaining = length;
  guard->n_head = 0;
  return TRUE;
}

static gboolean
end_command (NegNetGuard *guard, GError **error)
{
  if (guard->n_element != 0 || guard->value_remaining != 0)
    return neg_fail (error, NEG_ERROR_PROTOCOL, NULL, "the peer sent a command that ends in the middle");
  guard->command_bytes = 0;
  return TRUE;
}

/* The length of a PDV counts context and control byte (PS3.8 9.3.5.1, Annex E). */
static gboolean
begin_pdv (NegNetGuard *guard, GError **error)
{
  guint32 length = read_big_u32 (guard->head);

  if (length < 2 || length - 2 > guard->pdu_remaining)
    return neg_fail (error, NEG_ERROR_PROTOCOL, NULL, "the peer sent a PDV that does not fit its PDU");
  guard->is_command = (guard->head[5] & 1) != 0;
  guard->is_last = (guard->head[5] & 2) != 0;
  guard->pdv_remaining = length - 2;
  guard->in_pdv = TRUE;
  guard->n_head = 0;
  return TRUE;
}

/* Group 0000 (PS3.7 E.1); and what Orthanc sends with a C-GET that failed: Failed SOP Instance UID List, with its group
 * length, in the command instead of the data set. */
static gboolean
is_of_commands (const guint8 *tag)
{
  static const guint8 group_length[] = { 0x08, 0x00, 0x00, 0x00 }, failed_list[] = { 0x08, 0x00, 0x58, 0x00 };

  return (tag[0] == 0 && tag[1] == 0) || memcmp (tag, group_length, sizeof group_length) == 0
         || memcmp (tag, failed_list, sizeof failed_list) == 0;
}

static gboolean
begin_element (NegNetGuard *guard, GError **error)
{
  guint32 length = read_little_u32 (guard->element + 4);

  if (!is_of_commands (guard->element))
    return neg_fail (error, NEG_ERROR_PROTOCOL, NULL, "the peer sent a command with elements of other groups");
  if (length == LENGTH_UNDEFINED)
    return neg_fail (error, NEG_ERROR_NESTING, NULL, "the peer sent a command with a sequence in it");
  if (length > NEG_NET_GUARD_COMMAND_BYTES_MAX)
    return neg_fail (error, NEG_ERROR_PROTOCOL, NULL, "the peer sent a command that is too long");
  guard->value_remaining = length;
  guard->n_element = 0;
  return TRUE;
}

static gboolean
feed_command (NegNetGuard *guard, const guint8 *bytes, gsize length, GError **error)
{
  guard->command_bytes += (guint32) length;
  if (guard->command_bytes > NEG_NET_GUARD_COMMAND_BYTES_MAX)
    return neg_fail (error, NEG_ERROR_PROTOCOL, NULL, "the peer sent a command that is too long");
  while (length > 0) {
    gsize n = MIN (guard->value_remaining, length);

    guard->value_remaining -= (guint32) n;
    if (n == 0) {
      n = collect (guard->element, &guard->n_element, ELEMENT_HEAD_BYTES, bytes, length);
      if (guard->n_element == ELEMENT_HEAD_BYTES && !begin_element (guard, error))
        return FALSE;
    }
    bytes += n;
    length -= n;
  }
  return TRUE;
}

/* What is inside a PDV; its end also when it has nothing inside. */
static gboolean
feed_pdv (NegNetGuard *guard, const guint8 *bytes, gsize *length, GError **error)
{
  *length = MIN (guard->pdv_remaining, *length);
  guard->pdv_remaining -= (guint32) *length;
  guard->pdu_remaining -= (guint32) *length;
  if (guard->is_command && !feed_command (guard, bytes, *length, error))
    return FALSE;
  guard->in_pdv = guard->pdv_remaining > 0;
  guard->in_pdu = guard->in_pdv || guard->pdu_remaining > 0;
  if (!guard->in_pdv && guard->is_command && guard->is_last)
    return end_command (guard, error);
  return TRUE;
}

static gboolean
feed_pdv_head (NegNetGuard *guard, const guint8 *bytes, gsize *length, GError **error)
{
  gsize none = 0;

  *length = MIN (guard->pdu_remaining, *length);
  *length = collect (guard->head, &guard->n_head, PDV_HEAD_BYTES, bytes, *length);
  guard->pdu_remaining -= (guint32) *length;
  if (guard->n_head == PDV_HEAD_BYTES)
    return begin_pdv (guard, error) && (guard->pdv_remaining > 0 || feed_pdv (guard, bytes, &none, error));
  if (guard->pdu_remaining == 0)
    return neg_fail (error, NEG_ERROR_PROTOCOL, NULL, "the peer sent a PDU that ends in the middle of a PDV");
  return TRUE;
}

/* One step; *length is what it took. */
static gboolean
feed_some (NegNetGuard *guard, const guint8 *bytes, gsize *length, GError **error)
{
  if (!guard->in_pdu) {
    *length = collect (guard->head, &guard->n_head, PDU_HEAD_BYTES, bytes, *length);
    return guard->n_head < PDU_HEAD_BYTES || begin_pdu (guard, error);
  }
  if (guard->in_data)
    return guard->in_pdv ? feed_pdv (guard, bytes, length, error) : feed_pdv_head (guard, bytes, length, error);
  *length = MIN (guard->pdu_remaining, *length);
  guard->pdu_remaining -= (guint32) *length;
  guard->in_pdu = guard->pdu_remaining > 0;
  return TRUE;
}

gboolean
neg_net_guard_feed (NegNetGuard *guard, const guint8 *bytes, gsize length, GError **error)
{
  while (length > 0) {
    gsize n = length;

    if (!feed_some (guard, bytes, &n, error))
      return FALSE;
    bytes += n;
    length -= n;
  }
  return TRUE;
}
