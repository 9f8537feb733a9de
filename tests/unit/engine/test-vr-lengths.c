/* DCMTK reads after us what we have walked: both must find the same lengths and kinds of elements behind whatever VR somebody wrote. */
#include "config.h"

#include "engine/exercise-vr.h"
#include "engine/neg-element.h"

static gboolean
read_element (const char *vr, NegElement *element, GError **error)
{
  const guint8 bytes[] = { 0x09, 0x00, 0x01, 0x10, vr[0], vr[1], 0, 0, 0, 0, 0, 0 };
  NegSource source;

  neg_source_init_memory (&source, bytes, sizeof bytes);
  return neg_element_read (&source, 0, sizeof bytes, (NegEncoding){ FALSE, FALSE }, element, error);
}

static void
test_all (void)
{
  guint n_refused = 0;

  for (guint i = 0; i < 0x10000; i++) {
    const char vr[] = { (char) (i >> 8), (char) i, '\0' };
    g_autoptr (GError) error = NULL;
    gboolean is_long;
    NegElement element;

    if (exercise_vr (vr, &is_long)) {
      g_assert_true (read_element (vr, &element, &error));
      g_assert_cmpuint (element.value, ==, is_long ? 12 : 8);
    } else {
      g_assert_false (read_element (vr, &element, &error));
      n_refused++;
    }
  }
  g_assert_cmpuint (n_refused, >, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/vr-lengths/all", test_all);
  return g_test_run ();
}
