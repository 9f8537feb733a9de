/* Which fragments belong to which frame: offset tables that are right and wrong, and what is done without. */
#include "base/neg-error.h"
#include "engine/neg-scanner.h"

#include "build-object.h"

#include <string.h>

#define SOI "\xFF\xD8\xFF\xC3"

typedef struct {
  NegSource source;
  NegLayout layout;
  GArray *stretches;
} Fixture;

static void
set_up (Fixture *fixture, const Object *object)
{
  g_autoptr (GError) error = NULL;

  neg_source_init_memory (&fixture->source, object->bytes->data, object->bytes->len);
  g_assert_true (neg_scan (&fixture->source, &fixture->layout, &error));
  g_assert_no_error (error);
  fixture->stretches = g_array_new (FALSE, FALSE, sizeof (NegStretch));
}

static void
tear_down (Fixture *fixture)
{
  neg_layout_clear (&fixture->layout);
  g_array_unref (fixture->stretches);
}

/* @expected: the frame's fragments put together; NULL: refused with @code. */
static void
assert_frame (Fixture *fixture, guint32 frame, const char *expected, int code)
{
  g_autoptr (GString) bytes = g_string_new (NULL);
  g_autoptr (GError) error = NULL;

  if (!neg_layout_get_frame (&fixture->layout, &fixture->source, frame, fixture->stretches, &error)) {
    g_assert_null (expected);
    g_assert_error (error, NEG_ERROR, code);
    return;
  }
  for (guint i = 0; i < fixture->stretches->len; i++) {
    NegStretch stretch = g_array_index (fixture->stretches, NegStretch, i);

    g_string_append_len (bytes, (const char *) fixture->source.memory + stretch.offset, stretch.length);
  }
  g_assert_cmpstr (bytes->str, ==, expected);
}

static Object *
begin (const char *frames, const guint32 *offsets, guint n_offsets, gboolean extended)
{
  Object *object = object_new (SYNTAX_JPEG);

  object_add_text (object, 0x00280008, "IS", frames);
  object_add_image (object, 4, 4, 8);
  if (extended) {
    guint64 values[4] = { 0 };

    for (guint i = 0; i < n_offsets; i++)
      values[i] = GUINT64_TO_LE (offsets[i]);
    object_add (object, 0x7FE00001, "OV", values, 8 * n_offsets);
    n_offsets = 0;
  }
  object_begin_fragments (object, offsets, n_offsets);
  return object;
}

/* Three fragments for two frames: "abcd" + "ef", and "gh". */
static Object *
make_uneven (const guint32 *offsets, guint n_offsets, gboolean extended)
{
  Object *object = begin ("2", offsets, n_offsets, extended);

  object_add_fragment (object, "abcd", 4);
  object_add_fragment (object, "ef", 2);
  object_add_fragment (object, "gh", 2);
  object_end_fragments (object);
  return object;
}

static void
test_tables (void)
{
  static const struct {
    guint32 offsets[3];
    guint n_offsets;
    gboolean right;
  } cases[] = {
    { { 0, 22 }, 2, TRUE },     { { 0, 21 }, 2, FALSE }, { { 0, 32 }, 2, FALSE }, { { 22, 0 }, 2, FALSE },
    { { 0, 0 }, 2, FALSE },     { { 8, 22 }, 2, FALSE }, { { 0 }, 1, FALSE },     { { 0, 12, 22 }, 3, FALSE },
    { { 0, G_MAXUINT32 }, 2, FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    for (guint extended = 0; extended < 2; extended++) {
      g_autoptr (Object) object = make_uneven (cases[i].offsets, cases[i].n_offsets, extended);
      Fixture fixture = { 0 };

      set_up (&fixture, object);
      assert_frame (&fixture, 0, cases[i].right ? "abcdef" : NULL, NEG_ERROR_INCONSISTENT);
      assert_frame (&fixture, 1, cases[i].right ? "gh" : NULL, NEG_ERROR_INCONSISTENT);
      assert_frame (&fixture, 2, NULL, NEG_ERROR_NOT_FOUND);
      assert_frame (&fixture, G_MAXUINT32, NULL, NEG_ERROR_NOT_FOUND);
      tear_down (&fixture);
    }
}

/* A wrong table gives way to what the fragments themselves say. */
static void
test_fallbacks (void)
{
  static const guint32 wrong[] = { 0, 4 };
  g_autoptr (Object) one_each = begin ("2", wrong, 2, FALSE);
  g_autoptr (Object) single = begin ("1", wrong, 2, FALSE);
  g_autoptr (Object) starts = begin ("2", wrong, 2, FALSE);
  Fixture fixture = { 0 };

  object_add_fragment (one_each, "abcd", 4);
  object_add_fragment (one_each, "ef", 2);
  object_end_fragments (one_each);
  set_up (&fixture, one_each);
  assert_frame (&fixture, 0, "abcd", 0);
  assert_frame (&fixture, 1, "ef", 0);
  tear_down (&fixture);

  object_add_fragment (single, "abcd", 4);
  object_add_fragment (single, "ef", 2);
  object_end_fragments (single);
  set_up (&fixture, single);
  assert_frame (&fixture, 0, "abcdef", 0);
  tear_down (&fixture);

  object_add_fragment (starts, SOI "ab", 6);
  object_add_fragment (starts, "cd", 2);
  object_add_fragment (starts, SOI "ef", 6);
  object_add_fragment (starts, "gh", 2);
  object_end_fragments (starts);
  set_up (&fixture, starts);
  assert_frame (&fixture, 0, SOI "abcd", 0);
  assert_frame (&fixture, 1, SOI "efgh", 0);
  tear_down (&fixture);
}

/* Of an object that is cut, the frames before the cut are right and the others say why not. */
static void
test_cut (void)
{
  static const guint32 offsets[] = { 0, 14, 28 };

  for (guint with_table = 0; with_table < 2; with_table++) {
    g_autoptr (Object) object = begin ("3", offsets, with_table ? 3 : 0, FALSE);
    Fixture fixture = { 0 };

    object_add_fragment (object, SOI "ab", 6);
    object_add_fragment (object, SOI "cd", 6);
    set_up (&fixture, object);
    g_assert_true (fixture.layout.fragments_cut);
    assert_frame (&fixture, 0, SOI "ab", 0);
    assert_frame (&fixture, 1, SOI "cd", 0);
    assert_frame (&fixture, 2, NULL, NEG_ERROR_TRUNCATED);
    tear_down (&fixture);
  }
}

/* The length of the sequence of fragments is written where it should be undefined. */
static void
test_defined_length (void)
{
  g_autoptr (Object) object = object_new (SYNTAX_JPEG);
  Fixture fixture = { 0 };

  object_add_image (object, 4, 4, 8);
  object_add_header (object, 0x7FE00010, "OB", 20);
  object_add_fragment (object, "", 0);
  object_add_fragment (object, "abcd", 4);
  set_up (&fixture, object);
  g_assert_true (fixture.layout.encapsulated && !fixture.layout.fragments_cut);
  assert_frame (&fixture, 0, "abcd", 0);
  tear_down (&fixture);
}

static void
test_native (void)
{
  g_autoptr (Object) object = object_new (SYNTAX_EXPLICIT);
  Fixture fixture = { 0 };

  object_add_image (object, 4, 4, 8);
  object_add_zeros (object, 0x7FE00010, "OB", 16);
  set_up (&fixture, object);
  assert_frame (&fixture, 0, NULL, NEG_ERROR_INCONSISTENT);
  tear_down (&fixture);
}

/* A codec that had to be recognised, as no transfer syntax names it. */
static void
test_recognised (void)
{
  static const struct {
    const char *start;
    NegCodec codec;
  } cases[] = {
    { "\xFF\xD8\xFF\xE0", NEG_CODEC_JPEG },
    { "\xFF\xD8\xFF\xF7", NEG_CODEC_JPEG_LS },
    { "\xFF\x4F\xFF\x51", NEG_CODEC_JPEG_2000 },
    { "\x01\0\0\0\x40\0\0\0", NEG_CODEC_RLE },
    { "what", NEG_CODEC_UNKNOWN },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (Object) object = object_new_bare (FALSE, FALSE);
    guint8 fragment[64] = { 0 };
    Fixture fixture = { 0 };

    memcpy (fragment, cases[i].start, cases[i].codec == NEG_CODEC_RLE ? 8 : 4);
    object_add_image (object, 4, 4, 8);
    object_begin_fragments (object, NULL, 0);
    object_add_fragment (object, fragment, sizeof fragment);
    object_end_fragments (object);
    set_up (&fixture, object);
    g_assert_cmpint (fixture.layout.codec, ==, cases[i].codec);
    g_assert_cmpstr (fixture.layout.transfer_syntax_uid, ==, "");
    tear_down (&fixture);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/layout/tables", test_tables);
  g_test_add_func ("/layout/fallbacks", test_fallbacks);
  g_test_add_func ("/layout/cut", test_cut);
  g_test_add_func ("/layout/defined-length", test_defined_length);
  g_test_add_func ("/layout/native", test_native);
  g_test_add_func ("/layout/recognised", test_recognised);
  return g_test_run ();
}
