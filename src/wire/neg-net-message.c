#include "config.h"

#include "wire/neg-net-message.h"

#include <unistd.h>

#include "base/neg-error.h"
#include "wire/neg-message-private.h"

#define STATUS_MAX 0xffff

typedef struct {
  guint16 type;
  guint fds_max;
  const char *form;
} Form;

static const Form forms[] = {
  { NEG_MESSAGE_CANCEL, 0, "()" },
  { NEG_NET_BEGIN, 1, "a{sv}" },
  { NEG_NET_KEYS, 0, "(uuba(ss))" },
  { NEG_NET_SEND, 1, "(usssts)" },
  { NEG_NET_FILES, NEG_NET_FILES_MAX, "(u)" },
  { NEG_NET_STATUS, 0, "(uus)" },
  { NEG_NET_MOVE, 0, "(ssa(ss))" },
  { NEG_NET_ACTION, 0, "(sa(ss))" },
  { NEG_NET_VERDICT, 0, "(uu)" },
  { NEG_NET_SOCKET, 1, "(s)" },
  { NEG_NET_FINISH, 0, "()" },
  { NEG_NET_TELL_STEP, 0, "(bsa(ss))" },
  { NEG_NET_REPORT, 0, "(sa(ss)a(ssu))" },
  { NEG_NET_OPENED, 0, "a{sv}" },
  { NEG_NET_ROWS, 0, "(uaa(ss))" },
  { NEG_NET_DONE, 0, "(uuas)" },
  { NEG_NET_COUNTS, 0, "(uuuu)" },
  { NEG_NET_FAILED, 0, "as" },
  { NEG_NET_PROGRESS, 0, "(t)" },
  { NEG_NET_RECEIVED, 0, "(uta{sv})" },
  { NEG_NET_EVENT, 0, "(sa(ss)a(ssu))" },
  { NEG_NET_CONNECT, 0, "()" },
  { NEG_NET_END, 0, "(uss)" },
  { NEG_NET_STEP, 0, "(bsa(ss))" },
  { NEG_NET_ASKED, 0, "(ssa(ss))" },
};

static const Form *
find_form (guint16 type)
{
  for (guint i = 0; i < G_N_ELEMENTS (forms); i++)
    if (forms[i].type == type)
      return &forms[i];
  return NULL;
}

const GVariantType *
neg_net_message_get_type (guint16 type)
{
  const Form *form = find_form (type);

  return form ? G_VARIANT_TYPE (form->form) : NULL;
}

/* Where a socket or a file is announced, it is there; nowhere else is one. */
static gboolean
fds_are_right (const Form *form, GVariant *body, guint n_fds)
{
  guint32 n = 0;

  if (n_fds > form->fds_max)
    return FALSE;
  if (form->type == NEG_NET_BEGIN)
    return n_fds == 1;
  if (form->type != NEG_NET_FILES)
    return TRUE;
  g_variant_get (body, "(u)", &n);
  return n == n_fds;
}

static guint32
get_number (GVariant *body, gsize index)
{
  g_autoptr (GVariant) child = g_variant_get_child_value (body, index);

  return g_variant_get_uint32 (child);
}

static gsize
get_length (GVariant *body, gsize index)
{
  g_autoptr (GVariant) child = g_variant_get_child_value (body, index);

  return g_variant_n_children (child);
}

/* What a type does not say. */
static gboolean
ranges_are_right (guint16 type, GVariant *body)
{
  switch (type) {
  case NEG_NET_STATUS:
  case NEG_NET_DONE:
    return get_number (body, 1) <= STATUS_MAX;
  case NEG_NET_ROWS:
    return get_length (body, 1) <= NEG_NET_ROWS_MAX;
  case NEG_NET_VERDICT:
    return get_number (body, 0) <= G_MAXUINT8 && get_number (body, 1) <= G_MAXUINT8;
  case NEG_NET_END:
    return get_number (body, 0) <= NEG_ERROR_N_CODES;
  default:
    return TRUE;
  }
}

static gboolean
check (const Form *form, GVariant *body, guint n_fds, GError **error)
{
  if (!g_variant_is_of_type (body, G_VARIANT_TYPE (form->form)) || !ranges_are_right (form->type, body))
    return neg_fail (error, NEG_ERROR_PROTOCOL, NULL, "a message of type %u that is none", form->type);
  if (!fds_are_right (form, body, n_fds))
    return neg_fail (error, NEG_ERROR_PROTOCOL, NULL, "a message of type %u with %u descriptors", form->type, n_fds);
  return TRUE;
}

static GVariant *
to_little_endian (GVariant *body)
{
  return G_BYTE_ORDER == G_LITTLE_ENDIAN ? g_variant_ref (body) : g_variant_byteswap (body);
}

gboolean
neg_net_message_send (int socket, NegNetMessageType type, GVariant *body, const int *fds, guint n_fds, GError **error)
{
  g_autoptr (GVariant) given = g_variant_ref_sink (body);
  g_autoptr (GVariant) normal = g_variant_get_normal_form (given);
  g_autoptr (GVariant) sent = to_little_endian (normal);
  const Form *form = find_form (type);
  NegMessageHeader header = { .type = type, .n_fds = n_fds };

  if (form == NULL)
    return neg_fail (error, NEG_ERROR_PROTOCOL, NULL, "a message of unknown type %u", type);
  if (!check (form, normal, n_fds, error))
    return FALSE;
  if (g_variant_get_size (sent) > NEG_NET_BODY_MAX)
    return neg_fail (error, NEG_ERROR_SIZE_OVERFLOW, NULL, "a message of %" G_GSIZE_FORMAT " bytes",
                     g_variant_get_size (sent));
  /* CANCEL has no body in either vocabulary. */
  if ((guint) type != NEG_MESSAGE_CANCEL)
    header.body_length = g_variant_get_size (sent);
  return neg_message_send (socket, &header, g_variant_get_data (sent), fds, error);
}

/* The bytes are copied: those of a GByteArray may move, and a small body would keep a large one's room. */
static GVariant *
read_body (const Form *form, const GByteArray *bytes, GError **error)
{
  g_autoptr (GBytes) copy = NULL;
  g_autoptr (GVariant) received = NULL;

  if (form->type == NEG_MESSAGE_CANCEL && bytes->len == 0)
    return g_variant_ref_sink (g_variant_new_tuple (NULL, 0));
  copy = g_bytes_new (bytes->data, bytes->len);
  received = g_variant_ref_sink (g_variant_new_from_bytes (G_VARIANT_TYPE (form->form), copy, FALSE));
  if (form->type != NEG_MESSAGE_CANCEL && g_variant_is_normal_form (received))
    return to_little_endian (received);
  neg_fail (error, NEG_ERROR_PROTOCOL, NULL, "a message of type %u that is none", form->type);
  return NULL;
}

static GVariant *
read_message (const NegMessageHeader *header, const GByteArray *bytes, GError **error)
{
  const Form *form = find_form (header->type);
  g_autoptr (GVariant) body = NULL;

  if (form == NULL) {
    neg_fail (error, NEG_ERROR_PROTOCOL, NULL, "a message of type %u, which is not the network's", header->type);
    return NULL;
  }
  body = read_body (form, bytes, error);
  if (body == NULL || !check (form, body, header->n_fds, error))
    return NULL;
  return g_steal_pointer (&body);
}

static void
close_all (GArray *fds)
{
  for (guint i = 0; i < fds->len; i++)
    close (g_array_index (fds, int, i));
  g_array_set_size (fds, 0);
}

GVariant *
neg_net_message_receive (int socket, guint16 *type, GArray *fds, GError **error)
{
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  NegMessageHeader header;
  GVariant *body = NULL;

  if (_neg_message_receive_within (socket, NEG_NET_BODY_MAX, &header, bytes, fds, error))
    body = read_message (&header, bytes, error);
  if (body == NULL)
    close_all (fds);
  else
    *type = header.type;
  return body;
}
