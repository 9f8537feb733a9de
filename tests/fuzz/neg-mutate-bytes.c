#include "neg-mutate.h"

#include <string.h>

#define STRETCH_BYTES_MAX 64

static const guint32 telling_numbers[] = { 0, 1, 8, 0x7F, 0x80, 0xFF, 0x7FFF, 0x8000, 0xFFFE, 0xFFFF, 0x10000,
                                           0x7FFFFFFF, 0x80000000, 0xFFFFFFF7, 0xFFFFFFFE, 0xFFFFFFFF };

static gsize
pick_length (const GByteArray *bytes, GRand *random, gsize position)
{
  gsize length = g_rand_int_range (random, 1, STRETCH_BYTES_MAX + 1);

  return MIN (bytes->len - position, length);
}

static void
write_number (GByteArray *bytes, GRand *random, gsize position)
{
  guint32 number = telling_numbers[g_rand_int_range (random, 0, G_N_ELEMENTS (telling_numbers))];
  gsize length = g_rand_boolean (random) ? 2 : 4;

  number = g_rand_int_range (random, 0, 4) == 0 ? GUINT32_TO_BE (number) : GUINT32_TO_LE (number);
  memcpy (bytes->data + position, &number, MIN (length, bytes->len - position));
}

static void
repeat_stretch (GByteArray *bytes, GRand *random, gsize position)
{
  gsize length = pick_length (bytes, random, position);
  gsize times = g_rand_int_range (random, 1, g_rand_boolean (random) ? 3 : 300);
  g_autofree guint8 *stretch = g_memdup2 (bytes->data + position, length);
  g_autoptr (GByteArray) tail = g_byte_array_new ();

  g_byte_array_append (tail, bytes->data + position, bytes->len - position);
  g_byte_array_set_size (bytes, position);
  for (gsize i = 0; i < times; i++)
    g_byte_array_append (bytes, stretch, length);
  g_byte_array_append (bytes, tail->data, tail->len);
}

static void
copy_stretch (GByteArray *bytes, GRand *random, gsize position)
{
  gsize from = g_rand_int_range (random, 0, bytes->len);
  gsize length = pick_length (bytes, random, MAX (position, from));

  memmove (bytes->data + position, bytes->data + from, length);
}

static void
change_once (GByteArray *bytes, GRand *random, gsize position)
{
  switch (g_rand_int_range (random, 0, 16)) {
  case 0 ... 3:
    bytes->data[position] ^= 1u << g_rand_int_range (random, 0, 8);
    break;
  case 4 ... 6:
    bytes->data[position] = g_rand_int (random);
    break;
  case 7 ... 10:
    write_number (bytes, random, position);
    break;
  case 11:
    g_byte_array_remove_range (bytes, position, pick_length (bytes, random, position));
    break;
  case 12:
    repeat_stretch (bytes, random, position);
    break;
  case 13 ... 14:
    copy_stretch (bytes, random, position);
    break;
  default:
    g_byte_array_set_size (bytes, position);
  }
}

void
neg_mutate_bytes (GByteArray *bytes, GRand *random, gsize start, gsize length)
{
  gint n_changes = g_rand_int_range (random, 1, 5);

  for (gint i = 0; i < n_changes && start < bytes->len && length > 0; i++)
    change_once (bytes, random, start + g_rand_int_range (random, 0, MIN (length, bytes->len - start)));
}
