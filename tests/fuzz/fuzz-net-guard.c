#include "neg-fuzz.h"

#include <string.h>

#include "engine/neg-net-guard.h"

static void
append_u32 (GByteArray *array, guint32 value)
{
  const guint8 bytes[] = { (guint8) (value >> 24), (guint8) (value >> 16), (guint8) (value >> 8), (guint8) value };

  g_byte_array_append (array, bytes, sizeof bytes);
}

static void
append_pdv (GByteArray *array, guint8 control, const void *bytes, guint length)
{
  const guint8 head[] = { 1, control };

  append_u32 (array, length + 2);
  g_byte_array_append (array, head, sizeof head);
  g_byte_array_append (array, bytes, length);
}

static void
append_pdu (GByteArray *array, guint8 type, const GByteArray *body)
{
  const guint8 head[] = { type, 0 };

  g_byte_array_append (array, head, sizeof head);
  append_u32 (array, body->len);
  g_byte_array_append (array, body->data, body->len);
}

/* A release, and a command in two PDVs with a data set behind it. */
GByteArray *
neg_fuzz_make_input (GRand *random)
{
  static const guint8 command[] = { 0, 0, 0, 1, 2, 0, 0, 0, 0x20, 0x80, 0, 0, 0, 8, 2, 0, 0, 0, 1, 0 };
  guint split = (guint) g_rand_int_range (random, 0, sizeof command + 1);
  GByteArray *input = g_byte_array_new ();
  g_autoptr (GByteArray) release = g_byte_array_new ();
  g_autoptr (GByteArray) data = g_byte_array_new ();

  append_u32 (release, 0);
  append_pdu (input, 5, release);
  append_pdv (data, 1, command, split);
  append_pdv (data, 3, command + split, sizeof command - split);
  append_pdv (data, 2, "data set", 8);
  append_pdu (input, 4, data);
  return input;
}

/* The verdict does not depend on how the stream is cut; nothing with a sequence in a command passes. */
int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  NegNetGuard whole;
  NegNetGuard pieces;
  gboolean passes;
  gboolean passes_too = TRUE;

  neg_net_guard_init (&whole);
  neg_net_guard_init (&pieces);
  passes = neg_net_guard_feed (&whole, data, size, NULL);
  for (size_t i = 0; i < size && passes_too; i++)
    passes_too = neg_net_guard_feed (&pieces, data + i, 1, NULL);
  if (passes != passes_too || (passes && memcmp (&whole, &pieces, sizeof whole) != 0))
    g_error ("a verdict that depends on the packets");
  return 0;
}
