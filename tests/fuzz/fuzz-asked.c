#include "neg-fuzz.h"

#include <string.h>

#include "engine/exercise-asked.h"
#include "engine/neg-net-part10.h"

#define INPUT_BYTES_MAX 65536

static const char *const syntaxes[] = { "1.2.840.10008.1.2", "1.2.840.10008.1.2.1", "1.2.840.10008.1.2.2", "1.2.840.10008.1.2.1.99" };

/* --- implicit VR, little endian --- */

static void
add_length (GByteArray *out, guint32 length)
{
  const guint8 bytes[] = { (guint8) length, (guint8) (length >> 8), (guint8) (length >> 16), (guint8) (length >> 24) };

  g_byte_array_append (out, bytes, sizeof bytes);
}

static void
add_element (GByteArray *out, guint32 tag, const void *value, guint32 length)
{
  const guint8 bytes[] = { (guint8) (tag >> 16), (guint8) (tag >> 24), (guint8) tag, (guint8) (tag >> 8) };

  g_byte_array_append (out, bytes, sizeof bytes);
  add_length (out, length);
  g_byte_array_append (out, value, length);
}

static void
add_text (GByteArray *out, guint32 tag, const char *text)
{
  const gsize length = strlen (text);

  add_element (out, tag, text, (guint32) (length + length % 2)); /* odd ones with their zero */
}

/* @depth items within each other below each of @n. */
static void
add_references (GByteArray *out, guint32 tag, guint n, guint depth)
{
  g_autoptr (GByteArray) items = g_byte_array_new ();

  for (guint i = 0; i < n; i++) {
    g_autoptr (GByteArray) item = g_byte_array_new ();

    if (depth > 0)
      add_references (item, 0x00081115, 1, depth - 1);
    add_text (item, 0x00081150, "1.2.840.10008.5.1.4.1.1.2");
    add_text (item, 0x00081155, i % 3 == 0 ? "1.2.3.4.11" : "1.2.3.4.5");
    add_element (item, 0x00081197, "\x12\x01", 2);
    add_element (items, 0xfffee000, item->data, item->len);
  }
  add_element (out, tag, items->data, items->len);
}

GByteArray *
neg_fuzz_make_input (GRand *random)
{
  GByteArray *input = g_byte_array_new ();
  const guint8 syntax = g_rand_int_range (random, 0, 8) == 0 ? (guint8) g_rand_int_range (random, 1, G_N_ELEMENTS (syntaxes)) : 0;
  const guint depth = (guint) g_rand_int_range (random, 0, 6);

  g_byte_array_append (input, &syntax, 1);
  add_text (input, 0x00080005, "ISO_IR 100");
  add_references (input, 0x00081111, 1, 0);
  add_text (input, 0x00081195, "1.2.3.99");
  add_references (input, 0x00081198, (guint) g_rand_int_range (random, 0, 3), 0);
  add_references (input, 0x00081199, (guint) g_rand_int_range (random, 0, 9), depth);
  add_text (input, 0x00100010, "TEST^M\xfcLLER");
  add_text (input, 0x00400252, "IN PROGRESS");
  add_references (input, 0x00400270, 1, depth);
  add_references (input, 0x00400340, 2, depth);
  return input;
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (GByteArray) bytes = NULL;

  if (size == 0 || size > INPUT_BYTES_MAX)
    return 0;
  bytes = neg_net_part10_new ("1.2.840.10008.1.1", "1.2.840.10008.1.1", syntaxes[data[0] % G_N_ELEMENTS (syntaxes)], NULL, NULL);
  g_byte_array_append (bytes, data + 1, (guint) (size - 1));
  exercise_asked (bytes->data, bytes->len);
  return 0;
}
