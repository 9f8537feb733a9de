#include "base/neg-uid.h"

static void
test_new (void)
{
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (guint i = 0; i < 1000; i++) {
    char *uid = neg_uid_new ();

    g_assert_true (g_str_has_prefix (uid, "2.25."));
    g_assert_true (neg_uid_is_valid (uid));
    g_assert_true (g_hash_table_add (seen, uid));
  }
}

/* The number was made by another program: SHA-256 of "seed", a zero byte and "1.2.3", its first 16 bytes, as a UUID of version 8. */
static void
test_derive (void)
{
  g_autofree char *uid = neg_uid_derive ("seed", "1.2.3");
  g_autofree char *again = neg_uid_derive ("seed", "1.2.3");
  g_autofree char *other = neg_uid_derive ("seed1", ".2.3");

  g_assert_cmpstr (uid, ==, "2.25.116025161328733401346939260786307394606");
  g_assert_cmpstr (uid, ==, again);
  g_assert_cmpstr (uid, !=, other);
  g_assert_true (neg_uid_is_valid (other));
}

static void
test_valid (void)
{
  static const char *const good[] = { "1.2.840.10008.1.1", "0.0", "1",
                                      "1234567890123456789012345678901234567890.12345678901234567890123" };
  static const char *const bad[] = { "",       ".",    "1.",   ".1",  "1..2", "1.02", "1.2a",
                                     "../../x", " 1.2", "1.2 ", "1.2/", "1.-2",
                                     "1234567890123456789012345678901234567890.123456789012345678901234" };

  for (guint i = 0; i < G_N_ELEMENTS (good); i++)
    g_assert_true (neg_uid_is_valid (good[i]));
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    g_assert_false (neg_uid_is_valid (bad[i]));
  g_assert_false (neg_uid_is_valid (NULL));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/uid/new", test_new);
  g_test_add_func ("/uid/derive", test_derive);
  g_test_add_func ("/uid/valid", test_valid);
  return g_test_run ();
}
