#include "neg-fuzz.h"

#include "engine/neg-codestream.h"

#include <string.h>

static void
put (GByteArray *input, const char *bytes, gsize length)
{
  g_byte_array_append (input, (const guint8 *) bytes, length);
}
#define PUT(literal) put (input, literal, sizeof (literal) - 1)

static void
put_jpeg (GByteArray *input, guint8 frame_marker)
{
  const guint8 frame[] = { 0xFF, frame_marker, 0, 17, 8, 0, 4, 0, 4, 3, 'R', 0x21, 0, 'G', 0x11, 0, 'B', 0x11, 0 };

  PUT ("\xFF\xD8\xFF\xEE\x00\x0E" "Adobe\x00\x64\x00\x00\x00\x00\x01");
  g_byte_array_append (input, frame, sizeof frame);
  PUT ("\xFF\xDA\x00\x0C\x03\x01\x00\x02\x00\x03\x00\x00\x01\x00\x12\x34\xFF\xD9");
}

/* Two tiles, each one part. */
static void
put_j2k (GByteArray *input)
{
  PUT ("\xFF\x4F\xFF\x51\x00\x29\x40\x00\x00\x00\x00\x08\x00\x00\x00\x04\x00\x00\x00\x00\x00\x00\x00\x00"
       "\x00\x00\x00\x04\x00\x00\x00\x04\x00\x00\x00\x00\x00\x00\x00\x00\x00\x01\x07\x01\x01");
  PUT ("\xFF\x50\x00\x08\x00\x02\x00\x00\x00\x00\xFF\x52\x00\x0C\x00\x02\x00\x01\x01\x00\x04\x04\x00\x01");
  for (guint8 tile = 0; tile < 2; tile++) {
    const guint8 part[] = { 0xFF, 0x90, 0, 10, 0, tile, 0, 0, 0, 16, 0, 1, 0xFF, 0x93, 1, 2 };

    g_byte_array_append (input, part, sizeof part);
  }
  PUT ("\xFF\xD9");
}

GByteArray *
neg_fuzz_make_input (GRand *random)
{
  GByteArray *input = g_byte_array_new ();
  NegCodestream stream;

  switch (g_rand_int_range (random, 0, 4)) {
  case 0:
    put_jpeg (input, 0xC0);
    break;
  case 1:
    put_jpeg (input, 0xF7);
    break;
  case 2:
    put_j2k (input);
    break;
  default:
    PUT ("\x00\x00\x00\x0C" "jP  \x0D\x0A\x87\x0A\x00\x00\x00\x17" "jp2h\x00\x00\x00\x0F" "colr\x01\x00\x00\x00\x00\x00\x12"
         "\x00\x00\x00\x00" "jp2c");
    put_j2k (input);
    break;
  }
  /* One that does not go deep would make the mutations worthless. */
  g_assert_true (neg_codestream_read (input->data, input->len, &stream, NULL));
  return input;
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  NegCodestream stream;

  if (neg_codestream_read (data, size, &stream, NULL)) {
    g_assert_cmpuint (stream.offset, <=, size);
    g_assert_cmpuint (stream.length, <=, size - stream.offset);
  }
  return 0;
}
