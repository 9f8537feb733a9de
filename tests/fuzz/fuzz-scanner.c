#include "neg-fuzz.h"

#include "build-object.h"
#include "exercise-object.h"

static const char *const syntaxes[] = { SYNTAX_IMPLICIT, SYNTAX_EXPLICIT, SYNTAX_BIG, SYNTAX_RLE, SYNTAX_JPEG };

static void
add_sequence (Object *object, gboolean defined)
{
  object_add_header (object, 0x00081140, "SQ", defined ? 28 : UNDEFINED);
  object_add_header (object, 0xFFFEE000, "", defined ? 20 : UNDEFINED);
  object_add_header (object, 0x00081150, "SQ", defined ? 8 : UNDEFINED);
  object_add_header (object, 0xFFFEE000, "", defined ? 0 : UNDEFINED);
  for (guint i = 0; i < 2 && !defined; i++) {
    object_add_header (object, 0xFFFEE00D, "", 0);
    object_add_header (object, 0xFFFEE0DD, "", 0);
  }
}

static void
add_fragments (Object *object)
{
  static const guint32 offsets[] = { 0, 74 };
  static const guint8 fragment[66] = { 1, 0, 0, 0, 64, 0, 0, 0, [64] = 0xF1, 9 };

  object_begin_fragments (object, offsets, G_N_ELEMENTS (offsets));
  object_add_fragment (object, fragment, sizeof fragment);
  object_add_fragment (object, fragment, sizeof fragment);
  object_end_fragments (object);
}

GByteArray *
neg_fuzz_make_input (GRand *random)
{
  guint which = g_rand_int_range (random, 0, 8);
  g_autoptr (Object) object = which < G_N_ELEMENTS (syntaxes) ? object_new (syntaxes[which])
                                                              : object_new_bare (which == 5, which == 6);

  object_add_image (object, 4, 4, 8);
  object_add_text (object, 0x00280008, "IS", "2");
  add_sequence (object, g_rand_boolean (random));
  if (which == 3 || which == 4)
    add_fragments (object);
  else
    object_add_zeros (object, 0x7FE00010, "OW", 32);
  return g_byte_array_ref (object->bytes);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autofree char *reason = NULL;

  exercise_object (data, size, &reason);
  return 0;
}
