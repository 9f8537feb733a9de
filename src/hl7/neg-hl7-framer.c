#include "config.h"

#include "hl7/neg-hl7-framer.h"

#include <string.h>

#include "base/neg-error.h"

#define CR '\r'
#define FIRST_ROOM_BYTES 4096
#define NAME_BYTES 3
#define BOM "\xEF\xBB\xBF"

typedef enum {
  OUTSIDE,
  OUTSIDE_END, /* 1C between frames: the second end of a doubled frame */
  INSIDE,
  INSIDE_END, /* 1C in a frame: the end, if CR follows */
} State;

struct _NegHl7Framer {
  gsize bytes_max;
  guint64 position; /* of the connection */
  State state;
  guint8 *bytes;
  gsize length;
  gsize room;
  GError *error; /* the first one: nothing is read after it */
};

NegHl7Framer *
neg_hl7_framer_new (gsize bytes_max)
{
  NegHl7Framer *framer = g_new0 (NegHl7Framer, 1);

  framer->bytes_max = bytes_max;
  return framer;
}

void
neg_hl7_framer_free (NegHl7Framer *framer)
{
  if (framer == NULL)
    return;
  g_free (framer->bytes);
  g_clear_error (&framer->error);
  g_free (framer);
}

static gboolean
fail (NegHl7Framer *framer, NegErrorCode code, const char *message)
{
  g_autofree char *where = g_strdup_printf ("byte %" G_GUINT64_FORMAT, framer->position + 1);

  return neg_fail (&framer->error, code, where, "%s", message);
}

static gboolean
make_room (NegHl7Framer *framer, gsize needed)
{
  gsize room = MAX (framer->room, FIRST_ROOM_BYTES);
  guint8 *bytes;

  if (needed <= framer->room)
    return TRUE;
  while (room < needed)
    room = room <= G_MAXSIZE / 2 ? room * 2 : needed;
  bytes = g_try_realloc (framer->bytes, room);
  if (bytes == NULL)
    return fail (framer, NEG_ERROR_MEMORY, "no memory for a message");
  framer->bytes = bytes;
  framer->room = room;
  return TRUE;
}

static gboolean
append (NegHl7Framer *framer, const guint8 *data, gsize length)
{
  if (length == 0)
    return TRUE;
  if (length > framer->bytes_max - framer->length)
    return fail (framer, NEG_ERROR_SIZE_OVERFLOW, "a message longer than the limit");
  if (!make_room (framer, framer->length + length))
    return FALSE;
  memcpy (framer->bytes + framer->length, data, length);
  framer->length += length;
  return TRUE;
}

/* A start byte and a header behind it. */
static gboolean
begins_frame (const guint8 *data, gsize length)
{
  static const char names[][NAME_BYTES + 1] = { "MSH", "BHS", "FHS" };

  data++;
  length--;
  if (length >= strlen (BOM) && memcmp (data, BOM, strlen (BOM)) == 0) {
    data += strlen (BOM);
    length -= strlen (BOM);
  }
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    if (length >= NAME_BYTES && memcmp (data, names[i], NAME_BYTES) == 0)
      return TRUE;
  return FALSE;
}

static gboolean
check_nested (NegHl7Framer *framer)
{
  const guint8 *end, *p;

  if (framer->length == 0)
    return TRUE;
  end = framer->bytes + framer->length;
  p = memchr (framer->bytes, NEG_HL7_FRAME_START, framer->length);
  while (p != NULL) {
    if (begins_frame (p, end - p))
      return fail (framer, NEG_ERROR_PROTOCOL, "a message begins before the one before it ended");
    p++;
    p = p < end ? memchr (p, NEG_HL7_FRAME_START, end - p) : NULL;
  }
  return TRUE;
}

static gboolean
finish (NegHl7Framer *framer, GBytes **message)
{
  if (!check_nested (framer))
    return FALSE;
  *message = g_bytes_new_take (g_steal_pointer (&framer->bytes), framer->length);
  framer->length = framer->room = 0;
  framer->state = OUTSIDE;
  return TRUE;
}

static gboolean
take_outside (NegHl7Framer *framer, guint8 byte)
{
  if (byte == NEG_HL7_FRAME_START) {
    framer->state = INSIDE;
  } else if (byte == NEG_HL7_FRAME_END) {
    framer->state = OUTSIDE_END;
  } else if (byte != CR && byte != '\n' && byte != '\0') {
    return fail (framer, NEG_ERROR_PROTOCOL, "no start of a message");
  } else {
    framer->state = OUTSIDE;
  }
  return TRUE;
}

/* Returns how many bytes it took. */
static gsize
take_inside (NegHl7Framer *framer, const guint8 *data, gsize length)
{
  const guint8 *end;

  if (framer->length == 0 && data[0] == NEG_HL7_FRAME_START)
    return 1;
  end = memchr (data, NEG_HL7_FRAME_END, length);
  length = end != NULL ? (gsize) (end - data) : length;
  append (framer, data, length);
  if (end != NULL)
    framer->state = INSIDE_END;
  return length + (end != NULL ? 1 : 0);
}

/* Behind a 1C: the end, or that byte was data. Returns how many bytes it took. */
static gsize
take_end (NegHl7Framer *framer, guint8 byte, GBytes **message)
{
  static const guint8 end = NEG_HL7_FRAME_END;

  if (byte == CR || byte == NEG_HL7_FRAME_START) {
    finish (framer, message);
    return byte == CR ? 1 : 0;
  }
  framer->state = INSIDE;
  append (framer, &end, 1);
  return 0;
}

gboolean
neg_hl7_framer_feed (NegHl7Framer *framer, const guint8 **data, gsize *length, GBytes **message, GError **error)
{
  *message = NULL;
  while (*length > 0 && *message == NULL && framer->error == NULL) {
    gsize n = 1;

    if (framer->state == INSIDE)
      n = take_inside (framer, *data, *length);
    else if (framer->state == INSIDE_END)
      n = take_end (framer, **data, message);
    else
      take_outside (framer, **data);
    framer->position += n;
    *data += n;
    *length -= n;
  }
  if (framer->error == NULL)
    return TRUE;
  g_propagate_error (error, g_error_copy (framer->error));
  return FALSE;
}

gboolean
neg_hl7_framer_is_waiting (const NegHl7Framer *framer)
{
  return framer->state == INSIDE_END && framer->error == NULL;
}

gboolean
neg_hl7_framer_flush (NegHl7Framer *framer, GBytes **message, GError **error)
{
  *message = NULL;
  if (neg_hl7_framer_is_waiting (framer))
    finish (framer, message);
  if (framer->error == NULL)
    return TRUE;
  g_propagate_error (error, g_error_copy (framer->error));
  return FALSE;
}

const guint8 *
neg_hl7_framer_get_partial (const NegHl7Framer *framer, gsize *length)
{
  *length = framer->length;
  return framer->bytes;
}

GBytes *
neg_hl7_frame (GBytes *message, GError **error)
{
  gsize length;
  const guint8 *data = g_bytes_get_data (message, &length);
  guint8 *frame;

  if (length > 0
      && (memchr (data, NEG_HL7_FRAME_END, length) != NULL || memchr (data, NEG_HL7_FRAME_START, length) != NULL)) {
    neg_fail (error, NEG_ERROR_INCONSISTENT, NULL, "a message with a byte that frames messages");
    return NULL;
  }
  frame = length < G_MAXSIZE - 3 ? g_try_malloc (length + 3) : NULL;
  if (frame == NULL) {
    neg_fail (error, NEG_ERROR_MEMORY, NULL, "no memory for a message");
    return NULL;
  }
  frame[0] = NEG_HL7_FRAME_START;
  if (length > 0)
    memcpy (frame + 1, data, length);
  frame[length + 1] = NEG_HL7_FRAME_END;
  frame[length + 2] = CR;
  return g_bytes_new_take (frame, length + 3);
}
